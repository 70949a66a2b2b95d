// Panes as really printed (test/fixtures/panes/<version>, made by running that Claude Code against a server of ours that
// answers errors) and written from what its users quote. What each is read as stands beside them, judged by eye.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isoInZone, resetOf } from '../../src/overstory/screen/resets.ts';
import { limitIn, readScreen } from '../../src/overstory/screen.ts';

const now = Date.parse('2026-11-29T11:30:00Z');
const folder = join(import.meta.dirname, '../fixtures/panes');
const expected: Record<string, string> = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8'));
const pane = (name: string) => readFileSync(join(folder, name), 'utf8');

function told(text: string): string {
  const { state, problem, limit, passing, acceptsText, placed } = readScreen(text, now, 'UTC');
  return [
    placed ? state : 'not placed',
    problem?.code,
    limit?.window,
    limit && (limit.resetsAt ?? 'unsaid'),
    limit?.continuesByItself && 'by itself',
    limit?.opensMenu && 'menu',
    passing && 'passing',
    !acceptsText && 'no text',
  ]
    .filter(Boolean)
    .join(', ');
}

describe('a screen', () => {
  it.each(Object.entries(expected))('%s is %s', (name, meaning) => {
    expect(told(pane(name))).toBe(meaning);
  });

  it('has every pane of the folder in the list', () => {
    const panes = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.txt'),
    );
    expect(panes.sort()).toEqual(Object.keys(expected).sort());
  });

  it('says the words of a menu that nobody knows, cut and without control characters', () => {
    const message = readScreen(`${pane('written/unknown-menu.txt')}\u001b[0m ${'x'.repeat(500)}`, now).problem
      ?.message;
    expect(message).toContain('Share this session with your team?');
    expect(message?.length).toBeLessThan(320);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: none may be left
    expect(message).not.toMatch(/[\u0000-\u001f]/);
  });

  it('says how much of a window is used where Claude Code does, and takes no word of an agent for it', () => {
    const notice = "You've used 93% of your weekly limit · resets Dec 3, 9am (Europe/Berlin)";
    const rule = '─'.repeat(80);
    const input = `${rule}\n❯ \n${rule}\n  ⏵⏵ bypass permissions on (shift+tab to cycle)\n`;
    const shares = (text: string) => readScreen(text, now, 'UTC').shares;
    const resetsAtMs = Date.parse('2026-12-03T08:00:00Z');
    expect(shares(`❯ go\n\n● Done.\n\n${input}   ${notice}\n`)).toEqual([
      { window: 'week', usedPercent: 93, resetsAtMs },
    ]);
    expect(shares(`❯ go\n\n● ${notice}\n\n${input}`)).toEqual([]);
    expect(
      shares(`❯ go\n\n● Done.\n\n${input}   You've used 93% of your weekly limit · resets s…\n`),
    ).toEqual([]);
  });

  it('reads the same when its lines are wrapped at any width', () => {
    const words = "You've hit your weekly limit · resets Dec 3, 9am (America/New_York)".split(' ');
    for (const width of [20, 28, 36, 44, 60, 120]) {
      const lines = ['  ⎿ '];
      for (const word of words) {
        const line = lines.at(-1) ?? '';
        if (line.length + word.length >= width) lines.push(`     ${word}`);
        else lines[lines.length - 1] = `${line} ${word}`;
      }
      const text = ['❯ go on', ...lines, '', '─'.repeat(width), '❯ ', '─'.repeat(width), '  ⏵⏵ byp…'].join(
        '\n',
      );
      expect(told(text), text).toBe(
        'limited, CLAUDE_USAGE_LIMIT, week, 2026-12-03T09:00:00-05:00[America/New_York], passing',
      );
    }
  });
});

describe('one message of Claude Code', () => {
  it.each([
    ["You've hit your limit · resets 6pm (UTC)", { resetsAtMs: Date.parse('2026-11-29T18:00:00Z') }],
    ['Credit balance is too low', { window: 'credit', resetsAtMs: null }],
    ['API Error: 529 Overloaded', null],
    ["As the log says: You've hit your limit · resets 6pm (UTC)", null],
    ['', null],
  ])('%s', (text, limit) => {
    const found = limitIn(text, now, 'UTC');
    if (limit === null) expect(found).toBeNull();
    else expect(found).toMatchObject({ ...limit, text });
  });
});

describe('a reset', () => {
  it.each([
    ['resets 5:59am (UTC)', '2026-11-30T05:59:00+00:00[UTC]'],
    ['resets 8:50pm (Europe/Berlin)', '2026-11-29T20:50:00+01:00[Europe/Berlin]'],
    ['resets 12am (Europe/Dublin)', '2026-11-30T00:00:00+00:00[Europe/Dublin]'],
    ['resets 12:30pm (Asia/Kolkata)', '2026-11-30T12:30:00+05:30[Asia/Kolkata]'],
    ['resets Oct 3 at 6am (America/New_York)', '2027-10-03T06:00:00-04:00[America/New_York]'],
    ['resets Jan 2, 2027, 9am (Australia/Sydney)', '2027-01-02T09:00:00+11:00[Australia/Sydney]'],
    ['You will regain access on 2026-12-01 at 00:00 UTC.', '2026-12-01T00:00:00+00:00[UTC]'],
    ['Your limit will reset at 3pm (America/Santiago).', '2026-11-29T15:00:00-03:00[America/Santiago]'],
    ['spend limit reached · resets Dec 8', '2026-12-08T00:00:00+00:00[UTC]'],
    ['resets Monday 9:05am (UTC)', '2026-11-30T09:05:00+00:00[UTC]'],
    ['resets tomorrow at 14:00 (UTC)', '2026-11-30T14:00:00+00:00[UTC]'],
    ['resets in 2h 5m', '2026-11-29T13:35:00+00:00[UTC]'],
    // put forward that night: 2:30 is left out
    ['resets Mar 28 at 2:30am (Europe/Berlin)', '2027-03-28T03:30:00+02:00[Europe/Berlin]'],
    ['resets 8:50pm (Nowhere/Atall)', '2026-11-29T20:50:00+00:00[UTC]'],
    ['resets soon', null],
    ['resets 25:00', null],
  ])('%s', (text, iso) => {
    const reset = resetOf(text, now, 'UTC');
    expect(reset && isoInZone(reset)).toBe(iso);
  });

  it('without a zone is in the one that is given', () => {
    const reset = resetOf('resets 8:50pm', now, 'Asia/Tokyo');
    expect(reset && isoInZone(reset)).toBe('2026-11-29T20:50:00+09:00[Asia/Tokyo]');
  });
});
