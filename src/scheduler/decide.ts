// The one door to start a session: which queued objectives start now, why each other one waits, what to do
// about budgets broken mid-run, and when to be asked again.

import { sessionsAtLimit } from './at-limit.ts';
import { enforceBudgets } from './enforce-budgets.ts';
import { capacityOf, holdsSlot, takenBy } from './load.ts';
import { effectivePriority, waitingSinceMs } from './order.ts';
import { Runtimes } from './placement.ts';
import { type Queue, queueOf } from './queue.ts';
import { note, notReady, stillHolds } from './ready.ts';
import { drainingHelps, givenBack, lack, take } from './room.ts';
import type { FleetState, Numbers, ObjectiveState, Plan, ProductState, SessionState, Wait } from './state.ts';
import { equalNumbers, Waits } from './waits.ts';

const nobody: readonly string[] = [];

/**
 * Pure: no clock, no I/O, the input is not changed, the same input gives the same plan.
 * The rules and their reasons are in this folder's README.
 */
export const decide = (state: FleetState, nowMs: number): Plan => decideOn(queueOf(state), state, nowMs);

/** The same with its queue given: as queueOf() has it, or as it was kept in step with what changed. */
export function decideOn({ order, stateOf, lanes }: Queue, state: FleetState, nowMs: number): Plan {
  const { limits } = state;
  const products = { get: (name: string) => lanes.get(name)?.product };
  const capacity = capacityOf(state, products, nowMs);
  const holds = (session: SessionState) => holdsSlot(session, products.get(session.product), nowMs);
  const runtimes = new Runtimes(state, products);
  const { enforcements, wakeMs } = enforceBudgets(state, products, capacity, nowMs);
  const decisions: Plan['decisions'] = [...enforcements];
  const waits = new Waits();
  const after = { ...capacity };
  if (runtimes.several)
    for (const lane of lanes.values()) {
      const barred = runtimes.barred(lane.product, lane.predicted);
      if (lane.barred?.rule === barred?.rule && equalNumbers(lane.barred?.numbers, barred?.numbers)) continue;
      lane.barred = barred;
      lane.version += 1;
    }
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

  /** made once for all that are told the same */
  let slots = null as Numbers | null;
  let liveOf = null as Numbers | null;
  const holdsOthersBack = (objective: ObjectiveState, product: ProductState | undefined, at: string) => {
    const sinceMs = waitingSinceMs(objective, product);
    const endsMs = sinceMs + limits.headBoundMs;
    const head = { behind: [objective.id], numbers: { headSinceMs: sinceMs } };
    if (endsMs <= nowMs && at === '') headOfAll = head;
    else if (endsMs <= nowMs) heads.set(at, head);
    else bounds.set(at, Math.min(bounds.get(at) ?? endsMs, endsMs));
  };
  /** Who takes over a session stands behind nobody. */
  const standsBehind = (takenOver: SessionState | undefined, home: string) => {
    const never = Number.POSITIVE_INFINITY;
    if (!takenOver) holdsUpMs = Math.min(holdsUpMs, bounds.get('') ?? never, bounds.get(home) ?? never);
  };
  for (const candidate of order) {
    const { objective, lane } = candidate;
    if (!stillHolds(candidate, nowMs)) {
      const obstacle = notReady(candidate, limits, nowMs, stateOf);
      note(candidate, obstacle, nowMs);
      if (obstacle) waits.tell(candidate, obstacle.rule, obstacle.behind, obstacle.numbers);
    } else if (!candidate.ready && candidate.wait) waits.again(candidate.wait);
    if (!candidate.ready) {
      wakeAt(candidate.endsMs);
      continue;
    }
    const { product } = lane;
    const takenOver = lane.adoptable;
    const predicted = takenOver ? takenBy(takenOver, lane.predicted) : lane.predicted;
    const room = takenOver ? givenBack(after, predicted) : after;
    const home = product?.place?.home ?? '';
    const head = headOfAll ?? (home === '' ? undefined : heads.get(home));
    if (room.slotsUsed + 1 > room.slots) {
      if (slots?.used !== room.slotsUsed) slots = { used: room.slotsUsed, max: room.slots };
      waits.tell(candidate, 'slots', slotHolders, slots);
      continue;
    }
    if (room.liveSessions + 1 > room.maxLiveSessions) {
      if (liveOf?.used !== room.liveSessions) liveOf = { used: room.liveSessions, max: room.maxLiveSessions };
      waits.tell(candidate, 'live', live, liveOf);
      continue;
    }
    // Who takes over what runs already takes nothing that the head could have.
    if (head && !takenOver) {
      waits.tell(candidate, 'behind-head', head.behind, head.numbers);
      continue;
    }
    const full = runtimes.full(product, predicted, takenOver ? predicted : null);
    const lacking = lack(room, objective, predicted);
    if (lacking) {
      standsBehind(takenOver, home);
      waits.tell(candidate, lacking.rule, live, lacking.numbers);
      if (drainingHelps(objective, after)) holdsOthersBack(objective, product, '');
    } else if (full) {
      standsBehind(takenOver, home);
      waits.tell(candidate, full.rule, full.behind, full.numbers);
      holdsOthersBack(objective, product, home);
    } else if (paced !== null) {
      standsBehind(takenOver, home);
      wakeAt(paced);
      waits.tell(candidate, 'pacing', nobody, { untilMs: paced });
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
    waits: waits.list,
    nextWakeMs: Number.isFinite(wake) ? wake : null,
    capacity,
    sessions: state.sessions,
    atLimit,
  };
}
