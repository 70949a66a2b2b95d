// What `ov feed` hands out of an agent: the newest steps, and of each the words in it, shortened.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { stepsOf } from '../../src/fleet/commands/worker-steps.ts';
import { ovCommands } from '../../src/overstory/commands/index.ts';
import { readOvReply } from '../../src/overstory/run.ts';

const said = (stdout: string) => ({ exit: 0, stdout, stderr: '', timedOut: false, truncated: false });
const event = (n: number, more: object = {}) => ({
  eventType: 'progress',
  toolName: null,
  toolArgs: null,
  level: 'info',
  data: JSON.stringify({ type: 'assistant_message', text: `word ${n}` }),
  createdAt: `2026-11-30T09:00:${String(n % 60).padStart(2, '0')}.000`,
  ...more,
});
const read = (events: object[]) =>
  ovCommands.feed.read(said(`${JSON.stringify({ success: true, command: 'feed', events })}\n`));

it('reads a recorded one, of a worker in tmux', () => {
  const file = join(import.meta.dirname, '../fixtures/recordings/0.9.4/feed.json');
  const { stdout } = JSON.parse(readFileSync(file, 'utf8'));
  // what crosses the wire is read again on the other side
  const reply = readOvReply('feed', ovCommands.feed.read(said(stdout)));
  expect(stepsOf(reply, 10).slice(0, 2)).toEqual([
    {
      at: '2026-11-20T09:45:56.645Z',
      kind: 'tool',
      tool: 'Bash',
      text: 'ov mail list --from coordinator --to operator --json',
      failed: false,
    },
    {
      at: '2026-11-20T09:45:56.767Z',
      kind: 'answer',
      tool: 'Bash',
      text: 'ov mail list --from coordinator --to operator --json',
      failed: false,
    },
  ]);
  expect(stepsOf(reply, 10).at(-1)).toMatchObject({ kind: 'session', text: 'session end' });
});

it('keeps the newest, and of a long one its beginning', () => {
  const long = event(0, { data: JSON.stringify({ content: 'x'.repeat(100_000) }), eventType: 'tool_end' });
  const reply = read([...Array.from({ length: 500 }, (_, n) => event(n)), long]);
  expect(reply.events).toHaveLength(200);
  expect(JSON.stringify(reply).length).toBeLessThan(60_000);
  const steps = stepsOf(reply, 50);
  expect(steps).toHaveLength(50);
  expect(steps.at(-1)?.text).toMatch(/^x{2000} …$/);
  expect(steps.at(-2)).toMatchObject({ kind: 'says', text: 'word 499' });
});

it('takes words for words: what looks like JSON, has no known name, or no time', () => {
  const steps = stepsOf(
    read([
      event(1, { data: JSON.stringify({ text: '{"a":1}' }) }),
      event(2, { data: JSON.stringify({ elsewhere: 'said' }) }),
      event(3, { data: JSON.stringify({ text: 'a\u001b[2Jb\u0000' }) }),
      event(4, { createdAt: 'yesterday' }),
      event(5, { eventType: 'error', level: 'error', data: null }),
    ]),
    10,
  );
  expect(steps.map(({ text }) => text)).toEqual(['{"a":1}', '{"elsewhere":"said"}', 'a[2Jb', '']);
  expect(steps.at(-1)).toMatchObject({ kind: 'ends', failed: true });
});
