// How long decide() takes on large fleets.
import {
  createDecider,
  decide,
  type FleetState,
  type ObjectiveState,
  type ProductState,
  schedulingDefaults,
} from '../src/scheduler/index.ts';
import { atMost, type Figure, quantile, shown, spread, timed } from './figure.ts';

export const nowMs = 1_800_000_000_000;

/**
 * A busy fleet, the same at every call: `products` of ten types, all limits on, an eighth of the slots taken.
 * @param runtimes  how many machines; 0: products are not placed. One in fifteen products has no place yet, one machine in
 *   ten is out of reach, one in five has a label that some ask for.
 */
export function largeFleet(products: number, objectives: number, runtimes = 0): FleetState {
  let seed = 42;
  const random = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed % below;
  };
  const gib = 1_073_741_824;
  const placeOf = (i: number): Pick<ProductState, 'place'> => {
    if (runtimes === 0) return {};
    const home = i % 15 === 14 ? null : `runtime-${i % runtimes}`;
    const needsLabels = i % 15 === 14 && i % 4 === 0 ? ['gpu'] : [];
    return { place: { home, worked: null, pinned: null, needsLabels, portable: true } };
  };
  return {
    ...(runtimes > 0 && {
      runtimes: Array.from({ length: runtimes }, (_, i) => ({
        name: `runtime-${i}`,
        lostSinceMs: i % 10 === 9 ? nowMs - 60_000 : null,
        asked: false,
        local: i === 0,
        maxMemoryBytes: (i % 3 === 0 ? 16 : 64) * gib,
        maxCpuCores: 16,
        labels: i % 5 === 0 ? ['gpu'] : [],
      })),
    }),
    limits: {
      ...schedulingDefaults,
      maxConcurrentSessions: 64,
      maxLiveSessions: 128,
      strategy: 'priority-weighted',
      maxCpuCores: 48,
      maxMemoryBytes: 96 * gib,
      maxCostUsdPerDay: 500,
      startPacingMs: 0,
    },
    products: Array.from(
      { length: products },
      (_, i): ProductState => ({
        name: `product-${i}`,
        type: `type-${i % 10}`,
        account: { name: 'default', closed: null, held: null },
        startable: i % 50 !== 49,
        priority: 1 + random(100),
        resourceWeight: 1 + random(6),
        learned:
          i % 3 === 0
            ? { from: 'product', cpuCores: random(4) / 2, memoryBytes: (1 + random(8)) * gib }
            : null,
        paused: i % 40 === 39 ? { reason: 'asked', sinceMs: nowMs - 1000 } : null,
        breaker: { failures: 0, openUntilMs: i % 30 === 29 ? nowMs + 60_000 : null },
        servedMs: random(10_000_000),
        lastEndedMs: i % 2 === 0 ? nowMs - random(43_200_000) : null,
        memoryOverSinceMs: null,
        spentTodayUsd: random(20),
        caps: { maxCpuCores: null, maxMemoryBytes: null, maxCostUsdPerDay: i % 5 === 0 ? 25 : null },
        ...placeOf(i),
      }),
    ),
    objectives: Array.from({ length: objectives }, (_, i): ObjectiveState => {
      const started = i < 8;
      return {
        id: `obj-${i}`,
        product: `product-${started ? i : random(products)}`,
        state: started ? 'running' : i % 10 === 9 ? 'done' : 'queued',
        queuedAtMs: nowMs - random(86_400_000),
        arrival: i,
        needs: i > 20 && i % 7 === 0 ? [`obj-${i - 1 - random(20)}`] : [],
        paused: null,
        notBeforeMs: i % 25 === 24 ? nowMs + random(600_000) : null,
        expectedMs: 60_000 * (1 + random(60)),
        expectedCostUsd: random(10) / 2,
      };
    }),
    sessions: Array.from({ length: Math.min(8, products, objectives) }, (_, i) => ({
      product: `product-${i}`,
      objective: `obj-${i}`,
      state: 'running' as const,
      startedAtMs: nowMs - 600_000,
      measured: { cpuCores: 0.5, memoryBytes: gib },
      waitingOnHuman: i === 7,
      limited: false,
      reservedCostUsd: 1,
    })),
    lastStartMs: nowMs - 60_000,
    memoryOverSinceMs: null,
    spentTodayUsd: 120,
  };
}

/**
 * One objective has ended and another arrived, a product has worked. As the fleet gives it: what nobody wrote is the same
 * object as before (src/fleet/decide/objective-states.ts, same-products.ts), all else is new. The older one is given the same.
 */
export function changed({ objectives, products, sessions, ...state }: FleetState, n: number): FleetState {
  const arrival = (objectives.at(-1)?.arrival ?? 0) + 1;
  const [first, ...others] = objectives;
  const next = others;
  if (first)
    next.push({ ...first, state: 'queued', id: `obj-${arrival}`, arrival, needs: [], queuedAtMs: nowMs });
  return {
    ...state,
    objectives: next,
    products: products.map((each, at) =>
      at === n % products.length ? { ...each, servedMs: each.servedMs + 60_000 } : each,
    ),
    sessions: sessions.map((each) => ({ ...each })),
  };
}

/**
 * @param inStep  as the loop asks: of a fleet of which a little changes before each decision
 * @returns CPU: the middle p95 of ten rounds of 40, ms; walls: all of them, ms
 */
export async function measureDecide(
  first: FleetState,
  inStep = false,
): Promise<{ cpuMs: number; walls: number[] }> {
  const ask = inStep ? createDecider() : decide;
  let state = first;
  let asked = 0;
  const next = () => {
    if (inStep) state = changed(state, asked);
    asked += 1;
  };
  for (let n = 0; n < 50; n += 1) {
    next();
    ask(state, nowMs);
  }
  const walls: number[] = [];
  const rounds: number[] = [];
  for (let round = 0; round < 10; round += 1) {
    const cpu: number[] = [];
    for (let n = 0; n < 40; n += 1) {
      next();
      const before = process.cpuUsage();
      walls.push(await timed(() => ask(state, nowMs)));
      const { user, system } = process.cpuUsage(before);
      cpu.push((user + system) / 1_000);
    }
    rounds.push(quantile(cpu, 0.95));
  }
  // Neighbours only add to it (caches, ticks of the clock): the middle round is nobody's luck.
  return { cpuMs: quantile(rounds, 0.5), walls };
}

export async function run(): Promise<Figure[]> {
  const figures: Figure[] = [];
  /** CPU time, of the process since a thread's own ticks each 4 ms: a gate on wall time would judge what else the machine does */
  const p95 = new Map<number, number>();
  for (const [products, objectives] of [
    [4, 20],
    [100, 1_000],
    [1_000, 1_000],
    [1_000, 10_000],
  ] as const) {
    const { cpuMs, walls } = await measureDecide(largeFleet(products, objectives));
    p95.set(objectives, cpuMs);
    figures.push(
      shown(
        `decide ${products} products × ${objectives} objectives`,
        quantile(walls, 0.95),
        'ms',
        spread(walls),
      ),
    );
  }
  const growth = (p95.get(10_000) ?? Number.NaN) / (p95.get(1_000) ?? Number.NaN);
  figures.push(
    atMost(
      'decide: p95 of the largest fleet',
      'absolute',
      p95.get(10_000) ?? Number.NaN,
      10,
      'ms CPU',
      'CPU time, 1000 products × 10000 objectives; the middle p95 of ten rounds of 40',
    ),
    atMost(
      'decide: growth from 1,000 to 10,000 objectives',
      'ratio',
      growth,
      12,
      '×',
      'the same p95 of both; 10 is linear',
    ),
  );
  return figures;
}
