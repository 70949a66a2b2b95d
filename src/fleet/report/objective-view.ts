// Objectives as they are shown: how each stands, why it waits, and what is expected of it.
import { shorten } from '../../common/shorten.ts';
import type { ObjectiveView } from '../../contract/objectives.ts';
import { type ListedRow, listedCharacters } from '../../journal/journal.ts';
import { onlyRuntime } from '../../runtime/runtime.ts';
import {
  atLimitSentence,
  type Explanation,
  explain,
  type Forecast,
  forecast,
  waitSentence,
} from '../../scheduler/index.ts';
import type { Plan, Wait } from '../../scheduler/state.ts';
import { hearingNote } from '../act/heard/awaiting.ts';
import { type Driver, runtimeOf } from '../context.ts';
import { schedulerState } from '../decide/scheduler-state.ts';
import { waitsFor } from '../decide/waiting-on-human.ts';

const iso = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());

/** @param most  characters of its text: in a list a text is cut, one alone is shown whole */
export function listedObjective(loop: Driver, o: ListedRow, most = listedCharacters): ObjectiveView {
  return objectiveView(loop, { ...o, text: shorten(o.text, most) });
}

export function objectiveView(loop: Driver, o: ListedRow): ObjectiveView {
  const { context } = loop;
  const wait = o.state === 'queued' ? waitOf(loop, o.id) : undefined;
  return {
    id: o.id,
    product: o.product,
    text: o.text,
    state: o.state,
    condition:
      o.state === 'queued'
        ? wait?.rule === 'product-paused'
          ? 'paused'
          : null
        : context.journal.liveSession(o.product)?.objective === o.id
          ? conditionOf(loop, o.product)
          : null,
    why: o.state === 'queued' ? whyQueued(loop, o) : o.why,
    position: placeOf(loop, o.id),
    ...(o.direct && { direct: o.direct }),
    source: o.source,
    createdAt: new Date(o.createdAtMs).toISOString(),
    startedAt: iso(o.startedAtMs),
    endedAt: iso(o.endedAtMs),
  };
}

function conditionOf(loop: Driver, product: string): string | null {
  const session = loop.context.journal.liveSession(product);
  if (session?.state === 'stopping') return `stopping: ${session.stopReason?.replace(/\.$/, '')}`;
  const gate = waitsFor(loop.context, product);
  if (gate !== null) return `waiting on a human: gate ${gate.n}`;
  const limit = loop.plan().atLimit.find((one) => one.objective === session?.objective);
  if (limit !== undefined) return atLimitSentence({ atMs: loop.context.clock.nowMs() }, limit);
  return session === null ? null : hearingNote(loop.context.journal, session.id);
}

/** One line, without the runtime's or the product's trouble left out. */
export function whyQueued(loop: Driver, o: ListedRow): string {
  const { context } = loop;
  const link = context.runtime.link(o.product);
  const where = runtimeOf(context, o.product);
  if (link.state !== 'connected' && where !== null) {
    return `${where === onlyRuntime ? 'The runtime' : where} is out of reach${link.error ? `: ${link.error.message} ${link.error.mend}` : '.'}`;
  }
  const trouble = context.journal.trouble(o.product);
  if (trouble) return `${trouble.message} ${trouble.mend}`;
  const wait = waitOf(loop, o.id);
  const place = placeOf(loop, o.id);
  const line =
    wait && place !== null && place > explainedMost
      ? `${waitSentence(loop.plan(), wait)}; ${place - 1} before it in the queue`
      : (explained(loop, o.id)?.line ?? 'It has just been accepted.');
  return o.why === null || o.attempts === 0 ? line : `${line} Last try: ${o.why}`;
}

/** Explaining looks through the whole plan: far down a long queue the reason is told without a place in line. */
const explainedMost = 200;

const waitIndexes = new WeakMap<Plan, Map<string, Wait>>();
function waitOf(loop: Driver, objective: string): Wait | undefined {
  const plan = loop.plan();
  const index = waitIndexes.get(plan) ?? new Map(plan.waits.map((wait) => [wait.objective, wait]));
  waitIndexes.set(plan, index);
  return index.get(objective);
}

const forecasts = new WeakMap<Plan, Forecast>();
/** decide() calls to spend on expected starts: a queue longer than that is told in order, not in time. */
const forecastSteps = 40;

const places = new WeakMap<Plan, Map<string, number>>();

/** Its place in the queue. Null: it is in nobody's way, because its product cannot start. */
function placeOf(loop: Driver, objective: string): number | null {
  const plan = loop.plan();
  const known =
    places.get(plan) ??
    new Map(
      plan.waits
        .filter(({ rule }) => rule !== 'not-startable')
        .map((wait, index) => [wait.objective, index + 1]),
    );
  places.set(plan, known);
  return known.get(objective) ?? null;
}

/** What is expected to start when, for the plan of the loop; computed once per plan, when asked. */
function expected(loop: Driver): Forecast {
  const plan = loop.plan();
  const known =
    forecasts.get(plan) ?? forecast(schedulerState(loop.context), plan.atMs, { maxSteps: forecastSteps });
  forecasts.set(plan, known);
  return known;
}

/** What the last plan says of a target. It still holds; only the ages in its sentences count from now. */
export function explained(loop: Driver, target: string): Explanation | null {
  return explain({ ...loop.plan(), atMs: loop.context.clock.nowMs() }, target, expected(loop));
}
