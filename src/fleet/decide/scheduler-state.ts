// Journal + registry + measurements → the plain data that decide() takes. Reads only.

import type { Direct } from '../../contract/objectives.ts';
import type { ProductSnapshot } from '../../contract/runtime/snapshot.ts';
import { fleetScope } from '../../journal/events.ts';
import type { Prediction } from '../../journal/outcomes/prediction.ts';
import type { Product } from '../../registry/registry.ts';
import { onlyRuntime } from '../../runtime/runtime.ts';
import { predict, schedulingDefaults } from '../../scheduler/index.ts';
import type { FleetState, Footprint, ProductState } from '../../scheduler/state.ts';
import type { FleetContext } from '../context.ts';
import { coordinatorAlive } from '../observe/reconcile.ts';
import { accountsOf } from './account-state.ts';
import { estimates } from './estimate.ts';
import { histories } from './footprint-history.ts';
import { overridesOf } from './live-changes.ts';
import { objectiveStates } from './objective-states.ts';
import { coresOf, placeOf, runtimesOf } from './runtimes.ts';
import { sameProducts } from './same-products.ts';
import { criticalGates, waitsFor } from './waiting-on-human.ts';

/** Sessions that a human started by hand count too: they use the same slots and memory. */
const notOurs = (product: string): string => `started by hand on ${product}`;

/**
 * CPU can be shared out, memory cannot: a session that once used more CPU than the whole budget runs slower
 * within it, and must not be called one that can never run.
 */
function learned(footprint: ProductState['learned'], maxCpuCores: number | null): ProductState['learned'] {
  if (footprint === null || maxCpuCores === null) return footprint;
  return { ...footprint, cpuCores: Math.min(footprint.cpuCores, maxCpuCores) };
}

/** Of what is as it was the last time, the same objects again. */
export function schedulerState(context: FleetContext): FleetState {
  const { journal, observations, footprints, tuning, clock } = context;
  const { paused, registry } = overridesOf(journal, context.registry.current());
  const { scheduling } = registry;
  const cores = coresOf(context);
  const served = journal.served();
  const places = registry.runtimes && journal.placements();
  const moving = new Map(
    journal.moves
      .open()
      .flatMap(({ product, to, epoch }) =>
        places?.get(product)?.epoch === epoch ? [] : [[product, to] as const],
      ),
  );
  const local = registry.runtimes?.find(({ kind }) => kind === 'local')?.name ?? null;
  const live = journal.liveSessions();
  // Where it works it is, and where it worked it stays; of the one runtime that there was before only `local` is left.
  const workedAt = (name: string): string | null =>
    live.some((s) => s.product === name) ? (local ?? onlyRuntime) : served.has(name) ? local : null;
  const accounts = accountsOf(journal, registry);
  const held = criticalGates(context);
  const lastStartMs = journal.lastStartMs();
  const today = journal.spent(startOfDayMs(clock.nowMs()));
  const spent = [...today.values()].flatMap(({ costUsd }) => costUsd ?? []);
  const broken = journal.brokenBudgets();
  const overMemory = (product: string): number | null =>
    broken.find(({ rule, scope }) => rule === 'over-memory' && scope === product)?.sinceMs ?? null;
  const breakers = journal.breakers();
  const history = histories(context);
  const products = new Map(registry.products.map((p) => [p.name, p]));
  const known = estimates(context);
  const expected = (name: string, kind: string, direct: Direct | null): Prediction | null => {
    const product = products.get(name);
    return product ? known.of(product, kind, direct) : null;
  };

  const latestRetryMs = context.clock.nowMs() + Math.max(0, ...tuning.startRetryMs);
  const { maxCpuPercent } = scheduling.budget;
  const maxCpuCores = maxCpuPercent === null || cores === null ? null : (cores * maxCpuPercent) / 100;
  return {
    limits: {
      ...schedulingDefaults,
      startPacingMs: tuning.startPacingMs,
      memoryGraceMs: tuning.memoryGraceMs,
      maxConcurrentSessions: scheduling.maxConcurrentSessions,
      maxLiveSessions: scheduling.maxLiveSessions,
      strategy: scheduling.strategy,
      maxCpuCores,
      maxMemoryBytes: scheduling.budget.maxMemoryBytes,
      maxCostUsdPerDay: scheduling.budget.maxCostUsdPerDay,
    },
    runtimes: runtimesOf(context),
    products: sameProducts(
      context,
      registry.products.map(
        (p): ProductState => ({
          name: p.name,
          type: p.type,
          managed: p.overstory,
          ...(places !== null && {
            place: placeOf(p, places, workedAt(p.name), moving.get(p.name) ?? null),
          }),
          account: accounts.of(p),
          ...startable(p, observations.get(p.name)?.snapshot, context.beingMade.has(p.name)),
          priority: p.priority,
          resourceWeight: p.resourceWeight,
          learned: learned(history.footprint(p), maxCpuCores),
          paused: paused.get(p.name) ?? held.get(p.name) ?? null,
          breaker: circuit(context, breakers.get(p.name)),
          servedMs: served.get(p.name)?.ms ?? 0,
          lastEndedMs: served.get(p.name)?.lastEndedMs ?? null,
          memoryOverSinceMs: overMemory(p.name),
          spentTodayUsd: today.get(p.name)?.costUsd ?? null,
          caps: {
            maxCpuCores: p.caps.maxCpuCores,
            maxMemoryBytes: p.caps.maxMemoryBytes,
            maxCostUsdPerDay: p.caps.maxCostUsdPerDay,
          },
        }),
      ),
    ),
    objectives: objectiveStates(context, latestRetryMs),
    sessions: [
      ...live.map((s) => ({
        product: s.product,
        objective: s.objective,
        state: s.state as 'starting' | 'running' | 'stopping',
        startedAtMs: s.startingAtMs,
        measured: measured(footprints.get(s.product)),
        waitingOnHuman: waitsFor(context, s.product) !== null,
        limited: accounts.limited(s.id),
        reservedCostUsd: reserved(
          expected(s.product, journal.openObjective(s.objective)?.kind ?? 'other', s.direct)?.costUsd?.p90 ??
            null,
          s.costUsd,
        ),
      })),
      ...[...observations]
        .filter(([name, o]) => coordinatorAlive(o.snapshot) && !live.some((s) => s.product === name))
        .map(([name, o]) => ({
          product: name,
          objective: notOurs(name),
          state: 'running' as const,
          startedAtMs: Date.parse(o.snapshot.coordinator?.startedAt ?? '') || o.receivedAtMs,
          measured: measured(footprints.get(name)),
          waitingOnHuman: false,
          limited: false,
          adoptable: true,
          reservedCostUsd: null,
        })),
    ],
    memoryOverSinceMs: overMemory(fleetScope),
    // A clock that was set back must not make the next start wait for hours.
    lastStartMs: lastStartMs !== null && lastStartMs > context.clock.nowMs() ? null : lastStartMs,
    spentTodayUsd: spent.length === 0 ? null : spent.reduce((sum, usd) => sum + usd, 0),
  };
}

/** What a session of the product is predicted to use. */
export function neededBy(context: FleetContext, name: string): Footprint {
  const { products, limits } = schedulerState(context);
  return predict(
    products.find((product) => product.name === name),
    limits,
  );
}

/** What a running session may still cost, by its estimate: what it has cost already counts as spent. */
function reserved(estimateUsd: number | null, spentUsd: number | null): number | null {
  return estimateUsd === null ? null : Math.max(0, estimateUsd - (spentUsd ?? 0));
}

/** A day of money is a UTC day: the same on every machine. */
export function startOfDayMs(nowMs: number): number {
  return nowMs - (nowMs % 86_400_000);
}

/** Opens after so many failed starts in a row, each further one doubles how long. */
function circuit(
  { tuning, clock }: FleetContext,
  seen: { failures: number; lastFailureMs: number } | undefined,
): ProductState['breaker'] {
  if (seen === undefined) return { failures: 0, openUntilMs: null };
  const beyond = seen.failures - tuning.breakerFailures;
  if (beyond < 0) return { failures: seen.failures, openUntilMs: null };
  const openMs = Math.min(tuning.breakerMostMs, tuning.breakerMs * 2 ** beyond);
  return { failures: seen.failures, openUntilMs: Math.min(seen.lastFailureMs, clock.nowMs()) + openMs };
}

function measured(
  footprint: { memoryBytes: number | null; cpuCores: number | null } | undefined,
): Footprint | null {
  if (!footprint || footprint.memoryBytes === null) return null;
  return { memoryBytes: footprint.memoryBytes, cpuCores: footprint.cpuCores ?? 0 };
}

function startable({ overstory }: Product, seen: ProductSnapshot | undefined, beingMade: boolean) {
  if (!overstory) return { startable: false, whyNot: 'products.yaml says overstory: false' };
  if (beingMade) return { startable: false, whyNot: 'it is being made ready' };
  if (seen === undefined || seen.health === 'ok') return { startable: true };
  return {
    startable: false,
    ...(seen.error && { whyNot: `${seen.error.code}: ${line(seen.error.message)}` }),
  };
}

/** One that can end a clause. */
const line = (sentence: string) => sentence.replaceAll(/\s+/g, ' ').replace(/\.$/, '');
