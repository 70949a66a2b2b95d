// What the next run is expected to take, from those that were done: pure.
//
// The runs of the same product and kind where there are enough of them, else of the product, else of its type. The
// latest ones only: a product changes. Time spent waiting for a human is left out: it says nothing about the work.

import type { Direct } from '../../contract/objectives.ts';
import type { Prediction, Quantiles } from '../../journal/outcomes/prediction.ts';
import type { Outcome } from '../../journal/outcomes/store.ts';
import type { FleetContext } from '../context.ts';

/** Of the latest runs so many: enough to even out single ones, few enough to follow a product that changes. */
const runsLookedAt = 20;
/** Fewer of a kind say less than all of the product. */
const enoughOfKind = 3;
const outcomesLookedAt = 2_000;

export interface Score {
  /** runs that were predicted and done */
  runs: number;
  /** half of them were off by at most this share of what they took; 0.2 = 20 % */
  medianError: number;
  /** share that stayed within the p90 */
  withinP90: number;
}

export interface Estimates {
  /** Of runs by a coordinator, or by one worker of that capability alone. null: nothing finished yet that is alike */
  of(product: { name: string; type: string }, kind: string, direct?: Direct | null): Prediction | null;
  /** How good the predictions of this product (and kind) were. null: none to judge */
  score(product: string, kind: string | null): Score | null;
}

/** Nearest rank; null of nothing. */
export function quantile(values: readonly number[], share: number): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? null;
}

function quantiles(values: readonly number[]): Quantiles | null {
  const p50 = quantile(values, 0.5);
  const p90 = quantile(values, 0.9);
  return p50 === null || p90 === null ? null : { p50, p90 };
}

/** @param outcomes the one that ended last first */
export function estimatesOf(
  outcomes: readonly Outcome[],
  products: readonly { name: string; type: string }[],
): Estimates {
  const typeOf = new Map(products.map(({ name, type }) => [name, type]));
  const done = outcomes.filter(({ end }) => end === 'done');
  const groups = new Map<string, Outcome[]>();
  for (const outcome of done) {
    const type = typeOf.get(outcome.product) ?? '';
    const way = wayOf(outcome.direct);
    for (const key of [
      `${way} product ${outcome.product} ${outcome.kind}`,
      `${way} product ${outcome.product}`,
      `${way} type ${type} ${outcome.kind}`,
      `${way} type ${type}`,
    ]) {
      const group = groups.get(key) ?? [];
      if (group.length < runsLookedAt) groups.set(key, [...group, outcome]);
    }
  }
  const predicted = new Map<string, Prediction | null>();
  return {
    of(product, kind, direct = null) {
      const asked = `${wayOf(direct)} ${product.name} ${product.type} ${kind}`;
      const said = predicted.get(asked);
      if (said !== undefined) return said;
      const fresh = predict(product, kind, direct);
      predicted.set(asked, fresh);
      return fresh;
    },
    score(product, kind) {
      const judged = done
        .filter((run) => run.product === product && (kind === null || run.kind === kind))
        .flatMap(({ predicted, workMs }) => (predicted ? { predicted: predicted.workMs, workMs } : []))
        .slice(0, runsLookedAt);
      const medianError = quantile(
        judged.map(({ predicted, workMs }) => Math.abs(workMs - predicted.p50) / Math.max(1_000, workMs)),
        0.5,
      );
      if (medianError === null) return null;
      const within = judged.filter(({ predicted, workMs }) => workMs <= predicted.p90).length;
      return { runs: judged.length, medianError, withinP90: within / judged.length };
    },
  };

  function predict({ name, type }: { name: string; type: string }, kind: string, direct: Direct | null) {
    const way = wayOf(direct);
    const among: [Prediction['basis'], string, number][] = [
      ['product and kind', `${way} product ${name} ${kind}`, enoughOfKind],
      ['product', `${way} product ${name}`, 1],
      ['type and kind', `${way} type ${type} ${kind}`, enoughOfKind],
      ['type', `${way} type ${type}`, 1],
    ];
    for (const [basis, key, least] of among) {
      const runs = groups.get(key) ?? [];
      const workMs = quantiles(runs.map((run) => run.workMs));
      if (runs.length < least || workMs === null) continue;
      return {
        runs: runs.length,
        basis,
        workMs,
        costUsd: quantiles(runs.flatMap((run) => run.costUsd ?? [])),
        workers: quantiles(runs.flatMap((run) => run.workers ?? [])),
      };
    }
    return null;
  }
}

const wayOf = (direct: Direct | null): string => direct ?? 'coordinator';

interface Known {
  outcomes: readonly Outcome[];
  products: readonly object[];
  estimates: Estimates;
}
const known = new WeakMap<object, Known>();

/** From the journal; computed again when an outcome was added or products.yaml changed. */
export function estimates({ journal, registry }: Pick<FleetContext, 'journal' | 'registry'>): Estimates {
  const outcomes = journal.outcomes.latest(outcomesLookedAt);
  const { products } = registry.current();
  const before = known.get(journal);
  if (before?.outcomes === outcomes && before.products === products) return before.estimates;
  const fresh = estimatesOf(outcomes, products);
  known.set(journal, { outcomes, products, estimates: fresh });
  return fresh;
}
