// A whole fleet in memory: real loop, real SQLite, fake runtime, manual clock.
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { FleetError } from '../../src/common/errors.ts';
import { openArtifactFiles, openJournal, startFleet, tuning } from '../../src/fleet/index.ts';
import { openDatabase } from '../../src/journal/database.ts';
import type { Journal } from '../../src/journal/journal.ts';
import type { Product, Registry } from '../../src/registry/registry.ts';
import type { Deliverer } from '../../src/runtime/deliver/deliverer.ts';
import type { Publisher } from '../../src/runtime/publish/publisher.ts';
import type { Runtime } from '../../src/runtime/runtime.ts';
import { fakeRuntime } from './fake-runtime.ts';
import { manualClock } from './manual-clock.ts';

export function product(name: string, changes: Partial<Product> = {}): Product {
  return {
    name,
    root: `/workspace/${name}`,
    checkout: 'own',
    source: null,
    paths: null,
    type: 'code',
    description: null,
    overstory: true,
    account: 'default',
    key: null,
    priority: 50,
    resourceWeight: 1,
    channels: [],
    planApproval: 'none',
    review: 'none',
    gateSurface: 'any',
    monitor: null,
    caps: { maxCpuCores: null, maxMemoryBytes: null, maxCostUsdPerDay: null, maxWorkers: null },
    restart: { policy: 'never', max: 3, windowMs: 3_600_000, backoffMs: 30_000, activityTimeoutMs: null },
    repo: null,
    deliver: null,
    intake: null,
    runtime: null,
    needsLabels: [],
    ...changes,
  };
}

export function registry(products: Product[], scheduling: Partial<Registry['scheduling']> = {}): Registry {
  return {
    file: 'products.yaml',
    digest: '0',
    workspaceRoot: '/workspace',
    projectsRoot: null,
    products,
    runtimes: null,
    accounts: [...new Set(['default', ...products.map(({ account }) => account)])].map((name) => ({
      name,
      key: null,
      holdAtPercent: null,
    })),
    scheduling: {
      maxConcurrentSessions: 2,
      strategy: 'priority-weighted',
      maxLiveSessions: 4,
      maxWorkersPerSession: null,
      budget: { maxCpuPercent: null, maxMemoryBytes: null, maxCostUsdPerDay: null },
      ...scheduling,
    },
    gateApprovers: [],
    prices: new Map(),
    recurring: [],
    report: null,
    artifacts: { keepMs: 30 * 86_400_000, maxFileBytes: 10 * 1024 ** 2, maxProductBytes: 200 * 1024 ** 2 },
  };
}

/** What a deliverer answers where a test has nothing of a forge to look at. */
export const askedNothing: Pick<Deliverer, 'watch' | 'issues' | 'issue' | 'answer'> = {
  watch: () => new Promise(() => {}),
  issues: () => new Promise(() => {}),
  issue: () => new Promise(() => {}),
  answer: () => new Promise(() => {}),
};

/** `file` keeps the journal between two fleets of one test. */
export function testFleet(options: {
  registry: Registry;
  file?: string;
  deliverer?: Deliverer;
  publisher?: Publisher;
  /** of the contents of artifacts; made when the first is kept */
  artifactsFolder?: string;
  tuning?: Partial<typeof tuning>;
  world?: { clock: ReturnType<typeof manualClock>; fake: ReturnType<typeof fakeRuntime> };
  /** in place of the fake one */
  runtime?: (journal: Journal) => Runtime;
}) {
  const clock = options.world?.clock ?? manualClock();
  const fake =
    options.world?.fake ??
    fakeRuntime(
      clock,
      options.registry.products.map((p) => p.name),
    );
  const file = options.file ?? ':memory:';
  const tables = openDatabase(file);
  const journal = openJournal(file, clock, tables);
  let current = options.registry;
  const fleet = startFleet({
    registry: { current: () => current, problems: () => [] },
    runtime: options.runtime?.(journal) ?? fake.runtime,
    ...(options.deliverer && { deliverer: options.deliverer }),
    ...(options.publisher && { publisher: options.publisher }),
    journal,
    artifactFiles: openArtifactFiles(
      options.artifactsFolder ?? join(tmpdir(), `fleet-artifacts-${randomUUID()}`),
    ),
    clock,
    log: pino({ level: process.env.TEST_LOG ?? 'silent' }),
    tuning: { ...tuning, ...options.tuning },
    version: '0.0.0',
    runtimeDescription: 'a fake runtime',
  });
  const source = { via: 'cli', sender: 'tester', thread: null } as const;
  return {
    clock,
    fake,
    fleet,
    journal,
    /** the journal's file, to be read beside it */
    tables,
    source,
    setRegistry(next: Registry) {
      current = next;
      fleet.registryChanged();
    },
    start: (name: string, text: string, more: { needs?: string[]; idempotencyKey?: string } = {}) =>
      fleet.commands.start({
        product: name,
        text,
        acceptance: null,
        needs: more.needs ?? [],
        source,
        idempotencyKey: more.idempotencyKey ?? null,
      }),
    /** Of what a process does, as git: the fleet's clock does not wait for it. */
    async until(what: () => boolean): Promise<void> {
      const patienceMs = Date.now() + 60_000;
      while (!what()) {
        if (Date.now() > patienceMs) throw new Error('Expected it to come, got nothing within a minute.');
        await clock.advance(1_000);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    /** What a crash leaves: the journal's file, and nothing else. */
    crash() {
      journal.close();
      void fleet.loop.close();
    },
  };
}

/** Of the error that it throws or rejects with; `done`: of none. */
export async function codeOf(work: () => unknown): Promise<string> {
  try {
    await work();
    return 'done';
  } catch (error) {
    return FleetError.wrap(error).code;
  }
}

/** A queue of so many, over products in turn: as if asked for one by one, which takes a commit each. */
export function layQueue(journal: Pick<Journal, 'record'>, count: number, products: string[]): void {
  for (let from = 0; from < count; from += 1_000)
    journal.record(
      ...Array.from({ length: Math.min(1_000, count - from) }, (_, i) => ({
        kind: 'objective.queued' as const,
        product: products[(from + i) % products.length],
        objective: `obj-${from + i + 1}`,
        text: 'asked for',
        data: {
          n: from + i + 1,
          text: 'work',
          acceptance: null,
          needs: [],
          source: { via: 'cli', sender: 'tester', thread: null } as const,
          idempotencyKey: null,
        },
      })),
    );
}
