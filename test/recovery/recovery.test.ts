// kill -9 of fleetd at 50 products, and at 10 with 10,000 objectives in its queue: how soon it shows what it knew, and has
// looked at everything again. (Kills while products work: test/compose/kills.test.ts.)
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FleetdProcess, type Lab, openLab } from '../../bench/lab.ts';
import { openJournal, systemClock } from '../../src/fleet/index.ts';
import { until } from '../simulator/ov.ts';
import { layQueue } from '../support/fleet.ts';

const source = { via: 'cli', sender: 'tester', thread: null } as const;
const queued = 10_000;
/** It is about the queue: no need to look at fifty. */
const few = 10;

describe('kill -9 of fleetd', { timeout: 240_000 }, () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await openLab({ products: 50 });
  }, 240_000);
  afterAll(() => lab?.[Symbol.asyncDispose]());

  /** Kills it and starts it again on the same state. ms until the view, and until each product was looked at. */
  async function killed(first: FleetdProcess, stateDir: string, count: number) {
    process.kill(first.pid, 'SIGKILL');
    await until(
      () => first.client.health().catch(() => null),
      (health) => health === null,
    );
    const startedAt = performance.now();
    const second = await lab.fleetd({ count, stateDir });
    return {
      second,
      viewMs: Math.round(second.readyMs),
      observedMs: Math.round(performance.now() - startedAt),
    };
  }

  it('at 50 products: the journal is shown at once, everything is observed again soon', async () => {
    const stateDir = join(lab.folder, 'state');
    const first = await lab.fleetd({ count: 50, stateDir });
    await first.client.start({ product: lab.products[0]?.name ?? '', text: 'look around', source });
    const { second, viewMs, observedMs } = await killed(first, stateDir, 50);
    expect(await second.client.objectives()).toHaveLength(1);
    await second.close();
    record({ viewMs, observedMs });
    // The goal is 2 s and 5 s on a calm machine, where an empty Node takes 25 to 40 ms. What gates is the
    // ratio: a busy machine is slow at both.
    const node = nodeMs();
    expect(viewMs / node).toBeLessThan(100);
    expect(observedMs / node).toBeLessThan(250);
  });

  it('with 10,000 in the queue: all of them are there, in order, and what ran goes on', async () => {
    const stateDir = join(lab.folder, 'state-of-many');
    mkdirSync(stateDir);
    const journalFile = openJournal(join(stateDir, 'journal.db'), systemClock);
    layQueue(
      journalFile,
      queued,
      lab.products.slice(0, few).map(({ name }) => name),
    );
    journalFile.close();
    const first = await lab.fleetd({ count: few, stateDir });
    await running(first, few - 2);
    const { queue: before, products: seen } = await first.client.status();
    const ran = seen.filter(({ state }) => state === 'running');
    expect(before).toHaveLength(queued - 8);

    const { second, viewMs, observedMs } = await killed(first, stateDir, few);
    const askedAt = performance.now();
    const { queue, products, journal } = await second.client.status();
    const statusMs = Math.round(performance.now() - askedAt);
    expect(queue.map(({ id }) => id)).toEqual(before.map(({ id }) => id));
    expect(products.filter(({ state }) => state === 'running').map(({ name }) => name)).toEqual(
      ran.map(({ name }) => name),
    );
    expect(products.every(({ ageMs }) => ageMs !== null && ageMs < 60_000)).toBe(true);
    expect(journal.error).toBeNull();
    expect((await second.client.objective(`obj-${queued}`)).why).toMatch(/waits/);
    // It goes on: what is cancelled makes room for the next, by the same door.
    await second.client.stop(ran[0]?.name ?? '', { reason: null, source });
    await running(second, few - 1);
    expect((await second.client.status()).queue).toHaveLength(queued - 9);
    await second.close();
    record({ queued, viewOfManyMs: viewMs, observedOfManyMs: observedMs, statusOfManyMs: statusMs });
    const node = nodeMs();
    expect(viewMs / node).toBeLessThan(100);
    expect(observedMs / node).toBeLessThan(250);
  });

  /** Until the first objective of so many products has run: their state alone costs nothing to ask for. */
  const running = (on: FleetdProcess, count: number) =>
    until(
      () => Promise.all(Array.from({ length: count }, (_, i) => on.client.objective(`obj-${i + 1}`))),
      (first) => first.every(({ state }) => state !== 'queued' && state !== 'starting'),
      60_000,
    );
});

/** RECORD_FIGURES=1 on a machine that does nothing else: what docs/reliability.md says. */
function record(figures: Record<string, number>): void {
  console.log(`kill -9 of fleetd: ${JSON.stringify(figures)}`);
  if (!process.env.RECORD_FIGURES) return;
  const file = join(import.meta.dirname, '../../docs/results/recovery.json');
  const machine = `${availableParallelism()} cores, load ${loadavg()[0]?.toFixed(1)}`;
  const kept = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  writeFileSync(file, `${JSON.stringify({ ...kept, products: 50, ...figures, machine }, null, 2)}\n`);
}

/** Wall of an empty Node process, the slowest of five: ms. */
function nodeMs(): number {
  return Math.max(
    ...Array.from({ length: 5 }, () => {
      const startedAt = performance.now();
      spawnSync(process.execPath, ['-e', '0']);
      return performance.now() - startedAt;
    }),
  );
}
