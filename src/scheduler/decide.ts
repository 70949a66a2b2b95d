// The one door to start a session: which queued objectives start now, why each other one waits, what to do
// about budgets broken mid-run, and when to be asked again.

import { sessionsAtLimit } from './at-limit.ts';
import { enforceBudgets } from './enforce-budgets.ts';
import { capacityOf, exceeds, holdsSlot, takenBy } from './load.ts';
import { effectivePriority, waitingSinceMs } from './order.ts';
import { Runtimes } from './placement.ts';
import { type Queue, queueOf } from './queue.ts';
import { breaksCost, notReady } from './ready.ts';
import type {
  Capacity,
  FleetState,
  Footprint,
  Numbers,
  ObjectiveState,
  Plan,
  ProductState,
  SessionState,
  Wait,
  WaitRule,
} from './state.ts';

/** What else the fleet lacks, in the order it is named when several hold. */
function lack(
  after: Capacity,
  objective: ObjectiveState,
  predicted: Footprint,
): { rule: 'memory' | 'cpu' | 'cost'; numbers: Numbers } | null {
  const { committed, measured, maxMemoryBytes, maxCpuCores, maxCostUsdPerDay } = after;
  if (maxMemoryBytes !== null && exceeds(committed.memoryBytes + predicted.memoryBytes, maxMemoryBytes))
    return {
      rule: 'memory',
      numbers: { used: committed.memoryBytes, predicted: predicted.memoryBytes, max: maxMemoryBytes },
    };
  if (maxCpuCores !== null && exceeds(committed.cpuCores + predicted.cpuCores, maxCpuCores))
    return {
      rule: 'cpu',
      numbers: {
        used: committed.cpuCores,
        measured: measured?.cpuCores ?? null,
        predicted: predicted.cpuCores,
        max: maxCpuCores,
      },
    };
  const { expectedCostUsd } = objective;
  const knownUsd = (after.spentTodayUsd ?? 0) + after.reservedUsd;
  if (maxCostUsdPerDay !== null && breaksCost(knownUsd, expectedCostUsd, maxCostUsdPerDay))
    return {
      rule: 'cost',
      numbers: {
        scope: 'fleet',
        spentUsd: after.spentTodayUsd,
        reservedUsd: after.reservedUsd,
        expectedUsd: expectedCostUsd,
        limitUsd: maxCostUsdPerDay,
      },
    };
  return null;
}

/**
 * Whether this one could start when sessions end, so that holding others back helps: they give back everything but the
 * money that is spent, which is gone until tomorrow.
 */
function drainingHelps({ expectedCostUsd }: ObjectiveState, { spentTodayUsd, maxCostUsdPerDay }: Capacity) {
  return maxCostUsdPerDay === null || !breaksCost(spentTodayUsd ?? 0, expectedCostUsd, maxCostUsdPerDay);
}

/** The room there is for who takes this session over: its own part given back. It waits for nobody: it holds a slot. */
function givenBack(after: Capacity, taken: Footprint): Capacity {
  return {
    ...after,
    slotsUsed: after.slotsUsed - 1,
    liveSessions: after.liveSessions - 1,
    committed: {
      cpuCores: after.committed.cpuCores - taken.cpuCores,
      memoryBytes: after.committed.memoryBytes - taken.memoryBytes,
    },
  };
}

/** Counts one admission in. */
function take(after: Capacity, objective: ObjectiveState, predicted: Footprint): void {
  after.slotsUsed += 1;
  after.liveSessions += 1;
  after.committed = {
    cpuCores: after.committed.cpuCores + predicted.cpuCores,
    memoryBytes: after.committed.memoryBytes + predicted.memoryBytes,
  };
  after.reservedUsd += objective.expectedCostUsd ?? 0;
}

/**
 * Pure: no clock, no I/O, the input is not changed, the same input gives the same plan.
 * The rules and their reasons are in this folder's README.
 */
export const decide = (state: FleetState, nowMs: number): Plan => decideOn(queueOf(state), state, nowMs);

/** The same with its queue given: as queueOf() has it, or as it was kept in step with what changed. */
export function decideOn({ order, stateOf, lanes }: Queue, state: FleetState, nowMs: number): Plan {
  const { limits } = state;
  const products = new Map(state.products.map((product) => [product.name, product]));
  const capacity = capacityOf(state, products, nowMs);
  const holds = (session: SessionState) => holdsSlot(session, products.get(session.product), nowMs);
  const runtimes = new Runtimes(state, products);
  const { enforcements, wakeMs } = enforceBudgets(state, products, capacity, nowMs);
  const decisions: Plan['decisions'] = [...enforcements];
  const waits: Wait[] = [];
  const after = { ...capacity };
  for (const session of state.sessions) {
    const lane = lanes.get(session.product);
    if (lane === undefined) continue;
    if (session.adoptable) lane.adoptable = session;
    else lane.occupant = session.objective;
  }
  let slotHolders = state.sessions.filter(holds).map((session) => session.objective);
  let live = state.sessions.map((session) => session.objective);

  let wake = wakeMs;
  const wakeAt = (ms: number) => {
    wake = Math.min(wake, ms);
  };
  let paced = state.lastStartMs === null ? null : state.lastStartMs + limits.startPacingMs;
  if (paced !== null && paced <= nowMs) paced = null;
  /**
   * The objectives that nothing may pass any more, as those behind them say it: shared by up to ten thousand waits. By
   * runtime, and of the fleet: what waits for room on one holds up nobody elsewhere.
   */
  const heads = new Map<string, Pick<Wait, 'behind' | 'numbers'>>();
  let headOfAll: Pick<Wait, 'behind' | 'numbers'> | undefined;
  /** when the first bound ends of those that do not fit so far, by runtime */
  const bounds = new Map<string, number>();
  /** the first of them behind which somebody ready stands */
  let holdsUpMs = Number.POSITIVE_INFINITY;

  const wait = (
    { id, product }: ObjectiveState,
    rule: WaitRule,
    behind: readonly string[],
    numbers: Numbers,
  ) => {
    waits.push({ objective: id, product, rule, position: waits.length + 1, behind, numbers });
  };
  const holdsOthersBack = (objective: ObjectiveState, product: ProductState | undefined, at: string) => {
    const sinceMs = waitingSinceMs(objective, product);
    const endsMs = sinceMs + limits.headBoundMs;
    const head = { behind: [objective.id], numbers: { headSinceMs: sinceMs } };
    if (endsMs <= nowMs && at === '') headOfAll = head;
    else if (endsMs <= nowMs) heads.set(at, head);
    else bounds.set(at, Math.min(bounds.get(at) ?? endsMs, endsMs));
  };
  for (const candidate of order) {
    const { objective, lane } = candidate;
    const { product } = lane;
    const obstacle = notReady(candidate, limits, nowMs, stateOf, runtimes);
    if (obstacle) {
      if (obstacle.untilMs !== null) wakeAt(obstacle.untilMs);
      wait(objective, obstacle.rule, obstacle.behind, obstacle.numbers);
      continue;
    }
    const takenOver = lane.adoptable;
    const predicted = takenOver ? takenBy(takenOver, lane.predicted) : lane.predicted;
    const room = takenOver ? givenBack(after, predicted) : after;
    const home = product?.place?.home ?? '';
    const head = headOfAll ?? (home === '' ? undefined : heads.get(home));
    if (room.slotsUsed + 1 > room.slots) {
      wait(objective, 'slots', slotHolders, { used: room.slotsUsed, max: room.slots });
      continue;
    }
    if (room.liveSessions + 1 > room.maxLiveSessions) {
      wait(objective, 'live', live, { used: room.liveSessions, max: room.maxLiveSessions });
      continue;
    }
    // Who takes over what runs already takes nothing that the head could have.
    if (head && !takenOver) {
      wait(objective, 'behind-head', head.behind, head.numbers);
      continue;
    }
    const standsBehind = () => {
      const never = Number.POSITIVE_INFINITY;
      if (!takenOver) holdsUpMs = Math.min(holdsUpMs, bounds.get('') ?? never, bounds.get(home) ?? never);
    };
    const full = runtimes.full(product, predicted, takenOver ? predicted : null);
    const lacking = lack(room, objective, predicted);
    if (lacking) {
      standsBehind();
      wait(objective, lacking.rule, live, lacking.numbers);
      if (drainingHelps(objective, after)) holdsOthersBack(objective, product, '');
    } else if (full) {
      standsBehind();
      wait(objective, full.rule, full.behind, full.numbers);
      holdsOthersBack(objective, product, home);
    } else if (paced !== null) {
      standsBehind();
      wakeAt(paced);
      wait(objective, 'pacing', [], { untilMs: paced });
    } else {
      Object.assign(after, room);
      take(after, objective, predicted);
      if (!takenOver) runtimes.take(objective.id, product, predicted);
      lane.adoptable = undefined;
      lane.occupant = objective.id;
      slotHolders = [...slotHolders, objective.id];
      live = [...live, objective.id];
      if (limits.startPacingMs > 0) paced = nowMs + limits.startPacingMs;
      decisions.push({
        kind: 'start',
        objective: objective.id,
        product: objective.product,
        rule: 'admit',
        numbers: {
          effectivePriority: effectivePriority(limits, candidate, nowMs),
          waitedMs: nowMs - objective.queuedAtMs,
          slotsUsed: after.slotsUsed,
          slots: after.slots,
          liveSessions: after.liveSessions,
          maxLiveSessions: after.maxLiveSessions,
          predictedFrom: product?.learned?.from ?? 'weight',
          predictedMemoryBytes: predicted.memoryBytes,
          memoryBytes: after.committed.memoryBytes,
          maxMemoryBytes: after.maxMemoryBytes,
          predictedCpuCores: predicted.cpuCores,
          cpuCores: after.committed.cpuCores,
          maxCpuCores: after.maxCpuCores,
          expectedCostUsd: objective.expectedCostUsd,
          spentTodayUsd: after.spentTodayUsd,
          maxCostUsdPerDay: after.maxCostUsdPerDay,
          ...(home !== '' && { runtime: home }),
        },
      });
    }
  }
  const atLimit = sessionsAtLimit(state, products, nowMs);
  // What waits for an account takes its slot again when it opens.
  for (const { untilMs } of atLimit) if (untilMs !== null) wakeAt(untilMs);
  // Where nothing fits anyway a bound changes nothing.
  if (after.slotsUsed < after.slots && after.liveSessions < after.maxLiveSessions) wakeAt(holdsUpMs);
  return {
    atMs: nowMs,
    decisions,
    placings: runtimes.placings,
    waits,
    nextWakeMs: Number.isFinite(wake) ? wake : null,
    capacity,
    sessions: state.sessions,
    atLimit,
  };
}
