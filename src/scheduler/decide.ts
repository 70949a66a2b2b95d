// The one door to start a session: which queued objectives start now, why each other one waits, what to do
// about budgets broken mid-run, and when to be asked again.
import { capacityOf, exceeds, holdsSlot, predict } from './load.ts';
import { type Candidate, effectivePriority, queueOrder } from './order.ts';
import { breaksCost, notReady } from './ready.ts';
import { relieve } from './relief.ts';
import type {
  Capacity,
  FleetState,
  Footprint,
  Numbers,
  ObjectiveState,
  Plan,
  SessionState,
  Wait,
  WaitRule,
} from './state.ts';

/** Lacks of the fleet, in the order they are named when several hold. */
function lack(
  after: Capacity,
  candidate: Candidate,
  predicted: Footprint,
): { rule: 'slots' | 'live' | 'memory' | 'cpu' | 'cost'; numbers: Numbers } | null {
  if (after.slotsUsed + 1 > after.slots)
    return { rule: 'slots', numbers: { used: after.slotsUsed, max: after.slots } };
  if (after.liveSessions + 1 > after.maxLiveSessions)
    return { rule: 'live', numbers: { used: after.liveSessions, max: after.maxLiveSessions } };
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
  const { expectedCostUsd } = candidate.objective;
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

/** Since when it has been waiting for the fleet, as far as the state can tell. */
function waitingSinceMs({ queuedAtMs, notBeforeMs }: ObjectiveState): number {
  return Math.max(queuedAtMs, notBeforeMs ?? queuedAtMs);
}

/** The room there is for who takes this session over: its own part given back. */
function givenBack(after: Capacity, session: SessionState, predicted: Footprint): Capacity {
  const { measured } = session;
  return {
    ...after,
    slotsUsed: after.slotsUsed - (holdsSlot(session) ? 1 : 0),
    liveSessions: after.liveSessions - 1,
    committed: {
      cpuCores: after.committed.cpuCores - Math.max(measured?.cpuCores ?? 0, predicted.cpuCores),
      memoryBytes: after.committed.memoryBytes - Math.max(measured?.memoryBytes ?? 0, predicted.memoryBytes),
    },
  };
}

/** Counts one admission in. */
function take(after: Capacity, candidate: Candidate, predicted: Footprint): void {
  after.slotsUsed += 1;
  after.liveSessions += 1;
  after.committed = {
    cpuCores: after.committed.cpuCores + predicted.cpuCores,
    memoryBytes: after.committed.memoryBytes + predicted.memoryBytes,
  };
  after.reservedUsd += candidate.objective.expectedCostUsd ?? 0;
}

/**
 * Pure: no clock, no I/O, the input is not changed, the same input gives the same plan.
 * The rules and their reasons are in this folder's README.
 */
export function decide(state: FleetState, nowMs: number): Plan {
  const { limits } = state;
  const products = new Map(state.products.map((product) => [product.name, product]));
  const capacity = capacityOf(state, products);
  const { reliefs, wakeMs } = relieve(state, products, capacity, nowMs);
  const decisions: Plan['decisions'] = [...reliefs];
  const waits: Wait[] = [];
  const after = { ...capacity };
  const ours = state.sessions.filter(({ adoptable }) => !adoptable);
  const occupants = new Map(ours.map((session) => [session.product, session.objective]));
  const adoptable = new Map(
    state.sessions.filter((session) => session.adoptable).map((session) => [session.product, session]),
  );
  let slotHolders = state.sessions.filter(holdsSlot).map((session) => session.objective);
  let live = state.sessions.map((session) => session.objective);

  let states: Map<string, ObjectiveState['state']> | null = null;
  const stateOf = (id: string) => {
    states ??= new Map(state.objectives.map((objective) => [objective.id, objective.state]));
    return states.get(id);
  };

  let wake = wakeMs ?? Number.POSITIVE_INFINITY;
  const wakeAt = (ms: number) => {
    wake = Math.min(wake, ms);
  };
  let paced = state.lastStartMs === null ? null : state.lastStartMs + limits.startPacingMs;
  if (paced !== null && paced <= nowMs) paced = null;
  /** the objective nothing may pass any more */
  let head: Candidate | null = null;
  /** when the first bound ends of those that do not fit so far */
  let boundMs = Number.POSITIVE_INFINITY;
  /** the same, once somebody ready stands behind it */
  let holdsUpMs = Number.POSITIVE_INFINITY;

  const queue = queueOrder(state, products);
  for (const candidate of queue) {
    const { objective } = candidate;
    const wait = (rule: WaitRule, behind: readonly string[], numbers: Numbers) =>
      waits.push({
        objective: objective.id,
        product: objective.product,
        rule,
        position: waits.length + 1,
        behind,
        numbers,
      });

    const predicted = predict(candidate.product, limits);
    const obstacle = notReady(candidate, predicted, limits, nowMs, stateOf, occupants.get(objective.product));
    if (obstacle) {
      if (obstacle.untilMs !== null) wakeAt(obstacle.untilMs);
      wait(obstacle.rule, obstacle.behind, obstacle.numbers);
      continue;
    }
    const takenOver = adoptable.get(objective.product);
    const room = takenOver ? givenBack(after, takenOver, predicted) : after;
    const lacking = lack(room, candidate, predicted);
    if (lacking?.rule === 'slots') wait('slots', slotHolders, lacking.numbers);
    else if (lacking?.rule === 'live') wait('live', live, lacking.numbers);
    else if (head) wait('behind-head', [head.objective.id], { headSinceMs: waitingSinceMs(head.objective) });
    else if (lacking) {
      holdsUpMs = boundMs;
      wait(lacking.rule, live, lacking.numbers);
      // Sessions that end give back memory and CPU but not money: holding others back would not help.
      if (lacking.rule === 'cost') continue;
      const endsMs = waitingSinceMs(objective) + limits.headBoundMs;
      if (endsMs <= nowMs) head = candidate;
      else boundMs = Math.min(boundMs, endsMs);
    } else if (paced !== null) {
      holdsUpMs = boundMs;
      wakeAt(paced);
      wait('pacing', [], { untilMs: paced });
    } else {
      Object.assign(after, room);
      take(after, candidate, predicted);
      adoptable.delete(objective.product);
      occupants.set(objective.product, objective.id);
      slotHolders = [...slotHolders, objective.id];
      live = [...live, objective.id];
      if (limits.startPacingMs > 0) paced = nowMs + limits.startPacingMs;
      decisions.push({
        kind: 'start',
        objective: objective.id,
        product: objective.product,
        rule: 'admit',
        numbers: {
          effectivePriority: effectivePriority(state, candidate, nowMs),
          waitedMs: nowMs - objective.queuedAtMs,
          slotsUsed: after.slotsUsed,
          slots: after.slots,
          liveSessions: after.liveSessions,
          maxLiveSessions: after.maxLiveSessions,
          predictedFrom: candidate.product?.learned ? 'history' : 'weight',
          predictedMemoryBytes: predicted.memoryBytes,
          memoryBytes: after.committed.memoryBytes,
          maxMemoryBytes: after.maxMemoryBytes,
          predictedCpuCores: predicted.cpuCores,
          cpuCores: after.committed.cpuCores,
          maxCpuCores: after.maxCpuCores,
          expectedCostUsd: objective.expectedCostUsd,
          spentTodayUsd: after.spentTodayUsd,
          maxCostUsdPerDay: after.maxCostUsdPerDay,
        },
      });
    }
  }
  // Where nothing fits anyway a bound changes nothing.
  if (after.slotsUsed < after.slots && after.liveSessions < after.maxLiveSessions) wakeAt(holdsUpMs);
  return {
    atMs: nowMs,
    decisions,
    waits,
    nextWakeMs: Number.isFinite(wake) ? wake : null,
    capacity,
    sessions: state.sessions,
  };
}
