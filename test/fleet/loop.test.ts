import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { FleetError } from '../../src/common/errors.ts';
import { tuning } from '../../src/fleet/index.ts';
import { product, registry, testFleet } from '../support/fleet.ts';

const folders: string[] = [];
function journalFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'fleet-journal-'));
  folders.push(folder);
  return join(folder, 'journal.db');
}
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const two = () => registry([product('alpha'), product('beta')], { maxConcurrentSessions: 1 });

describe('the main job', () => {
  it('starts a session, hands over the objective once, and ends it when the run is complete', async () => {
    const t = testFleet({ registry: two() });
    await t.clock.settle();
    const accepted = t.start('alpha', 'ship auth');
    expect(accepted).toMatchObject({ id: 'obj-1', state: 'starting' });
    await t.clock.settle();
    expect(t.fleet.commands.objective('obj-1').state).toBe('running');
    const { received } = t.fake.product('alpha');
    expect(received).toHaveLength(1);
    expect(received[0]?.subject).toContain('[obj-1.1]');
    expect(received[0]?.body).toContain('ship auth');

    t.fake.mailFrom('alpha', { subject: 'Run complete: [obj-1]', body: 'auth shipped' });
    await t.clock.settle();
    expect(t.fleet.commands.objective('obj-1')).toMatchObject({ state: 'done' });
    expect(t.fake.product('alpha').stops).toBe(1);
    const subjects = t.fleet.commands.inbox('alpha').mail.map(({ subject }) => subject);
    expect(subjects).toContain('Run complete: [obj-1]');
    expect(t.journal.liveSessions()).toEqual([]);
  });

  it('queues at capacity, says why, and starts the next when a slot is free', async () => {
    const t = testFleet({ registry: two() });
    await t.clock.settle();
    t.start('alpha', 'first');
    const second = t.start('beta', 'second');
    expect(second).toMatchObject({ state: 'queued', position: 1 });
    expect(second.why).toMatch(/slot/);
    expect(second.why).toContain('obj-1');
    await t.clock.settle();
    t.fake.mailFrom('alpha', { subject: 'Run complete: [obj-1]' });
    await t.clock.advance(1_000);
    expect(t.fleet.commands.objective('obj-2').state).toBe('running');
    expect(t.fake.product('beta').starts).toBe(1);
  });

  it('holds an objective back until what it needs is done', async () => {
    const t = testFleet({ registry: registry([product('alpha'), product('beta')]) });
    await t.clock.settle();
    t.start('alpha', 'first');
    const second = t.start('beta', 'second', { needs: ['obj-1'] });
    expect(second).toMatchObject({ state: 'queued' });
    expect(second.why).toContain('obj-1');
    await t.clock.settle();
    t.fake.mailFrom('alpha', { subject: 'Run complete: [obj-1]' });
    await t.clock.advance(1_000);
    expect(t.fleet.commands.objective('obj-2').state).toBe('running');
  });

  it('does nothing at all when idle: no timer is left', async () => {
    const t = testFleet({ registry: two() });
    await t.clock.settle();
    expect(t.clock.pending()).toBe(0);
    t.start('alpha', 'x');
    await t.clock.settle();
    t.fake.mailFrom('alpha', { subject: 'Run complete' });
    await t.clock.advance(60_000);
    expect(t.clock.pending()).toBe(0);
    const before = t.fake.calls.length;
    await t.clock.advance(3_600_000);
    expect(t.fake.calls.length).toBe(before);
  });

  it('stops on request and cancels the objective', async () => {
    const t = testFleet({ registry: two() });
    await t.clock.settle();
    t.start('alpha', 'x');
    await t.clock.settle();
    t.fleet.commands.stop('alpha', null, t.source);
    await t.clock.settle();
    expect(t.fleet.commands.objective('obj-1')).toMatchObject({
      state: 'cancelled',
      why: 'Stopped by tester.',
    });
    expect(t.fake.product('alpha')).toMatchObject({ coordinator: 'none', stops: 1 });
  });

  it('stops a session that is still starting', async () => {
    const t = testFleet({ registry: two() });
    await t.clock.settle();
    t.start('alpha', 'x');
    t.fleet.commands.stop('alpha', 'changed my mind', t.source);
    await t.clock.settle();
    expect(t.fleet.commands.objective('obj-1')).toMatchObject({ state: 'cancelled', why: 'changed my mind' });
    expect(t.fake.product('alpha').coordinator).not.toBe('alive');
    expect(t.fake.product('alpha').received).toEqual([]);
  });

  it('puts running objectives back into the queue when it is suspended', async () => {
    const t = testFleet({ registry: two() });
    await t.clock.settle();
    t.start('alpha', 'x');
    await t.clock.settle();
    t.fleet.suspend('the trial was stopped');
    await t.clock.advance(60_000);
    expect(t.fleet.commands.objective('obj-1').state).toBe('queued');
    expect(t.fake.product('alpha')).toMatchObject({ coordinator: 'none', starts: 1 });
  });

  it('fails the objective when the coordinator dies silently', async () => {
    const t = testFleet({ registry: two() });
    await t.clock.settle();
    t.start('alpha', 'x');
    await t.clock.settle();
    Object.assign(t.fake.product('alpha'), { coordinator: 'dead', processes: 0 });
    await t.clock.advance(20_000);
    expect(t.fleet.commands.objective('obj-1')).toMatchObject({ state: 'failed' });
    expect(t.fleet.commands.objective('obj-1').why).toContain('zombie');
  });

  it('starts nothing twice for one idempotency key', async () => {
    const t = testFleet({ registry: two() });
    await t.clock.settle();
    const first = t.start('alpha', 'x', { idempotencyKey: 'k' });
    expect(t.start('alpha', 'x', { idempotencyKey: 'k' }).id).toBe(first.id);
    expect(t.journal.openObjectives()).toHaveLength(1);
  });
});

describe('trouble', () => {
  it('retries a failed start, then fails with the reason', async () => {
    const t = testFleet({ registry: two() });
    await t.clock.settle();
    const died = new FleetError({
      code: 'OV_CLAUDE_DIED',
      class: 'runtime',
      message: 'died during startup',
      mend: 'm',
    });
    t.fake.setFault((c) => (c.command === 'coordinator.start' ? died : null));
    t.start('alpha', 'x');
    await t.clock.settle();
    expect(t.fleet.commands.objective('obj-1')).toMatchObject({ state: 'queued' });
    expect(t.fleet.commands.objective('obj-1').why).toContain('died during startup');
    await t.clock.advance(10_500);
    expect(t.fake.count('coordinator.start')).toBe(2);
    await t.clock.advance(60_000);
    expect(t.fake.count('coordinator.start')).toBe(3);
    expect(t.fleet.commands.objective('obj-1')).toMatchObject({ state: 'failed' });
    expect(t.journal.liveSessions()).toEqual([]);
  });

  it('believes what it sees, not exit 1: a start that failed after its effect is a running session', async () => {
    const t = testFleet({ registry: two() });
    await t.clock.settle();
    t.fake.setFault((c) => (c.command === 'coordinator.start' ? 'after' : null));
    t.start('alpha', 'x');
    await t.clock.settle();
    t.fake.setFault(() => null);
    t.fake.reconnect();
    await t.clock.advance(1_000);
    expect(t.fleet.commands.objective('obj-1').state).toBe('running');
    expect(t.fake.product('alpha').starts).toBe(1);
  });

  it.each(['before', 'after'] as const)(
    'never sends a message twice when the link breaks %s the effect',
    async (when) => {
      const t = testFleet({ registry: two() });
      await t.clock.settle();
      let broken = false;
      t.fake.setFault((c) => {
        if (c.command !== 'coordinator.send' || broken) return null;
        broken = true;
        return when;
      });
      t.start('alpha', 'x');
      await t.clock.settle();
      await t.clock.advance(40_000);
      expect(t.fake.product('alpha').received.map((m) => m.subject.slice(0, 9))).toEqual(['[obj-1.1]']);
      expect(t.journal.openActions()).toEqual([]);
    },
  );

  it.each([
    ['before it has its objective', true],
    ['at work', false],
  ])('tells of a screen that stays blank: %s', async (_, fresh) => {
    const t = testFleet({ registry: two() });
    await t.clock.settle();
    if (fresh) t.fake.product('alpha').screen = '';
    t.start('alpha', 'x');
    await t.clock.advance(60_000);
    Object.assign(t.fake.product('alpha'), { screen: '', lastActivityMs: t.clock.nowMs() });
    expect(t.fake.product('alpha').received).toHaveLength(fresh ? 0 : 1);
    await t.clock.advance(15 * 60_000);
    expect(t.fleet.status('alpha').products[0]?.error ?? null).toBeNull();
    await t.clock.advance(10 * 60_000);
    expect(t.fleet.status('alpha').products[0]?.error).toMatchObject({
      code: 'SESSION_HUNG',
      message: expect.stringMatching(/blank for \d+ min/),
    });
    t.fake.product('alpha').screen = '❯ ';
    await t.clock.advance(60_000);
    expect(t.fleet.status('alpha').products[0]?.error ?? null).toBeNull();
    expect(t.fake.product('alpha').received).toHaveLength(1);
  });

  it('queues while the runtime is out of reach, says so, and goes on when it is back', async () => {
    const t = testFleet({ registry: two() });
    await t.clock.settle();
    t.fake.disconnect();
    const queued = t.start('alpha', 'x');
    expect(queued.state).toBe('queued');
    expect(queued.why).toMatch(/out of reach/);
    expect(t.fleet.status(null).products.every((p) => p.stale)).toBe(true);
    t.fake.reconnect();
    await t.clock.settle();
    expect(t.fleet.commands.objective('obj-1').state).toBe('running');
  });

  it('asks a runtime that is back for a fresh look where a session is, and for what changed elsewhere', async () => {
    const t = testFleet({ registry: two() });
    await t.clock.settle();
    t.start('alpha', 'x');
    await t.clock.settle();
    const snapshot = vi.spyOn(t.fake.runtime, 'snapshot');
    t.fake.disconnect();
    t.fake.reconnect();
    await t.clock.settle();
    const asked = snapshot.mock.calls.map(([[product], how]) => [product?.name, how?.fresh]);
    expect(asked).toContainEqual(['alpha', true]);
    expect(asked.filter(([name]) => name === 'beta')).toEqual([['beta', false]]);
  });

  it('counts a coordinator that a human started by hand, and takes it over for an objective', async () => {
    const t = testFleet({ registry: two() });
    t.fake.product('alpha').coordinator = 'alive';
    await t.clock.settle();
    t.fake.changed('alpha');
    await t.clock.settle();
    expect(t.start('beta', 'x').state).toBe('queued');
    expect(() => t.fleet.commands.stop('alpha', null, t.source)).toThrow(/not started by the fleet/);
    expect(t.start('alpha', 'y').state).toBe('starting');
    await t.clock.advance(1_000);
    expect(t.fleet.commands.objective('obj-2').state).toBe('running');
    expect(t.fake.product('alpha')).toMatchObject({ starts: 0 });
    expect(t.fake.product('alpha').received).toHaveLength(1);
    expect(t.fake.product('beta').starts).toBe(0);
  });

  it('looks at it again by itself: it is never stale, and its slot is free when it died without a trace', async () => {
    const t = testFleet({ registry: two() });
    t.fake.product('alpha').coordinator = 'alive';
    await t.clock.settle();
    t.fake.changed('alpha');
    await t.clock.settle();
    const waiting = t.start('beta', 'x');
    await t.clock.advance(5 * 60_000);
    const shown = () => t.fleet.status(null).products.find(({ name }) => name === 'alpha');
    expect(shown()).toMatchObject({ state: 'running', stale: false });
    expect(t.fleet.commands.objective(waiting.id).state).toBe('queued');
    t.fake.product('alpha').coordinator = 'dead';
    await t.clock.advance(60_000);
    expect(shown()).toMatchObject({ state: 'idle', stale: false });
    expect(t.fleet.commands.objective(waiting.id).state).toBe('running');
  });

  it.each([
    ['an unknown product', 'gamma', 'x', 'PRODUCT_UNKNOWN'],
    ['an empty objective', 'alpha', ' \n\u0000 ', 'TEXT_EMPTY'],
    ['a 1 MB objective', 'alpha', 'x'.repeat(1_000_000), 'TEXT_TOO_LARGE'],
  ])('refuses %s and keeps nothing of it', async (_what, name, text, code) => {
    const t = testFleet({ registry: two() });
    await t.clock.settle();
    expect(() => t.start(name, text)).toThrow(expect.objectContaining({ code }));
    expect(t.journal.openObjectives()).toEqual([]);
  });
});

describe('restart', () => {
  it('adopts what runs, keeps the queue, repeats nothing', async () => {
    const file = journalFile();
    const first = testFleet({ registry: two(), file });
    await first.clock.settle();
    first.start('alpha', 'x');
    first.start('beta', 'y');
    await first.clock.settle();
    first.crash();
    const second = testFleet({ registry: two(), file, world: first });
    await second.clock.settle();
    expect(second.fleet.commands.objective('obj-1').state).toBe('running');
    expect(second.fleet.commands.objective('obj-2').state).toBe('queued');
    expect(second.fake.product('alpha')).toMatchObject({ starts: 1 });
    expect(second.fake.product('alpha').received).toHaveLength(1);
  });

  it.each([
    ['an unanswered prompt', '❯ do it\n\n────────\n❯ \n────────\n', 'CLAUDE_API_ERROR'],
    ['a menu', 'Pick one\n\n❯ 1. This\n  2. That\n\nEnter to confirm · Esc to cancel\n', 'CLAUDE_DIALOG'],
    ['a hung turn', '✶ Thinking… (3s · esc to interrupt)', 'SESSION_HUNG'],
  ])(
    '%s that still stands is the trouble which is known, and ends when it moves',
    async (_what, screen, code) => {
      const file = journalFile();
      const first = testFleet({ registry: two(), file });
      await first.clock.settle();
      first.start('alpha', 'x');
      await first.clock.settle();
      Object.assign(first.fake.product('alpha'), { screen, lastActivityMs: first.clock.nowMs() });
      await first.clock.advance(2 * tuning.hungAfterMs);
      expect(first.journal.trouble('alpha')?.code).toBe(code);
      first.crash();
      const second = testFleet({ registry: two(), file, world: first });
      await second.clock.advance(2 * tuning.screenConfirmMs);
      second.clock.jump(7_200_000);
      await second.clock.advance(2 * tuning.screenConfirmMs);
      const ended = () => second.fleet.commands.eventsAfter(0, 10_000).map(({ kind }) => kind);
      expect(ended()).not.toContain('product.recovered');
      expect(second.journal.trouble('alpha')?.code).toBe(code);
      Object.assign(second.fake.product('alpha'), { screen: '✻ Welcome\n\n────────\n❯ \n────────\n' });
      await second.clock.advance(60_000);
      expect(ended()).toContain('product.recovered');
      expect(second.journal.trouble('alpha')).toBeNull();
    },
  );

  it('refuses a second fleetd on the same journal', () => {
    const file = journalFile();
    const first = testFleet({ registry: two(), file });
    expect(() => testFleet({ registry: two(), file })).toThrow(
      expect.objectContaining({ code: 'JOURNAL_LOCKED' }),
    );
    first.crash();
  });
});
