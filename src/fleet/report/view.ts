// Journal + latest evidence → what is shown. Shows the age of everything, and stale as stale.

import { FleetError } from '../../common/errors.ts';
import { count } from '../../common/units.ts';
import type { FleetEvent } from '../../contract/events.ts';
import type { ProductView } from '../../contract/products.ts';
import type { FleetStatus } from '../../contract/status.ts';
import { fleetScope, type JournalEvent } from '../../journal/events.ts';
import { listedCharacters } from '../../journal/journal.ts';
import { readStatusReply } from '../../overstory/operator.ts';
import type { Product } from '../../registry/registry.ts';
import { restartsOf } from '../act/session/restart.ts';
import { type Driver, type FleetContext, runtimeOf } from '../context.ts';
import { capacityOf } from '../decide/capacity.ts';
import { capText } from '../decide/limits.ts';
import { type CapValue, type Overrides, overridesOf, type PauseValue } from '../decide/live-changes.ts';
import { waitsFor } from '../decide/waiting-on-human.ts';
import { coordinatorAlive } from '../observe/reconcile.ts';
import { accountViews } from './accounts.ts';
import { intakeView } from './issue-view.ts';
import { listedObjective, objectiveView } from './objective-view.ts';
import { pullRequestView } from './pull-request-view.ts';
import { runtimeViews } from './runtimes.ts';

/** Characters of all texts of a queue that is shown, but some of each. */
const queueCharacters = 4_000_000;
const fewestCharacters = 80;

export const eventView = (event: JournalEvent): FleetEvent => ({
  seq: event.seq,
  at: new Date(event.atMs).toISOString(),
  kind: event.kind,
  product: event.product,
  objective: event.objective,
  text: event.text,
  data: event.data as Record<string, unknown>,
});

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

/** Chats of the product that are off where notices go, each once. */
const channelsOff = ({ channels }: Product, on: ReadonlySet<string>): string[] => [
  ...new Set(channels.flatMap(({ kind }) => (kind === 'webchat' || on.has(kind) ? [] : [kind]))),
];

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
  const linked = context.runtime.link(p.name).state === 'connected';
  const alive = seen !== null && coordinatorAlive(seen.snapshot);
  // An idle product is watched: while the link holds, no change was pushed, so its evidence is as good as new.
  const stale =
    !linked || seen === null || ((session !== null || alive) && (ageMs ?? 0) > tuning.staleAfterMs);
  const making = context.beingMade.get(p.name);
  const trouble = seen !== null && seen.snapshot.health !== 'ok' && making === undefined;
  const footprint = context.footprints.get(p.name);
  const paused = overrides.paused.get(p.name) ?? null;
  const requests = journal.pullRequests.open(p.name).map((row) => {
    const { remarks: _, ...request } = pullRequestView(context, row);
    return { objective: row.objective, ...request };
  });
  const intake = intakeView(context, p);
  return {
    name: p.name,
    type: p.type,
    description: p.description,
    priority: (live.get(p.name) ?? p).priority,
    overstory: p.overstory,
    planApproval: p.planApproval,
    review: p.review,
    channels: p.channels.map((c) => (c.target === null ? c.kind : `${c.kind}:${c.target}`)),
    ...(context.chatsOn && { channelsOff: channelsOff(p, context.chatsOn) }),
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
    ...(context.registry.current().runtimes !== null && { runtime: runtimeOf(context, p.name) }),
    ...(making !== undefined && { making }),
    ageMs,
    stale,
    // Of a session too: one that hangs answers like a sound one.
    error: (trouble ? seen?.snapshot.error : making === undefined ? journal.trouble(p.name) : null) ?? null,
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
    ...(requests.length > 0 && { pullRequests: requests }),
    ...(intake && { intake }),
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
      description:
        registry.runtimes === null ? runtimeDescription : count(registry.runtimes.length, 'runtime'),
      ovVersion: connected ? link.info.ov.version : null,
      simulated: connected ? link.info.ov.simulated : false,
      error: connected ? link.info.ov.error : (link.error ?? waitingForRuntime(link.state)),
    },
    runtimes: runtimeViews(context),
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
