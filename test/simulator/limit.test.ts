// The simulator's usage limit against the recorded panes of Claude Code: the same lines, and read the same.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { limitShown } from '../../src/simulator/swarm/limit.ts';

const pane = (name: string) =>
  readFileSync(new URL(`../fixtures/panes/${name}.txt`, import.meta.url), 'utf8');
const plain = (text: string) =>
  text
    .replace(/─+/g, '─')
    .replaceAll('\u00a0', ' ')
    // The recording wraps at 60 columns.
    .replace(/\n {5}\(UTC\)/g, ' (UTC)')
    .replace(/(?:[A-Z]\w\w \d+, )?\d+(?::\d+)?[ap]m/g, 'then');

describe('the limit of the simulator', () => {
  it.each([
    ['menu any', 60_000, '2.1.112/lim-5h'],
    ['line week', 3 * 86_400_000, '2.1.112/lim-7d'],
    ['line model', 2 * 86_400_000, '2.1.112/lim-opus'],
    ['automatic any', 60_000, '2.1.332/lim-5h'],
  ])('%s shows what %s of %s does', (words, inMs, recorded) => {
    const { lines, menu, notices } = limitShown(words, inMs, Date.parse('2026-11-29T11:38:20Z'));
    for (const part of [lines, menu ?? [], notices])
      expect(plain(pane(recorded))).toContain(plain(part.join('\n').trimEnd()));
  });

  it.each([
    ['2026-11-29T11:38:20Z', 60_000, '11:40am'],
    ['2026-11-29T11:59:20Z', 10_000, '12pm'],
    ['2026-11-29T23:59:20Z', 10_000, '12am'],
    ['2026-11-29T11:38:00Z', 3 * 86_400_000, 'Dec 2, 11:38am'],
  ])('%s, in %s ms, is reset at %s', (now, inMs, at) => {
    const { lines, resetAtMs } = limitShown('line', inMs, Date.parse(now));
    expect(lines[0]).toContain(`resets ${at} (UTC)`);
    expect(resetAtMs % 60_000).toBe(0);
  });
});
