// What workers reported is kept with the end of their session, as their words: of it alone, bounded, and never waited for.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FleetError } from '../../src/common/errors.ts';
import { surfaceFor } from '../../src/text/index.ts';
import { objectiveText } from '../../src/text/objective.ts';
import { product, registry, testFleet } from '../support/fleet.ts';

let t: ReturnType<typeof testFleet>;
beforeEach(async () => {
  t = testFleet({ registry: registry([product('shop')]) });
  await t.clock.settle();
});
afterEach(() => t.fleet.close());

async function begin(): Promise<string> {
  const { id } = t.start('shop', 'Make it green');
  await t.until(() => t.journal.hasDispatched(t.journal.liveSession('shop')?.id ?? 0));
  return id;
}
async function finish(): Promise<void> {
  t.fake.mailFrom('shop', { subject: 'Run complete', body: 'It is green.' });
  await t.until(() => t.journal.liveSession('shop') === null);
}
const says = (from: string, type: string, body: string, to = 'lead-1') =>
  t.fake.mailFrom('shop', { from, to, type, subject: `Of ${from}`, body });
const reported = (id: string) =>
  (t.fleet.commands.objective(id).reports ?? []).map(({ agent, type, text }) => [agent, type, text]);

describe('kept with the end of the session', () => {
  it('as each said it, oldest first, without what went to the operator or came from the coordinator', async () => {
    const id = await begin();
    says('builder-1', 'worker_done', 'Quality gates passed: 214 tests.');
    says('builder-1', 'status', 'Half way.');
    await t.clock.advance(1_000);
    says('reviewer-1', 'result', 'FAIL: login.test.ts:12 times out');
    says('coordinator', 'result', 'All merged.', 'operator');
    await t.clock.advance(1_000);
    says('lead-1', 'merge_ready', 'Verified overstory/builder-1/t', 'coordinator');
    expect(reported(id)).toEqual([]);
    await finish();
    expect(reported(id)).toEqual([
      ['builder-1', 'worker_done', 'Quality gates passed: 214 tests.'],
      ['reviewer-1', 'result', 'FAIL: login.test.ts:12 times out'],
      ['lead-1', 'merge_ready', 'Verified overstory/builder-1/t'],
    ]);
    // those of before are not of the next one, which nobody reported to
    await t.clock.advance(60_000);
    const next = await begin();
    await finish();
    expect(t.fleet.commands.objective(next)).not.toHaveProperty('reports');
  });

  it('at most 30, of at most 2,000 characters', async () => {
    const id = await begin();
    for (let i = 0; i < 40; i++) {
      says(`builder-${i}`, 'worker_done', 'x'.repeat(i === 39 ? 10_000 : 1));
      await t.clock.advance(10);
    }
    await finish();
    const all = reported(id);
    expect([all.length, all[0]?.[0], all.at(-1)?.[2]?.length]).toEqual([30, 'builder-10', 2_000]);
    expect(t.journal.eventsOf(id, 'session.reported')[0]?.data.more).toBe(10);
  });

  it('not where its mail cannot be had: the session ends all the same', async () => {
    const id = await begin();
    says('builder-1', 'worker_done', 'Done.');
    t.fake.setFault(({ command, args }) =>
      command === 'mail.list' && (args as { type?: string }).type === 'worker_done'
        ? new FleetError({ code: 'OV_DB_LOCKED', class: 'runtime', message: 'locked', mend: 'wait' })
        : null,
    );
    await finish();
    expect(t.journal.objective(id)?.state).toBe('done');
    expect(reported(id)).toEqual([]);
  });
});

describe('shown', () => {
  const nowMs = Date.parse('2026-11-30T12:00:00Z');
  const evil = '\u001b[31m<!channel>\n```\n@everyone';
  const view = (count: number, text: string) => ({
    ...t.fleet.commands.objective(t.start('shop', 'Make it green').id),
    reports: Array.from({ length: count }, (_, i) => ({
      agent: `builder-${i}`,
      type: 'worker_done',
      subject: 'Worker done',
      text,
      at: '2026-11-30T11:48:00Z',
    })),
  });

  it('in a terminal each with its time, marked as theirs', () => {
    const text = objectiveText(surfaceFor({ kind: 'terminal', nowMs }), view(1, 'Gates passed.\n2 skipped'));
    expect(text).toContain(
      'What its workers reported, as they wrote it:\n\n  | builder-0, worker_done, 12 min ago:\n  | Gates passed.\n  | 2 skipped',
    );
  });

  it('in chat the last ones, fenced and short, obeyed by nothing', () => {
    const text = objectiveText(surfaceFor({ kind: 'chat', nowMs }), view(9, evil + 'y'.repeat(3_000)));
    expect(text).toContain('as they wrote it, the last 5 of 9:');
    expect(text).not.toContain('<!channel>');
    expect(text.split('```').length % 2).toBe(1);
    expect(text.length).toBeLessThan(4_000);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that none is there is what is shown
    expect(text).not.toMatch(/[\u0000-\u0008\u001b\u202e]/);
  });
});
