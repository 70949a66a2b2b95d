// How many cells a text takes in a terminal, and that nothing is cut in the middle of what a reader takes for one character.
import fc from 'fast-check';
import stringWidth from 'string-width';
import { expect, it } from 'vitest';
import { cut, pad, widthOf } from '../../src/text/layout.ts';
import { ordinal } from '../../src/text/situation.ts';

it.each([
  ['shop', 4],
  ['日本', 4],
  ['é', 1],
  ['e\u0301', 1],
  ['👩‍👩‍👧', 2],
  ['🇩🇪', 2],
])('%s takes %i', (text, cells) => expect(widthOf(text)).toBe(cells));

it('cuts between characters, and says that it did', () => {
  expect(cut('👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧', 5)).toBe('👩‍👩‍👧👩‍👩‍👧…');
  expect(cut('日本語', 4)).toBe('日…');
  expect(cut('shop', 4)).toBe('shop');
  expect(pad('日本', 6)).toBe('日本  ');
});

it('has a width for every character that a text may hold', () => {
  for (let code = 0x20; code < 0x14000; code += 1) {
    const cells = widthOf(String.fromCodePoint(code));
    expect([code, cells >= 0 && cells <= 2]).toEqual([code, true]);
  }
});

it('takes for each character of what is plain the cell that it has', () => {
  // and of what may follow one, and makes another of it: accents, the form of an emoji
  const ranges = [
    [0x20, 0x36f],
    [0x2010, 0x2027],
    [0x2190, 0x2193],
    [0xfe0e, 0xfe0f],
  ] as const;
  const codes = ranges.map(([min, max]) => fc.integer({ min, max }));
  const unit = fc.oneof(...codes).map((code) => String.fromCodePoint(code));
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 8 }), (text) => {
      expect(widthOf(text)).toBe(stringWidth(text));
    }),
    { numRuns: 5_000 },
  );
  for (const [min, max] of ranges)
    for (let code = min; code <= max; code += 1) {
      const text = String.fromCodePoint(code);
      expect([code, widthOf(text)]).toEqual([code, stringWidth(text)]);
    }
});

it('counts places in a queue as one says them', () => {
  const rules = new Intl.PluralRules('en', { type: 'ordinal' });
  const endings: Record<string, string> = { one: 'st', two: 'nd', few: 'rd', other: 'th' };
  for (let n = 0; n < 1_200; n += 1) expect(ordinal(n)).toBe(`${n}${endings[rules.select(n)]}`);
});
