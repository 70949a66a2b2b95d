// `why` and `plan`: what the scheduler's own decide() says of now, and of a fleet that is a little different.
import type { z } from 'zod';
import { FleetError, inOneLine } from '../../common/errors.ts';
import type { EstimateView, PlanReply, planRequestSchema, Why } from '../../contract/plans.ts';
import type { ObjectiveRow } from '../../journal/journal.ts';
import { kindOf } from '../../journal/outcomes/kind.ts';
import { directCapabilities } from '../../overstory/capabilities.ts';
import type { Product } from '../../registry/registry.ts';
import { decide, forecast, predict, waitSentence, withLimits } from '../../scheduler/index.ts';
import type { FleetState, Limits } from '../../scheduler/state.ts';
import type { Driver } from '../context.ts';
import { estimates } from '../decide/estimate.ts';
import { type CapName, capName, capValue } from '../decide/limits.ts';
import { overridesOf } from '../decide/live-changes.ts';
import { schedulerState } from '../decide/scheduler-state.ts';
import { explained, objectiveView, whyQueued } from '../report/objective-view.ts';
import { overrideText } from '../report/view.ts';

export type Foresight = ReturnType<typeof createForesight>;

interface Lookup {
  requireProduct(name: string): Product;
  requireObjective(id: string): ObjectiveRow;
}

/** A product's last days; what is older is in `fleet events`. */
const decisionsShown = 20;
const iso = (ms: number): string => new Date(ms).toISOString();

export function createForesight(loop: Driver, { requireProduct, requireObjective }: Lookup) {
  const { context } = loop;

  /** Nothing of it is in the plan: it is over, or it has nothing to do. */
  function quiet(target: string, objective: ObjectiveRow | null): string {
    if (objective !== null) {
      const { state, why } = objectiveView(loop, objective);
      return `${target} on ${objective.product} is ${state}${why ? `: ${why}` : '.'}`;
    }
    const trouble = context.journal.trouble(target);
    if (trouble) return `${target} cannot start: ${inOneLine(trouble)}`;
    const paused = overridesOf(context.journal, context.registry.current()).paused.get(target);
    if (paused) return `${overrideText(target, 'paused', paused)}, and no objective waits for it.`;
    return `${target} has nothing to do: no objective runs or waits.`;
  }

  return {
    /** @param target an objective's id or a product's name. @throws FleetError PRODUCT_UNKNOWN, OBJECTIVE_UNKNOWN */
    why(target: string): Why {
      const objective = /^obj-\d+$/.test(target) ? requireObjective(target) : null;
      if (objective === null) requireProduct(target);
      const found = explained(loop, target);
      const first = found?.trace.sessions.length ? null : (found?.trace.waits[0]?.objective ?? null);
      const waiting = first === null ? null : context.journal.objective(first);
      const startMs = found?.trace.expectedStartMs ?? null;
      return {
        target,
        line:
          waiting?.state === 'queued' ? whyQueued(loop, waiting) : (found?.line ?? quiet(target, objective)),
        expectedStart: startMs === null ? null : iso(startMs),
        trace: found?.trace ?? null,
        decided: context.journal.decisions(target, decisionsShown).map(({ atMs, text, data }) => ({
          at: iso(atMs),
          rule: data.rule,
          numbers: { ...data.numbers },
          text,
        })),
      };
    },

    /** What one more objective on this product is expected to take, and when it would start. @throws FleetError PRODUCT_UNKNOWN */
    estimate(name: string, text: string, kind: string | null): EstimateView {
      const product = requireProduct(name);
      const known = estimates(context);
      const asked = kind ?? kindOf(text);
      const prediction = known.of(product, asked);
      const state = schedulerState(context);
      const footprint = predict(
        state.products.find((p) => p.name === product.name),
        state.limits,
      );
      const { starts } = this.plan({ with: {}, without: [], start: [product.name] });
      return {
        product: product.name,
        kind: asked,
        prediction,
        direct: directCapabilities.map((by) => ({ by, prediction: known.of(product, asked, by) })),
        reserves: { ...footprint, costUsd: prediction?.costUsd?.p90 ?? null },
        expectedStart: starts.find(({ objective }) => objective === 'new-1')?.start ?? null,
        score: known.score(product.name, asked) ?? known.score(product.name, null),
      };
    },

    /** What would start, in what order and when. @throws FleetError CAP_INVALID, PRODUCT_UNKNOWN */
    plan(request: z.infer<typeof planRequestSchema>): PlanReply {
      const nowMs = context.clock.nowMs();
      for (const name of request.without) requireProduct(name);
      const asked = schedulerState(context);
      const objectives = [...asked.objectives];
      for (const [index, name] of request.start.entries()) {
        const expected = estimates(context).of(requireProduct(name), 'other');
        objectives.push({
          id: `new-${index + 1}`,
          product: name,
          state: 'queued',
          queuedAtMs: nowMs,
          arrival: Number.MAX_SAFE_INTEGER - request.start.length + index,
          needs: [],
          paused: null,
          notBeforeMs: null,
          expectedMs: expected?.workMs.p50 ?? null,
          expectedCostUsd: expected?.costUsd?.p90 ?? null,
        });
      }
      const { accounts, ...limits } = request.with;
      const products = accounts === undefined ? asked.products : withOpenAccounts(asked, accounts);
      const state = withLimits({ ...asked, products, objectives }, limitsOf(limits), request.without);
      const { starts, truncated } = forecast(state, nowMs);
      const plan = decide(state, nowMs);
      const lines = new Map(plan.waits.map((wait) => [wait.objective, `${waitSentence(plan, wait)}.`]));
      const said = new Set(starts.map(({ objective }) => objective));
      return {
        at: iso(nowMs),
        starts: starts.map(({ objective, product, startMs, endMs }) => ({
          objective,
          product,
          start: iso(startMs),
          end: endMs === null ? null : iso(endMs),
          ...(lines.has(objective) && { line: lines.get(objective) }),
        })),
        waits: plan.waits
          .filter(({ objective }) => !said.has(objective))
          .map((wait) => ({
            objective: wait.objective,
            product: wait.product,
            line: lines.get(wait.objective) ?? '',
          })),
        truncated,
      };
    },
  };

  function limitsOf(asked: Record<string, string>): Partial<Limits> {
    const limits: Partial<Limits> = {};
    for (const [word, text] of Object.entries(asked)) {
      if (word === 'strategy') {
        limits.strategy = strategyOf(text);
        continue;
      }
      const name = capName(word, 'fleet');
      Object.assign(limits, limitOf(name, capValue(name, 'fleet', text).limit));
    }
    return limits;
  }

  function limitOf(name: CapName, limit: number | null): Partial<Limits> {
    if (name === 'memory') return { maxMemoryBytes: limit };
    if (name === 'cost') return { maxCostUsdPerDay: limit };
    // `none` is refused for these two
    if (name === 'live') return { maxLiveSessions: limit ?? 0 };
    if (name === 'slots') {
      const slots = limit ?? 0;
      const live: FleetState['limits']['maxLiveSessions'] = schedulerState(context).limits.maxLiveSessions;
      return { maxConcurrentSessions: slots, maxLiveSessions: Math.max(live, slots) };
    }
    const link = context.runtime.link();
    if (limit === null || link.state !== 'connected') return { maxCpuCores: null };
    return { maxCpuCores: (link.info.cores * limit) / 100 };
  }
}

/** As if no account were at a usage limit. @throws FleetError CAP_INVALID for another word than `open` */
function withOpenAccounts({ products }: FleetState, word: string): FleetState['products'] {
  if (word !== 'open')
    throw new FleetError({
      code: 'CAP_INVALID',
      message: `Expected open, got ${JSON.stringify(word.slice(0, 60))}.`,
      mend: 'Say accounts=open: what would start if no account were at a usage limit.',
    });
  return products.map((product) => ({
    ...product,
    account: { ...product.account, closed: null, held: null },
  }));
}

function strategyOf(text: string): Limits['strategy'] {
  if (text === 'fifo' || text === 'priority-weighted') return text;
  throw new FleetError({
    code: 'CAP_INVALID',
    message: `Expected priority-weighted or fifo, got ${JSON.stringify(text.slice(0, 60))}.`,
    mend: 'Use one of these.',
  });
}
