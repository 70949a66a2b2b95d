// Why an objective could not start even in an empty fleet. These never hold up anyone else.
import { closedNow, exceeds, heldNow } from './load.ts';
import type { Candidate } from './order.ts';
import type { StateOf } from './queue.ts';
import type { AccountState, Limits, Numbers, WaitRule } from './state.ts';

export interface Obstacle {
  rule: WaitRule;
  behind: readonly string[];
  numbers: Numbers;
  /** when time alone removes it; null: it does not */
  untilMs: number | null;
}

const nobody: readonly string[] = [];

function obstacle(
  rule: WaitRule,
  numbers: Numbers,
  behind = nobody,
  untilMs: number | null = null,
): Obstacle {
  return { rule, behind, numbers, untilMs };
}

/** A daily limit is reached when nothing is left of it, or when what is known of this one goes beyond it. */
export function breaksCost(knownUsd: number, expectedUsd: number | null, limitUsd: number): boolean {
  return knownUsd >= limitUsd || (expectedUsd !== null && exceeds(knownUsd + expectedUsd, limitUsd));
}

function neverFits({ objective, lane: { product, predicted } }: Candidate, limits: Limits): Obstacle | null {
  const never = (limit: string, scope: string, needed: number | null, allowed: number) =>
    obstacle('never-fits', { limit, scope, needed, allowed });
  if (limits.maxMemoryBytes !== null && exceeds(predicted.memoryBytes, limits.maxMemoryBytes))
    return never('memory', 'fleet', predicted.memoryBytes, limits.maxMemoryBytes);
  if (limits.maxCpuCores !== null && exceeds(predicted.cpuCores, limits.maxCpuCores))
    return never('cpu', 'fleet', predicted.cpuCores, limits.maxCpuCores);
  if (limits.maxCostUsdPerDay !== null && breaksCost(0, objective.expectedCostUsd, limits.maxCostUsdPerDay))
    return never('cost', 'fleet', objective.expectedCostUsd, limits.maxCostUsdPerDay);
  const caps = product?.caps;
  if (!caps) return null;
  if (caps.maxMemoryBytes !== null && caps.maxMemoryBytes <= 0)
    return never('memory', 'product', null, caps.maxMemoryBytes);
  if (caps.maxCpuCores !== null && caps.maxCpuCores <= 0)
    return never('cpu', 'product', null, caps.maxCpuCores);
  if (caps.maxCostUsdPerDay !== null && breaksCost(0, objective.expectedCostUsd, caps.maxCostUsdPerDay))
    return never('cost', 'product', objective.expectedCostUsd, caps.maxCostUsdPerDay);
  return null;
}

function unmetNeeds(needs: readonly string[], stateOf: StateOf): Obstacle | null {
  const open: string[] = [];
  for (const id of needs) {
    const state = stateOf(id);
    if (state === 'failed' || state === 'cancelled')
      return obstacle('needs-failed', { need: id, state }, [id]);
    if (state !== 'done') open.push(id);
  }
  return open.length === 0 ? null : obstacle('needs', { open: open.length, of: needs.length }, open);
}

function accountShut(account: AccountState, nowMs: number): Obstacle | null {
  const closed = closedNow(account, nowMs);
  if (closed !== null)
    return obstacle('account-closed', { account: account.name, ...closed }, nobody, closed.untilMs);
  const held = heldNow(account, nowMs);
  return held && obstacle('account-held', { account: account.name, ...held }, nobody, held.untilMs);
}

/**
 * The first obstacle, those that only a human removes before those that time or other work removes.
 *
 * @param stateOf   of an objective that others need; one that is missing stays unmet
 */
export function notReady(
  candidate: Candidate,
  limits: Limits,
  nowMs: number,
  stateOf: StateOf,
): Obstacle | null {
  const { objective } = candidate;
  const { product, occupant, barred } = candidate.lane;
  if (!product) return obstacle('not-startable', { reason: 'it is not in products.yaml' });
  if (!product.startable)
    return obstacle('not-startable', {
      reason:
        product.whyNot ?? 'products.yaml says overstory: false, or its folder is not ready (see status)',
    });
  if (objective.paused)
    return obstacle('objective-paused', {
      reason: objective.paused.reason,
      sinceMs: objective.paused.sinceMs,
    });
  if (product.paused)
    return obstacle('product-paused', { reason: product.paused.reason, sinceMs: product.paused.sinceMs });
  const never = neverFits(candidate, limits);
  if (never) return never;
  if (objective.needs.length > 0) {
    const unmet = unmetNeeds(objective.needs, stateOf);
    if (unmet) return unmet;
  }
  if (barred) return obstacle(barred.rule, barred.numbers);
  const { failures, openUntilMs } = product.breaker;
  if (openUntilMs !== null && openUntilMs > nowMs)
    return obstacle('breaker', { failures, untilMs: openUntilMs }, nobody, openUntilMs);
  if (objective.notBeforeMs !== null && objective.notBeforeMs > nowMs)
    return obstacle('not-before', { untilMs: objective.notBeforeMs }, nobody, objective.notBeforeMs);
  const shut = accountShut(product.account, nowMs);
  if (shut) return shut;
  if (occupant !== undefined) return obstacle('product-busy', {}, [occupant]);
  const cap = product.caps.maxCostUsdPerDay;
  if (cap !== null && breaksCost(product.spentTodayUsd ?? 0, objective.expectedCostUsd, cap))
    return obstacle('cost', {
      scope: 'product',
      spentUsd: product.spentTodayUsd,
      reservedUsd: 0,
      expectedUsd: objective.expectedCostUsd,
      limitUsd: cap,
    });
  return null;
}

/** Whether what was found when it was looked at last is what would be found now, as far as its needs are what they were. */
export function stillHolds(candidate: Candidate, nowMs: number): boolean {
  const { lane } = candidate;
  return (
    candidate.lookedAt === lane.version &&
    candidate.lookedOccupant === lane.occupant &&
    nowMs < candidate.holdsUntilMs
  );
}

/** Notes what was found, and for what that holds. */
export function note(candidate: Candidate, found: Obstacle | null, nowMs: number): void {
  const { lane, objective } = candidate;
  candidate.ready = found === null;
  candidate.lookedAt = lane.version;
  candidate.lookedOccupant = lane.occupant;
  candidate.endsMs = found?.untilMs ?? Number.POSITIVE_INFINITY;
  candidate.holdsUntilMs = Number.POSITIVE_INFINITY;
  const { product } = lane;
  for (const ms of [
    objective.notBeforeMs,
    product?.breaker.openUntilMs,
    product?.account.closed?.untilMs,
    product?.account.held?.untilMs,
  ])
    if (ms != null && ms > nowMs) candidate.holdsUntilMs = Math.min(candidate.holdsUntilMs, ms);
}
