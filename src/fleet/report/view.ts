// Journal + latest evidence → what is shown. Shows the age of everything, and stale as stale.

import { FleetError } from '../../common/errors.ts';
import { shorten } from '../../common/shorten.ts';
import type { FleetEvent } from '../../contract/events.ts';
import type { ObjectiveView } from '../../contract/objectives.ts';
import type { ProductView } from '../../contract/products.ts';
import type { FleetStatus } from '../../contract/status.ts';
import type { JournalEvent } from '../../journal/events.ts';
import { fleetScope } from '../../journal/events.ts';
import { type ListedRow, listedCharacters } from '../../journal/journal.ts';
import { readStatusReply } from '../../overstory/operator.ts';
import type { Product } from '../../registry/registry.ts';
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
import { restartsOf } from '../act/session/restart.ts';
import type { Driver, FleetContext } from '../context.ts';
import { capacityOf } from '../decide/capacity.ts';
import { capText } from '../decide/limits.ts';
import { type CapValue, type Overrides, overridesOf, type PauseValue } from '../decide/live-changes.ts';
import { schedulerState } from '../decide/scheduler-state.ts';
import { waitsFor } from '../decide/waiting-on-human.ts';
import { coordinatorAlive } from '../observe/reconcile.ts';
import { accountViews } from './accounts.ts';

const iso = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());

/** Characters of all texts of a queue that is shown, but some of each. */
const queueCharacters = 4_000_000;
const fewestCharacters = 80;

/** @param most  characters of its text: in a list a text is cut, one alone is shown whole */
export function listedObjective(loop: Driver, o: ListedRow, most = listedCharacters): ObjectiveView {
  return objectiveView(loop, { ...o, text: shorten(o.text, most) });
}

export const eventView = (event: JournalEvent): FleetEvent => ({
  seq: event.seq,
  at: new Date(event.atMs).toISOString(),
  kind: event.kind,
  product: event.product,
  objective: event.objective,
  text: event.text,
  data: event.data as Record<string, unknown>,
});

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
  const link = context.runtime.link();
  if (link.state !== 'connected') {
    return `The runtime is out of reach${link.error ? `: ${link.error.message} ${link.error.mend}` : '.'}`;
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

/** What a live change says, as a sentence without its full stop. value null: it was taken back. */
export function overrideText(scope: string, key: string, value: unknown): string {
  if (key === 'paused')
    return value === null ? `${scope} is resumed` : `${scope} is paused (${(value as PauseValue).reason})`;
  const what =
    key === 'priority'
      ? `The priority of ${scope}`
      : `The ${key} cap of ${scope === fleetScope ? 'the fleet' : scope}`;
  if (value === null) return `${what} is what products.yaml says again`;
  return `${what} is now ${key === 'priority' ? value : capText(key, scope === fleetScope ? 'fleet' : 'product', value as CapValue)}`;
}

/** What all products of one status share: read once, not once per product. */
interface Shared {
  overrides: Overrides;
  /** products.yaml with the live changes, by name */
  live: ReadonlyMap<string, Product>;
  /** queued objectives, by product */
  queued: ReadonlyMap<string, number>;
}

function productView(
  loop: Driver,
  p: Product,
  { overrides, live, queued }: Shared,
  detailed: boolean,
): ProductView {
  const { context } = loop;
  const { journal, clock, tuning } = context;
  const seen = context.observations.get(p.name) ?? null;
  const session = journal.liveSession(p.name);
  const objective = session === null ? null : journal.objective(session.objective);
  const ageMs = seen === null ? null : clock.nowMs() - seen.receivedAtMs;
  const linked = context.runtime.link().state === 'connected';
  const alive = seen !== null && coordinatorAlive(seen.snapshot);
  // An idle product is watched: while the link holds, no change was pushed, so its evidence is as good as new.
  const stale =
    !linked || seen === null || ((session !== null || alive) && (ageMs ?? 0) > tuning.staleAfterMs);
  const trouble = seen !== null && seen.snapshot.health !== 'ok';
  const footprint = context.footprints.get(p.name);
  const paused = overrides.paused.get(p.name) ?? null;
  return {
    name: p.name,
    type: p.type,
    description: p.description,
    priority: (live.get(p.name) ?? p).priority,
    overstory: p.overstory,
    planApproval: p.planApproval,
    channels: p.channels.map((c) => (c.target === null ? c.kind : `${c.kind}:${c.target}`)),
    state: trouble
      ? 'trouble'
      : session
        ? session.state === 'ended'
          ? 'idle'
          : waitsFor(context, p.name) !== null
            ? 'waiting'
            : loop.plan().atLimit.some((one) => one.objective === session.objective)
              ? 'limited'
              : session.state
        : alive
          ? 'running'
          : seen
            ? paused
              ? 'paused'
              : 'idle'
            : 'unknown',
    ageMs,
    stale,
    // Of a session too: one that hangs answers like a sound one.
    error: (trouble ? seen?.snapshot.error : journal.trouble(p.name)) ?? null,
    objective: objective ? objectiveView(loop, objective) : null,
    queued: queued.get(p.name) ?? 0,
    workers: seen?.snapshot.workers.filter((w) => w.state !== 'completed' || session !== null) ?? [],
    unreadMail: seen?.snapshot.operatorMail.length ?? 0,
    gates: journal.gates.openGates(p.name).length,
    paused: paused ? { reason: paused.reason, since: new Date(paused.sinceMs).toISOString() } : null,
    footprint:
      footprint && session ? { memoryBytes: footprint.memoryBytes, cpuCores: footprint.cpuCores } : null,
    ...(session !== null &&
      session.agents.length > 0 && { spend: { costUsd: session.costUsd, agents: session.agents } }),
    ...(p.restart.policy !== 'never' && {
      restarts: {
        count: restartsOf(context, p.name, p.restart.windowMs),
        max: p.restart.max,
        windowMs: p.restart.windowMs,
      },
    }),
    ...(seen?.snapshot.diskBytes != null && { diskBytes: seen.snapshot.diskBytes }),
    parkedBranches: session ? [] : (seen?.snapshot.worktrees.map((w) => w.branch) ?? []),
    report: detailed && session ? reportOf(loop, p.name, session.startingAtMs) : null,
  };
}

/** The coordinator's last mail of this session that is a status reply. */
function reportOf({ context }: Driver, product: string, sinceMs: number): ProductView['report'] {
  for (const { from, createdAt, body } of context.journal.mail(product, 50)) {
    if (from !== 'coordinator' || Date.parse(createdAt) < sinceMs) continue;
    const said = readStatusReply(body);
    if (said !== null) return { at: createdAt, ...said };
  }
  return null;
}

/** @throws FleetError PRODUCT_UNKNOWN through `only` */
export function fleetStatus(loop: Driver, only: Product | null, runtimeDescription: string): FleetStatus {
  const { context } = loop;
  const { journal, clock } = context;
  const registry = context.registry.current();
  const overrides = overridesOf(journal, registry);
  const waiting = journal.openObjectives().filter((o) => o.state === 'queued');
  const shown = Math.min(
    listedCharacters,
    Math.max(fewestCharacters, Math.floor(queueCharacters / waiting.length)),
  );
  const queued = new Map<string, number>();
  for (const { product } of waiting) queued.set(product, (queued.get(product) ?? 0) + 1);
  const live = new Map(overrides.registry.products.map((p) => [p.name, p]));
  const link = context.runtime.link();
  const connected = link.state === 'connected';
  return {
    at: new Date(clock.nowMs()).toISOString(),
    products: (only ? [only] : registry.products).map((p) =>
      productView(loop, p, { overrides, live, queued }, only !== null),
    ),
    capacity: capacityOf(context),
    accounts: accountViews(context).filter(({ products }) => only === null || products.includes(only.name)),
    queue: waiting
      .filter((o) => only === null || o.product === only.name)
      .map((o) => listedObjective(loop, o, shown))
      .sort((a, b) => (a.position ?? Number.MAX_SAFE_INTEGER) - (b.position ?? Number.MAX_SAFE_INTEGER)),
    overrides: overrides.rows
      .filter(({ scope }) => only === null || scope === only.name)
      .map(({ scope, key, value, sinceMs }) => ({
        scope: scope === fleetScope ? 'fleet' : scope,
        what: key,
        text: overrideText(scope, key, value),
        since: new Date(sinceMs).toISOString(),
      })),
    runtime: {
      state: link.state,
      description: runtimeDescription,
      ovVersion: connected ? link.info.ov.version : null,
      simulated: connected ? link.info.ov.simulated : false,
      error: connected ? link.info.ov.error : (link.error ?? waitingForRuntime(link.state)),
    },
    registry: { file: registry.file, problems: context.registry.problems() },
    journal: { error: journal.problem() },
    clock: jumpOf(context),
  };
}

/** Shown for an hour: until then ages from before the jump stand beside it and look wrong. */
function jumpOf({ clockJump, clock }: FleetContext): FleetStatus['clock'] {
  if (clockJump === null || clock.nowMs() - clockJump.atMs > 3_600_000) return null;
  return { at: new Date(clockJump.atMs).toISOString(), byMs: clockJump.byMs };
}

function waitingForRuntime(state: 'connecting' | 'lost') {
  return new FleetError({
    code: 'RUNTIME_UNREACHABLE',
    message:
      state === 'connecting' ? 'The runtime has not answered yet.' : 'The link to the runtime is lost.',
    mend: 'It is tried again by itself; if this stays, look at the runtime (`docker compose ps`).',
  }).toJSON();
}
