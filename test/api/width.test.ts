// How many cells a text takes in a terminal, and that nothing is cut in the middle of what a reader takes for one character.
import { expect, it } from 'vitest';
import { cut, pad, widthOf } from '../../src/text/layout.ts';

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
