// What finished work leaves and teaches: through the real loop and the real journal, on a clock that is told to move.
import { describe, expect, it } from 'vitest';
import { kindOf } from '../../src/journal/outcomes/kind.ts';
import { product, registry, testFleet } from '../support/fleet.ts';

const minute = 60_000;

async function ready(sweepLiveMs = 60_000) {
  const t = testFleet({
    registry: registry([product('alpha'), product('beta'), product('gamma', { type: 'docs' })], {
      maxConcurrentSessions: 3,
      maxLiveSessions: 6,
    }),
    tuning: { sweepLiveMs },
  });
  await t.clock.settle();
  return Object.assign(t, {
    /** Asks for work and lets it take this long. */
    async run(name: string, text: string, ms: number) {
      const asked = t.start(name, text);
      await t.clock.advance(ms);
      t.fake.mailFrom(name, { subject: `Run complete: [${asked.id}]` });
      await t.clock.advance(1_000);
      return t.fleet.commands.objective(asked.id);
    },
  });
}

describe('an outcome', () => {
  it('holds work without the time that a question waited for a human, and that time beside it', async () => {
    const t = await ready();
    const { id } = t.start('alpha', 'fix the login page');
    await t.clock.advance(4 * minute);
    t.fake.mailFrom('alpha', { type: 'question', subject: `[${id}] Which colour?`, body: 'red or blue' });
    await t.clock.advance(30 * minute);
    t.fleet.gates.resolve(1, 'answered', 'blue', t.source, 'operator');
    await t.clock.advance(6 * minute);
    t.fake.mailFrom('alpha', { subject: `Run complete: [${id}]` });
    await t.clock.advance(1_000);
    const { outcome } = t.fleet.commands.objective(id);
    expect(outcome).toMatchObject({ kind: 'fix', gates: 1, sessions: 1, costUsd: null, predicted: null });
    expect(outcome?.humanMs).toBe(30 * minute);
    expect(Math.round((outcome?.workMs ?? 0) / minute)).toBe(10);
    expect(outcome?.peakMemoryBytes).toBe(100 * 1024 ** 2);
    expect(t.fleet.commands.history({ limit: 10, skip: 0 })[0]?.outcome).toEqual(outcome);
  });

  it('is not made for what never had a session, and is made anew when it ends again', async () => {
    const t = await ready();
    t.fleet.controls.pause('alpha', null, t.source);
    const { id } = t.start('alpha', 'x');
    t.fleet.commands.cancel(id, null, t.source);
    expect(t.fleet.commands.objective(id).outcome).toBeNull();
    t.fleet.controls.resume('alpha', t.source);
    const second = t.start('alpha', 'y');
    await t.clock.advance(minute);
    t.fleet.commands.stop('alpha', 'not so', t.source);
    await t.clock.advance(minute);
    expect(t.fleet.commands.objective(second.id).outcome).toMatchObject({ sessions: 1 });
    t.fleet.controls.requeue(second.id, t.source);
    await t.clock.advance(minute);
    t.fake.mailFrom('alpha', { subject: `Run complete: [${second.id}]` });
    await t.clock.advance(1_000);
    expect(t.fleet.commands.objective(second.id)).toMatchObject({ state: 'done', outcome: { sessions: 2 } });
  });

  it.each([
    ['Run a scout to explore the code and fix nothing', 'explore'],
    ['fix the tests', 'fix'],
    ['Ship auth', 'build'],
    ['Write the launch post', 'write'],
    ['x', 'other'],
  ])('%s is of kind %s', (text, kind) => expect(kindOf(text)).toBe(kind));
});

describe('an estimate', () => {
  it('is of the kind where that has run often enough, else of the product, else of its type; told at the start', async () => {
    const t = await ready();
    expect(t.fleet.foresight.estimate('alpha', 'fix it', null)).toMatchObject({
      prediction: null,
      score: null,
    });
    for (const ms of [10, 12, 14]) await t.run('alpha', 'fix it', ms * minute);
    await t.run('alpha', 'build it', 60 * minute);
    const fix = t.fleet.foresight.estimate('alpha', 'fix that', null);
    expect(fix).toMatchObject({ kind: 'fix', prediction: { basis: 'product and kind', runs: 3 } });
    expect(Math.round((fix.prediction?.workMs.p50 ?? 0) / minute)).toBe(12);
    expect(Math.round((fix.prediction?.workMs.p90 ?? 0) / minute)).toBe(14);
    expect(t.fleet.foresight.estimate('alpha', 'build that', null).prediction?.basis).toBe('product');
    expect(t.fleet.foresight.estimate('beta', 'fix that', null).prediction?.basis).toBe('type and kind');
    expect(t.fleet.foresight.estimate('gamma', 'fix that', null).prediction).toBeNull();
    expect(t.start('alpha', 'fix another').estimate).toMatchObject({ basis: 'product and kind' });
  });

  it('reserves the dear end of money and expects the middle of time', async () => {
    const t = await ready();
    t.setRegistry(
      registry([
        product('alpha', {
          caps: { maxCpuCores: null, maxMemoryBytes: null, maxCostUsdPerDay: 5, maxWorkers: null },
        }),
        product('beta'),
      ]),
    );
    for (const usd of [0.5, 0.5, 3]) {
      const asked = t.start('alpha', 'fix it');
      await t.clock.advance(10 * minute);
      t.fake.product('alpha').costUsd = usd;
      t.fake.mailFrom('alpha', { subject: `Run complete: [${asked.id}]` });
      await t.clock.advance(1_000);
    }
    expect(t.fleet.foresight.estimate('alpha', 'fix it', null)).toMatchObject({
      prediction: { costUsd: { p50: 0.5, p90: 3 } },
      reserves: { costUsd: 3 },
    });
    // 4 spent of 5: the middle run would fit, the dear one would not
    expect(t.start('alpha', 'fix it').why).toMatch(/waits for money: .* estimated at \$3\.00/);
  });

  it('gets better: over 50 runs of two kinds the error falls', { timeout: 60_000 }, async () => {
    const t = await ready(600_000);
    const random = seeded(7);
    const errors: number[] = [];
    for (let i = 0; i < 50; i++) {
      // Fixes take about 10 min, builds about 60, each a quarter longer or shorter.
      const build = random() < 0.5;
      const took = Math.round((build ? 60 : 10) * (0.75 + random() / 2) * minute);
      const { outcome } = await t.run('alpha', build ? 'build it' : 'fix it', took);
      const { workMs, predicted } = outcome ?? {};
      if (predicted && workMs) errors.push(Math.abs(workMs - predicted.workMs.p50) / workMs);
    }
    const mean = (some: number[]) => some.reduce((a, b) => a + b, 0) / some.length;
    const first = mean(errors.slice(0, 10));
    const last = mean(errors.slice(-10));
    console.log(
      `estimates off by ${Math.round(first * 100)} % in runs 2-11, by ${Math.round(last * 100)} % in the last 10 of 50`,
    );
    expect(errors).toHaveLength(49);
    expect(last).toBeLessThan(first / 2);
    expect(last).toBeLessThan(0.25);
    const { score } = t.fleet.foresight.estimate('alpha', 'fix it', null);
    expect(score?.medianError).toBeLessThan(0.25);
    expect(score?.withinP90).toBeGreaterThan(0.7);
  });
});

/** mulberry32 */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
