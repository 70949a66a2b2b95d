// What is read of the journal is kept until it is written: after anything that happens it is what the tables have.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { product, registry, testFleet } from '../support/fleet.ts';
import { keptReads } from '../support/kept-reads.ts';

const names = ['alpha', 'beta', 'gamma'];
type World = ReturnType<typeof testFleet>;

const nth = <T>(list: readonly T[], at: number): T | undefined => list[at % Math.max(1, list.length)];

/** By statements that no event makes: whatever writes a row. */
const statements = [
  'UPDATE sessions SET cost_usd = 1.5, tokens = 7 WHERE id = (SELECT max(id) FROM sessions)',
  'UPDATE sessions SET peak_memory_bytes = 5, agents = NULL WHERE running_at_ms IS NOT NULL',
  `UPDATE objectives SET needs = '["obj-1","obj-2"]' WHERE state = 'queued' AND n > 2`,
  `UPDATE objectives SET needs = '[]'`,
  `UPDATE objectives SET wait_rule = 'slots' WHERE state = 'queued'`,
  `UPDATE objectives SET text = 'another', not_before_ms = 1767700000000 WHERE n = 1`,
  'DELETE FROM overrides',
  `INSERT INTO breakers VALUES ('alpha', 4, 1767603600000) ON CONFLICT DO UPDATE SET failures = failures + 1`,
  'DELETE FROM breakers',
  `INSERT INTO reliefs VALUES ('over-memory', 'beta', 1767603600000) ON CONFLICT DO NOTHING`,
  `INSERT INTO troubles VALUES ('gamma', '{"code":"X","class":"internal","message":"m","mend":"n"}', 1) ON CONFLICT DO NOTHING`,
  'DELETE FROM troubles',
  `INSERT INTO placements (product, runtime, epoch, since_ms, made) VALUES ('alpha', 'box', 1, 1, 0)
     ON CONFLICT (product) DO UPDATE SET epoch = epoch + 1, made = 1`,
  `UPDATE outcomes SET work_ms = work_ms * 2, cost_usd = 3`,
  `UPDATE gates SET severity = 'critical' WHERE state = 'open'`,
];

const deeds: Record<string, (t: World, at: number, to: number) => unknown> = {
  start: (t, at, to) => {
    const need = nth(t.journal.objectives(20), to);
    return t.start(nth(names, at) ?? '', 'work', { needs: need && to % 2 ? [need.id] : [] });
  },
  cancel: (t, at) => t.fleet.commands.cancel(nth(t.journal.openObjectives(), at)?.id ?? '', null, t.source),
  pause: (t, at) => t.fleet.controls.pause(nth(names, at) ?? '', 'asked', t.source),
  resume: (t, at) => t.fleet.controls.resume(nth(names, at) ?? '', t.source),
  priority: (t, at, to) => t.fleet.controls.priority(nth(names, at) ?? '', 1 + (to % 100), t.source),
  cap: (t, _, to) => t.fleet.controls.cap('fleet', 'slots', String(1 + (to % 3)), t.source),
  undo: (t) => t.fleet.controls.undo(t.source),
  requeue(t, at) {
    const over = t.journal.objectives(40).filter(({ state }) => state === 'cancelled' || state === 'failed');
    t.fleet.controls.requeue(nth(over, at)?.id ?? '', t.source);
  },
  finish: (t, at) => t.fake.mailFrom(nth(names, at) ?? '', { subject: 'Run complete' }),
  asks: (t, at, to) =>
    t.fake.mailFrom(nth(names, at) ?? '', { subject: `May I ${to}?`, type: 'question', body: 'Yes or no?' }),
  breaks(t, at, to) {
    t.fake.product(nth(names, at) ?? '').health = to % 2 ? 'ok' : 'error';
    t.fake.changed(nth(names, at) ?? '');
  },
  grows(t, at, to) {
    t.fake.product(nth(names, at) ?? '').memoryBytes = to * 1024 ** 2;
  },
  time: (t, _, to) => t.clock.advance(to * 500),
  'sets the clock': (t, _, to) => t.clock.jump((to - 100) * 10_000),
  'new file': (t, at, to) =>
    t.setRegistry(
      registry(
        names.slice(0, 1 + (to % 3)).map((name) => product(name, { resourceWeight: 1 + (at % 3) })),
        { maxConcurrentSessions: 1 + (at % 2) },
      ),
    ),
  statement: (t, at) => t.tables.exec(nth(statements, at) ?? ''),
  'statement taken back': (t, at) => t.tables.exec(`BEGIN; ${nth(statements, at)}; ROLLBACK`),
  'record that fails'(t, at) {
    const one = nth(t.journal.openObjectives(), at);
    const end = { end: 'cancelled', why: 'no', result: null } as const;
    const ended = { kind: 'objective.ended', objective: one?.id, text: 'ended', data: end } as const;
    // Nothing ends twice: the first is taken back with the second.
    t.journal.record(ended as never, ended as never);
  },
};

const step = fc.record({
  deed: fc.constantFrom(...Object.keys(deeds), 'start', 'start', 'start', 'time', 'finish'),
  at: fc.nat(40),
  to: fc.nat(200),
  waits: fc.boolean(),
});

it('gives what the tables have, after any sequence of what happens', async () => {
  const seen = { steps: 0, ended: 0, gates: 0, live: 0, thrown: 0 };
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40 }), async (steps) => {
      const t = testFleet({ registry: registry(names.map((name) => product(name))) });
      await t.clock.settle();
      for (const { deed, at, to, waits } of steps) {
        try {
          await deeds[deed]?.(t, at, to);
        } catch {
          seen.thrown += 1;
        }
        if (waits) await t.clock.advance(1_000);
        const { given, anew } = keptReads(t.fleet, t.tables);
        expect(given, deed).toEqual(anew);
        seen.steps += 1;
        seen.gates += t.journal.gates.openGates().length;
        seen.live += t.journal.liveSessions().length;
      }
      seen.ended += t.journal.outcomes.latest(100).length;
      t.crash();
    }),
    { numRuns: 60, seed: 20_261_201 },
  );
  expect(Math.min(...Object.values(seen))).toBeGreaterThan(20);
}, 120_000);

it('keeps what nobody has written', async () => {
  const t = testFleet({ registry: registry(names.map((name) => product(name))) });
  for (const name of [...names, ...names]) t.start(name, 'work');
  await t.clock.settle();
  const [open, live, gates] = [
    t.journal.openObjectives(),
    t.journal.liveSessions(),
    t.journal.gates.openGates(),
  ];
  expect(t.journal.openObjectives()).toBe(open);
  t.fleet.controls.pause('gamma', 'asked', t.source);
  t.fleet.commands.cancel('obj-6', null, t.source);
  expect(t.journal.openObjectives()).toHaveLength(5);
  expect(t.journal.openObjectives()[3]).toBe(open[3]);
  expect(t.journal.liveSessions()).toBe(live);
  expect(t.journal.gates.openGates()).toBe(gates);
  t.crash();
});
