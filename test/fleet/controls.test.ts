// Pause, resume, focus, undo, priority, cap, requeue on a whole fleet in memory.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { product, registry, testFleet } from '../support/fleet.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const three = (scheduling = {}) =>
  registry([product('alpha'), product('beta'), product('gamma')], {
    maxConcurrentSessions: 2,
    ...scheduling,
  });

async function ready(options = three(), file?: string) {
  const t = testFleet({ registry: options, file });
  await t.clock.settle();
  return Object.assign(t, {
    state: (id: string) => t.fleet.commands.objective(id).state,
    view: (name: string) => t.fleet.status(name).products[0],
    kinds: () => t.journal.eventsAfter(0, 10_000).map(({ kind }) => kind),
    finish: async (name: string) => {
      t.fake.mailFrom(name, { subject: 'Run complete' });
      await t.clock.advance(1_000);
    },
  });
}

describe('pause and resume', () => {
  it('stops what runs, keeps its place, admits nothing, and goes on after resume', async () => {
    const t = await ready(three({ maxConcurrentSessions: 1 }));
    t.start('alpha', 'first');
    await t.clock.settle();
    t.start('alpha', 'second');
    const said = t.fleet.controls.pause('alpha', 'the demo', t.source);
    expect(said).toMatchObject({ changed: true });
    expect(said.text).toContain('alpha is paused (the demo)');
    expect(said.text).toContain('obj-1 on alpha is being stopped and keeps its place');
    await t.clock.advance(120_000);
    expect(t.fake.product('alpha')).toMatchObject({ coordinator: 'none', starts: 1, processes: 0 });
    const held = t.fleet.commands.objective('obj-1');
    expect(held).toMatchObject({ state: 'queued', condition: 'paused', position: 1 });
    expect(held.why).toMatch(/waits until alpha is resumed: paused 2 min ago \(the demo\)/);
    expect(t.view('alpha')).toMatchObject({ state: 'paused', paused: { reason: 'the demo' } });
    expect(t.fleet.status(null).overrides).toMatchObject([{ scope: 'alpha', what: 'paused' }]);
    // the slot is free for others meanwhile
    t.start('beta', 'other');
    await t.clock.advance(1_000);
    expect(t.state('obj-3')).toBe('running');
    await t.finish('beta');
    t.fleet.controls.resume('alpha', t.source);
    await t.clock.advance(1_000);
    expect(t.state('obj-1')).toBe('running');
    expect(t.state('obj-2')).toBe('queued');
    expect(t.fleet.status(null).overrides).toEqual([]);
  });

  it('survives a restart', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'fleet-controls-'));
    folders.push(folder);
    const file = join(folder, 'journal.db');
    const first = await ready(three(), file);
    first.fleet.controls.pause('alpha', null, first.source);
    first.fleet.controls.cap('fleet', 'slots', '1', first.source);
    first.crash();
    const second = testFleet({ registry: three(), file, world: first });
    await second.clock.settle();
    expect(second.start('alpha', 'x')).toMatchObject({ state: 'queued', condition: 'paused' });
    expect(second.fleet.status(null).capacity.slots).toBe(1);
    expect(second.fleet.controls.undo(second.source).text).toContain('products.yaml says again');
    expect(second.fleet.controls.undo(second.source).text).toContain('alpha is resumed');
    await second.clock.settle();
    expect(second.fleet.commands.objective('obj-1').state).toBe('running');
  });

  it('says that it is paused already, or was not', async () => {
    const t = await ready();
    expect(t.fleet.controls.resume('alpha', t.source)).toMatchObject({ changed: false });
    t.fleet.controls.pause('alpha', 'once', t.source);
    expect(t.fleet.controls.pause('alpha', 'twice', t.source)).toMatchObject({
      changed: false,
      text: 'alpha is paused already (once).',
    });
  });

  it('does not count a pause as a failed try', async () => {
    const t = await ready();
    t.start('alpha', 'x');
    for (let i = 0; i < 4; i++) {
      await t.clock.advance(1_000);
      expect(t.state('obj-1')).toBe('running');
      t.fleet.controls.pause('alpha', null, t.source);
      await t.clock.advance(1_000);
      t.fleet.controls.resume('alpha', t.source);
    }
    await t.clock.advance(1_000);
    expect(t.journal.objective('obj-1')?.attempts).toBe(1);
  });

  it('refuses a cancel while the session is being stopped to wait again, and takes it afterwards', async () => {
    const t = await ready();
    t.start('alpha', 'x');
    await t.clock.settle();
    t.fleet.controls.pause('alpha', null, t.source);
    expect(() => t.fleet.commands.cancel('obj-1', null, t.source)).toThrow(
      expect.objectContaining({ code: 'SESSION_STOPPING' }),
    );
    await t.clock.advance(1_000);
    expect(t.fleet.commands.cancel('obj-1', null, t.source).state).toBe('cancelled');
  });
});

describe('focus and undo', () => {
  it('pauses the others and raises the one, and undo restores and resumes all of it', async () => {
    const t = await ready();
    t.start('alpha', 'a');
    t.start('beta', 'b');
    await t.clock.advance(1_000);
    const before = t.kinds().length;
    t.fleet.controls.focus('gamma', t.source);
    // in one transaction, with the wish to tell each coordinator
    expect(t.kinds().slice(before, before + 5)).toEqual([
      'control.changed',
      'session.stopping',
      'action.intended',
      'session.stopping',
      'action.intended',
    ]);
    await t.clock.advance(1_000);
    expect([t.state('obj-1'), t.state('obj-2')]).toEqual(['queued', 'queued']);
    expect(t.view('gamma')).toMatchObject({ priority: 100, paused: null });
    expect(t.view('alpha')).toMatchObject({ paused: { reason: 'focus on gamma' } });
    t.start('gamma', 'g');
    await t.clock.advance(1_000);
    expect(t.state('obj-3')).toBe('running');

    const undone = t.fleet.controls.undo(t.source);
    expect(undone.text).toContain('alpha is resumed');
    await t.clock.advance(1_000);
    // two slots, three products: gamma keeps its slot, and the one that has had least gets the other
    expect([t.state('obj-1'), t.state('obj-2')].sort()).toEqual(['queued', 'running']);
    expect(t.view('gamma')?.priority).toBe(50);
    expect(t.fleet.status(null).overrides).toEqual([]);
    expect(t.fleet.controls.undo(t.source)).toMatchObject({ changed: false });
  });

  it('leaves alone what was changed again since, and takes back one command after the other', async () => {
    const t = await ready();
    t.fleet.controls.priority('alpha', 'high', t.source);
    t.fleet.controls.priority('alpha', 7, t.source);
    t.fleet.controls.pause('beta', 'mine', t.source);
    t.fleet.controls.focus('alpha', t.source);
    expect(t.view('beta')?.paused?.reason).toBe('mine');
    t.fleet.controls.undo(t.source);
    expect(t.view('beta')?.paused?.reason).toBe('mine');
    expect(t.view('alpha')?.priority).toBe(7);
    t.fleet.controls.undo(t.source);
    expect(t.view('beta')?.paused).toBeNull();
    t.fleet.controls.undo(t.source);
    expect(t.view('alpha')?.priority).toBe(80);
    t.fleet.controls.undo(t.source);
    expect(t.view('alpha')?.priority).toBe(50);
  });

  it('takes back the change of a number, once, whatever came after it', async () => {
    const t = await ready();
    const { change } = t.fleet.controls.priority('alpha', 'high', t.source);
    t.fleet.controls.pause('beta', 'mine', t.source);
    expect(t.fleet.controls.undo(t.source, change)).toMatchObject({ changed: true });
    expect([t.view('alpha')?.priority, t.view('beta')?.paused?.reason]).toEqual([50, 'mine']);
    expect(t.fleet.controls.undo(t.source, change)).toMatchObject({ changed: false });
    expect(t.view('beta')?.paused?.reason).toBe('mine');
  });
});

describe('any commands', () => {
  const names = ['alpha', 'beta', 'gamma'];
  const name = fc.constantFrom(...names);
  const command = fc.oneof(
    fc.record({ verb: fc.constantFrom('pause', 'resume', 'focus'), name, value: fc.constant('') }),
    fc.record({ verb: fc.constant('priority'), name, value: fc.constantFrom('high', 'low', '7', 'default') }),
    fc.record({ verb: fc.constant('slots'), name, value: fc.constantFrom('0', '1', '5', 'default') }),
    fc.record({ verb: fc.constant('memory'), name, value: fc.constantFrom('0', '2', 'none', 'default') }),
  );

  it('are all taken back by as many undos, one by one, and the log gives the same overrides again', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(command, { maxLength: 12 }), async (commands) => {
        const t = await ready();
        const { controls } = t.fleet;
        const state = () =>
          JSON.stringify(t.journal.overrides().map(({ scope, key, value }) => [scope, key, value]));
        t.start('alpha', 'x');
        const before = [state()];
        for (const { verb, name: of, value } of commands) {
          if (verb === 'pause') controls.pause(of, null, t.source);
          else if (verb === 'resume') controls.resume(of, t.source);
          else if (verb === 'focus') controls.focus(of, t.source);
          else if (verb === 'priority') controls.priority(of, value, t.source);
          else if (verb === 'slots') controls.cap('fleet', 'slots', value, t.source);
          else controls.cap(of, 'memory', value, t.source);
          if (state() !== before.at(-1)) before.push(state());
        }
        const replayed = new Map<string, unknown>();
        for (const event of t.journal.eventsAfter(0, 10_000))
          if (event.kind === 'control.changed')
            for (const { scope, key, after } of event.data.changes) {
              if (after === null) replayed.delete(`${scope} ${key}`);
              else replayed.set(`${scope} ${key}`, after);
            }
        expect(new Map(t.journal.overrides().map((row) => [`${row.scope} ${row.key}`, row.value]))).toEqual(
          replayed,
        );
        while (before.length > 0) {
          expect(state()).toBe(before.pop());
          expect(controls.undo(t.source).changed).toBe(before.length > 0);
        }
        t.crash();
      }),
      { numRuns: 60, seed: 20_261_120 },
    );
  });
});

describe('priority and cap', () => {
  it('changes who goes next', async () => {
    const t = await ready(three({ maxConcurrentSessions: 1 }));
    t.start('alpha', 'a');
    t.start('beta', 'b');
    t.start('gamma', 'g');
    t.fleet.controls.priority('gamma', 'high', t.source);
    await t.clock.advance(1_000);
    await t.finish('alpha');
    expect(t.state('obj-3')).toBe('running');
    expect(t.state('obj-2')).toBe('queued');
  });

  it('puts a product before or behind another objective of the queue', async () => {
    const t = await ready(three({ maxConcurrentSessions: 1 }));
    t.start('alpha', 'a');
    await t.clock.advance(1_000);
    t.start('beta', 'b');
    t.start('gamma', 'g');
    const queue = () => t.fleet.status(null).queue.map(({ id }) => id);
    expect(queue()).toEqual(['obj-2', 'obj-3']);
    const moved = t.fleet.controls.priority('gamma', 'before obj-2', t.source);
    expect(queue()).toEqual(['obj-3', 'obj-2']);
    t.fleet.controls.undo(t.source, moved.change);
    expect(queue()).toEqual(['obj-2', 'obj-3']);
    t.fleet.controls.priority('beta', 'after obj-3', t.source);
    expect(queue()).toEqual(['obj-3', 'obj-2']);
    t.fleet.controls.priority('gamma', 100, t.source);
    // as much as there is, and alpha has had its turn
    t.start('alpha', 'late');
    for (const [name, value] of [
      ['alpha', 'before obj-3'],
      ['gamma', 'before obj-3'],
      ['gamma', 'after obj-1'],
      ['alpha', 'before obj-77'],
    ] as const)
      expect(() => t.fleet.controls.priority(name, value, t.source)).toThrow(
        expect.objectContaining({ code: 'PRIORITY_INVALID' }),
      );
  });

  it('opens and closes slots while the fleet runs', async () => {
    const t = await ready(three({ maxConcurrentSessions: 1, maxLiveSessions: 1 }));
    t.fleet.controls.cap('fleet', 'slots', '0', t.source);
    expect(t.start('alpha', 'a').why).toContain('max_concurrent_sessions is 0');
    t.start('beta', 'b');
    t.fleet.controls.cap('fleet', 'max_concurrent_sessions', '2', t.source);
    await t.clock.advance(1_000);
    expect([t.state('obj-1'), t.state('obj-2')]).toEqual(['running', 'running']);
  });

  it('says that what is above a budget can never run', async () => {
    const t = await ready();
    t.fleet.controls.cap('fleet', 'memory', '512m', t.source);
    expect(t.start('alpha', 'a').why).toMatch(/can never run: it needs 1 GiB and .* 512 MiB/);
    t.fleet.controls.cap('fleet', 'memory', 'none', t.source);
    await t.clock.advance(1_000);
    expect(t.state('obj-1')).toBe('running');
    t.fleet.controls.cap('fleet', 'memory', '0', t.source);
    expect(t.start('beta', 'b').why).toMatch(/can never run.* 0 MiB/);
  });

  it.each([
    ['alpha', 'slots', '2', 'CAP_INVALID', /memory, cpu, cost/],
    ['fleet', 'workers', '2', 'CAP_INVALID', /slots, live, memory/],
    ['fleet', 'slots', '-1', 'CAP_INVALID', /whole number/],
    ['fleet', 'slots', '1.5', 'CAP_INVALID', /whole number/],
    ['fleet', 'slots', 'none', 'CAP_INVALID', /whole number/],
    ['fleet', 'cpu', '150%', 'CAP_INVALID', /percent/],
    ['fleet', 'cpu', '2 cores', 'CAP_INVALID', /percent/],
    ['fleet', 'memory', '$4', 'CAP_INVALID', /GiB/],
    ['fleet', 'memory', 'lots', 'CAP_INVALID', /GiB/],
    ['fleet', 'cost', '1e9', 'CAP_INVALID', /USD/],
    ['delta', 'memory', '1', 'PRODUCT_UNKNOWN', /delta/],
  ])('refuses cap %s %s %s', async (scope, what, value, code, message) => {
    const t = await ready();
    const before = t.journal.lastSeq();
    expect(() => t.fleet.controls.cap(scope, what, value, t.source)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
    expect(t.journal.lastSeq()).toBe(before);
  });

  it.each([0, 101, 1.5, -3, 'urgent', ''])('refuses priority %s', async (value) => {
    const t = await ready();
    expect(() => t.fleet.controls.priority('alpha', value, t.source)).toThrow(
      expect.objectContaining({ code: 'PRIORITY_INVALID' }),
    );
  });

  it.each(['pause', 'resume', 'focus'] as const)('refuses %s of an unknown product', async (verb) => {
    const t = await ready();
    const act = () =>
      verb === 'pause'
        ? t.fleet.controls.pause('delta', null, t.source)
        : t.fleet.controls[verb]('delta', t.source);
    expect(act).toThrow(expect.objectContaining({ code: 'PRODUCT_UNKNOWN' }));
  });
});

describe('requeue', () => {
  it('gives a cancelled objective another try, behind what came meanwhile', async () => {
    const t = await ready(three({ maxConcurrentSessions: 1 }));
    t.start('alpha', 'a');
    t.fleet.commands.cancel('obj-1', null, t.source);
    await t.clock.advance(1_000);
    expect(t.state('obj-1')).toBe('cancelled');
    expect(t.fleet.controls.requeue('obj-1', t.source)).toMatchObject({ state: 'starting', endedAt: null });
    await t.clock.settle();
    // one that runs is stopped and waits again
    t.fleet.controls.requeue('obj-1', t.source);
    await t.clock.advance(1_000);
    expect(t.state('obj-1')).toBe('running');
    expect(t.fake.product('alpha').starts).toBeGreaterThanOrEqual(2);
    await t.finish('alpha');
    expect(() => t.fleet.controls.requeue('obj-1', t.source)).toThrow(
      expect.objectContaining({ code: 'OBJECTIVE_OVER' }),
    );
    expect(() => t.fleet.controls.requeue('obj-9', t.source)).toThrow(
      expect.objectContaining({ code: 'OBJECTIVE_UNKNOWN' }),
    );
  });
});
