// Generated fleets: small enough to shrink to something readable, wide enough that every rule fires often.
import fc from 'fast-check';
import type { FleetState, ObjectiveState, ProductState, SessionState } from '../../src/scheduler/index.ts';

export const nowMs = 100_000_000;
export const gib = 1_073_741_824;

const orNull = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null, freq: 2 });
const mostlyNull = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 8, arbitrary: fc.constant(null) }, { weight: 1, arbitrary });
const ago = fc.integer({ min: 0, max: 1_500_000 }).map((ms) => nowMs - ms);
const around = fc.integer({ min: -300_000, max: 600_000 }).map((ms) => nowMs + ms);
const rarely = (value: number) => fc.constantFrom(...Array.from({ length: value }, () => false), true);
const footprint = fc.record({
  cpuCores: fc.integer({ min: 0, max: 8 }).map((n) => n / 4),
  memoryBytes: fc.integer({ min: 0, max: 5 }).map((n) => n * gib),
});
const pause = fc.record({ reason: fc.constantFrom('asked', 'focus product-a'), sinceMs: ago });

const limits = fc.record({
  maxConcurrentSessions: fc.constantFrom(0, 1, 2, 3, 4, 6),
  maxLiveSessions: fc.constantFrom(0, 2, 4, 6, 8),
  strategy: fc.constantFrom('priority-weighted' as const, 'priority-weighted' as const, 'fifo' as const),
  maxCpuCores: orNull(fc.constantFrom(0, 1, 1.75, 3, 4.5, 6)),
  maxMemoryBytes: orNull(fc.constantFrom(0, 3, 5, 8, 11, 16).map((n) => n * gib)),
  maxCostUsdPerDay: mostlyNull(fc.integer({ min: 0, max: 20 })),
  startPacingMs: fc.constantFrom(0, 0, 5_000),
  headBoundMs: fc.constantFrom(0, 120_000, 600_000),
  ageingMsPerPoint: fc.constantFrom(0, 60_000, 300_000),
  memoryGraceMs: fc.constantFrom(0, 30_000),
  weightUnit: fc.constant({ cpuCores: 0.25, memoryBytes: gib }),
});

const account = fc.record({
  name: fc.constantFrom('default', 'team'),
  closed: mostlyNull(
    fc.record({
      window: fc.constantFrom('session', 'week', 'credit'),
      sinceMs: ago,
      untilMs: orNull(around),
    }),
  ),
  held: mostlyNull(
    fc.record({
      window: fc.constantFrom('session', 'week'),
      usedPercent: fc.constant(95),
      holdAtPercent: fc.constant(90),
      untilMs: around,
    }),
  ),
});

const product = fc.record({
  account,
  startable: rarely(9).map((no) => !no),
  priority: fc.constantFrom(1, 20, 49, 50, 50, 80, 100),
  resourceWeight: fc.constantFrom(0, 1, 1, 2, 3, 4, 8),
  learned: mostlyNull(
    fc
      .tuple(footprint, fc.constantFrom('product' as const, 'type' as const))
      .map(([learned, from]) => ({ ...learned, from })),
  ),
  paused: mostlyNull(pause),
  breaker: fc.record({ failures: fc.integer({ min: 0, max: 3 }), openUntilMs: mostlyNull(around) }),
  servedMs: fc.constantFrom(0, 0, 60_000, 60_500, 600_000),
  lastEndedMs: orNull(ago),
  memoryOverSinceMs: orNull(fc.integer({ min: 0, max: 60_000 }).map((ms) => nowMs - ms)),
  spentTodayUsd: orNull(fc.integer({ min: 0, max: 10 })),
  caps: fc.record({
    maxCpuCores: mostlyNull(fc.integer({ min: 0, max: 8 }).map((n) => n / 4)),
    maxMemoryBytes: mostlyNull(fc.integer({ min: 0, max: 6 }).map((n) => n * gib)),
    maxCostUsdPerDay: mostlyNull(fc.integer({ min: 0, max: 10 })),
  }),
});

const objective = fc.record({
  of: fc.nat(9),
  life: fc.constantFrom(...Array<'queued'>(6).fill('queued'), 'live', 'live', 'done', 'failed', 'cancelled'),
  queuedAtMs: ago,
  needs: fc.oneof(
    { weight: 4, arbitrary: fc.constant<number[]>([]) },
    { weight: 1, arbitrary: fc.array(fc.nat(20), { maxLength: 2 }) },
  ),
  paused: mostlyNull(pause),
  notBeforeMs: mostlyNull(around),
  expectedMs: orNull(fc.integer({ min: 1_000, max: 900_000 })),
  expectedCostUsd: orNull(fc.integer({ min: 0, max: 6 })),
  session: fc.record({
    state: fc.constantFrom('starting' as const, 'running' as const, 'running' as const, 'stopping' as const),
    startedAtMs: ago,
    measured: orNull(footprint),
    waitingOnHuman: rarely(3),
    limited: rarely(2),
    reservedCostUsd: orNull(fc.integer({ min: 0, max: 6 })),
    byHand: rarely(5),
  }),
});

const pad = (n: number) => String(n).padStart(2, '0');

interface Raw {
  limits: FleetState['limits'];
  products: Omit<ProductState, 'name' | 'type'>[];
  objectives: (typeof objective extends fc.Arbitrary<infer Fields> ? Fields : never)[];
  lastStartMs: number | null;
  memoryOverSinceMs: number | null;
  spentTodayUsd: number | null;
}

/** The same fleet with hardly any obstacle of its own: what is left are the limits that products share. */
function opened(raw: Raw): Raw {
  const { limits: tight, products, objectives } = raw;
  return {
    ...raw,
    limits: {
      ...tight,
      maxConcurrentSessions: Math.max(2, tight.maxConcurrentSessions),
      maxLiveSessions: tight.maxLiveSessions + 2,
      maxCostUsdPerDay: tight.maxCostUsdPerDay ?? 9,
    },
    products: products.map((fields) => ({
      ...fields,
      startable: true,
      paused: null,
      resourceWeight: Math.min(3, fields.resourceWeight),
      breaker: { failures: 0, openUntilMs: null },
    })),
    objectives: objectives.map((fields) => ({ ...fields, paused: null, needs: [] })),
    spentTodayUsd: raw.spentTodayUsd === null ? null : raw.spentTodayUsd % 5,
  };
}

/** Needs point at earlier objectives only (a DAG), or at one that is not there. At most one session per product. */
export const fleet: fc.Arbitrary<FleetState> = fc
  .record({
    open: fc.boolean(),
    limits,
    products: fc.array(product, { minLength: 1, maxLength: 6 }),
    objectives: fc.array(objective, { maxLength: 12 }),
    lastStartMs: orNull(fc.integer({ min: 0, max: 10_000 }).map((ms) => nowMs - ms)),
    memoryOverSinceMs: orNull(fc.integer({ min: 0, max: 60_000 }).map((ms) => nowMs - ms)),
    spentTodayUsd: orNull(fc.integer({ min: 0, max: 20 })),
  })
  .map(({ open, ...drawn }) => {
    const raw = open ? opened(drawn) : drawn;
    const products: ProductState[] = raw.products.map((fields, index) => ({
      ...fields,
      name: `product-${'abcdef'[index]}`,
      type: 'code',
    }));
    const sessions: SessionState[] = [];
    const objectives: ObjectiveState[] = raw.objectives.map(
      ({ of, life, needs, session, ...fields }, index) => {
        const name = products[of % products.length]?.name ?? '';
        const id = `obj-${pad(index)}`;
        const free = !sessions.some((other) => other.product === name);
        const { byHand, ...live } = session;
        // Started by hand: nobody's objective, and this one waits to take it over.
        if (life === 'live' && free)
          sessions.push(
            byHand
              ? {
                  ...live,
                  product: name,
                  objective: `by hand on ${name}`,
                  state: 'running',
                  waitingOnHuman: false,
                  limited: false,
                  adoptable: true,
                  reservedCostUsd: null,
                }
              : { ...live, product: name, objective: id },
          );
        const running = session.state === 'starting' ? ('starting' as const) : ('running' as const);
        return {
          ...fields,
          id,
          product: name,
          state: life === 'live' ? (free && !byHand ? running : 'queued') : life,
          arrival: index,
          needs: [
            ...new Set(needs.map((n) => (n === 20 ? 'obj-gone' : n < index ? `obj-${pad(n)}` : null))),
          ].filter((need) => need !== null),
        };
      },
    );
    return { ...raw, products, objectives, sessions };
  });

export function freezeDeep<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) freezeDeep(inner);
  }
  return value;
}
