// Every fact the fleet may record. A fact is past tense, carries all it needs to be applied again from an
// empty database, and one sentence for humans. Kinds are a public contract (API, `fleet events`).

import type { FleetErrorShape } from '../common/errors.ts';
import type { Direct, WorkerReport } from '../contract/objectives.ts';
import type { Tip } from '../contract/runtime/diff.ts';
import type { Mail } from '../contract/runtime/snapshot.ts';
import type { Source } from '../contract/source.ts';
import type { AgentSpend } from '../prices/index.ts';
import type { Enforcement, Numbers, WaitRule } from '../scheduler/state.ts';
import type { AccountEvents } from './accounts/events.ts';
import type { ArtifactEvents } from './artifacts/events.ts';
import type { BlueprintEvents } from './blueprint/events.ts';
import type { GateEvents } from './gates/events.ts';
import type { IssueEvents } from './issues/events.ts';
import type { LessonEvents } from './lessons/events.ts';
import type { MonitorEvents } from './monitor/events.ts';
import type { MoveEvents } from './moves/events.ts';
import type { NoticeEvents } from './outbox/events.ts';
import type { Prediction } from './outcomes/prediction.ts';
import type { PullRequestEvents } from './pull-requests/events.ts';
import type { RecurringEvents } from './recurring/events.ts';

/** The scope of what concerns all products. No product can have this name. */
export const fleetScope = '*';

export type ObjectiveEnd = 'done' | 'failed' | 'cancelled';

/** What becomes of the objective once its session has stopped. */
export type SessionOutcome = ObjectiveEnd | 'requeued';

export type ActionKind =
  | 'gate.answer'
  | 'coordinator.start'
  | 'coordinator.stop'
  /** one worker for an objective that has no coordinator */
  | 'worker.sling'
  /** its branch, merged when it has reported */
  | 'work.take'
  | 'branch.publish'
  /** open until it is delivered or refused */
  | 'work.deliver'
  /** what came of an issue's objective, written on the issue: open until it is there or refused */
  | 'issue.answer'
  /** a commit that takes back what an objective made */
  | 'work.revert'
  | 'coordinator.send'
  /** a line typed to a coordinator that has not heard some mail */
  | 'coordinator.nudge'
  /** a mail that must be heard: open until it was, or was told as unheard */
  | 'delivery.confirm'
  | 'session.pause'
  | 'session.wake';

/** abandoned: its session ended before the doubt did. */
export type ActionState = 'intended' | 'done' | 'failed' | 'uncertain' | 'abandoned';

/** One live change on top of products.yaml. `scope`: a product, or `*` for the fleet. null: none, as the file says. */
export interface OverrideChange {
  scope: string;
  key: string;
  before: unknown;
  after: unknown;
}

export type ControlVerb = 'pause' | 'resume' | 'focus' | 'priority' | 'cap' | 'undo';

/** What each kind carries besides product and objective. */
export interface EventData
  extends AccountEvents,
    ArtifactEvents,
    GateEvents,
    IssueEvents,
    MoveEvents,
    MonitorEvents,
    NoticeEvents,
    PullRequestEvents,
    RecurringEvents,
    BlueprintEvents,
    LessonEvents {
  'objective.queued': {
    n: number;
    text: string;
    acceptance: string | null;
    needs: string[];
    source: Source;
    idempotencyKey: string | null;
    /** of work, as outcomes/kind.ts has them; absent before outcomes were kept */
    kind?: string;
    /** by one worker without a coordinator; absent: by a coordinator */
    direct?: Direct;
  };
  /** The run is given up for now and the objective waits again. */
  'objective.requeued': {
    why: string;
    notBeforeMs: number | null;
    error: FleetErrorShape | null;
    /** by the product's restart policy: counts against its limit */
    restart?: true;
  };
  'objective.ended': { end: ObjectiveEnd; why: string; result: string | null };
  /** Journalled before anything is started: from here the slot is taken. */
  'session.starting': {
    session: number;
    rule: string;
    numbers: Record<string, number | string | null>;
    /** what it was expected to take; absent before outcomes were kept */
    predicted?: Prediction | null;
  };
  'session.running': {
    session: number;
    overstorySession: string;
    tmuxSession: string;
    runId: string | null;
    adopted: boolean;
  };
  /** code: of the error that it could not go on for, where there was one. */
  'session.stopping': { session: number; reason: string; outcome: SessionOutcome; code?: string };
  /** costUsd: Σ of what has a price; null: unknown. */
  'session.ended': {
    session: number;
    why: string;
    /** `process <pid> <command>` and `branch <name>`: alive after the stop, made and not merged */
    leftovers: string[];
    costUsd: number | null;
    /** input and output, without cache; null: unknown */
    tokens?: number | null;
    /** of these: of models without a price; absent before they were told apart */
    unpricedTokens?: number;
    /** absent before costs were read from transcripts */
    agents?: readonly AgentSpend[];
    /** from running to here */
    durationMs: number;
    /** the workers' branches that the product's branch holds now and did not before */
    merged: string[];
    /** that branch; null: HEAD was detached. Absent: not known */
    into?: string | null;
    /** what `ov errors` has of this session, shortened: worker text */
    errors: string[];
    /** how many it had; absent: not known */
    workers?: number;
  };
  /** What it has cost so far; null: unknown. It never becomes less. The rest as in `session.ended`. */
  'session.spent': {
    session: number;
    costUsd: number | null;
    tokens: number | null;
    unpricedTokens?: number;
    agents?: readonly AgentSpend[];
  };
  /** Where what it made begins and ends: commits of the branch that work is merged into. tips: with head, of its agents' branches. */
  'session.marked': { session: number; point: 'base' | 'head'; commit: string; tips: Tip[] };
  /** What a human said of what an objective made. says: one sentence, shown with it. */
  'work.accepted': { source: Source; says: string };
  /** objective: the one that takes it up; null: its session was told */
  'work.sent-back': { source: Source; says: string; text: string; objective: string | null };
  'work.reverted': { source: Source; says: string; commit: string };
  /** The session has used clearly more than ever before: what predictions are learned from. */
  'session.measured': { session: number; peakMemoryBytes: number; peakCpuCores: number };
  /** A queued objective waits for another reason than before. What starts is in `session.starting`. */
  'decision.wait': { rule: WaitRule; position: number; behind: readonly string[]; numbers: Numbers };
  /** A budget is broken mid-run, or holds again: the product's own, or without a product the fleet's. Once per change. */
  'decision.relief': { rule: Enforcement['rule']; numbers: Numbers };
  'decision.relieved': { rule: Enforcement['rule'] };
  /** Money is at its limit; what it concerns is paused until a human answers. product null: the fleet's limit. */
  'budget.ask': { numbers: Numbers };
  /** All changes of one command, in one transaction. source null: by the scheduler's rule. */
  'control.changed': {
    verb: ControlVerb;
    source: Source | null;
    changes: OverrideChange[];
    /** seq of the event that an undo takes back */
    undoes: number | null;
  };
  'action.intended': {
    action: string;
    kind: ActionKind;
    session: number | null;
    args: Record<string, unknown>;
  };
  'action.settled': {
    action: string;
    state: Exclude<ActionState, 'intended' | 'abandoned'>;
    result: Record<string, unknown> | null;
    error: FleetErrorShape | null;
  };
  /** A human wants it tried now, whatever it waits for. */
  'delivery.hurried': { action: string };
  'mail.received': { mail: Mail };
  /** Told by a mail to its parent, or (mail null) by its row: then it may only be silent, unless a code says more. */
  'worker.lost': { session: number; agent: string; mail: string | null; why: string; code?: string };
  'merge.failed': { session: number; agent: string; mail: string; branch: string | null; why: string };
  /** What its workers told those who sent them, oldest first: worker text. more: before these. */
  'session.reported': { session: number; reports: WorkerReport[]; more: number };
  /** What of the repository's state may waste the session that begins, as it was then: sentences with their codes. */
  'session.cautioned': { session: number; cautions: string[] };
  'product.trouble': { error: FleetErrorShape };
  'product.recovered': Record<string, never>;
  /** done: in words; error: why it could not be made ready, null: it is */
  'product.made': { done: string[]; error: FleetErrorShape | null };
  /** Where it is from now on. epoch: one more with each place; whoever has an older one is refused. */
  'product.placed': { runtime: string; epoch: number; numbers: Numbers };
  /** It has no place any more; the next one has a higher epoch. */
  'product.displaced': { runtime: string; epoch: number; why: string };
  /** A human says that nothing runs there any more. sure: its lease had ended; else it was their word alone. */
  'runtime.forgotten': { runtime: string; sure: boolean; source: Source };
  /** runtime: its name; left out where there is one only */
  'runtime.connected': { runtime?: string; ovVersion: string | null; simulated: boolean };
  /** Another `ov` was found in the place of the one before, while the link held. */
  'runtime.upgraded': { runtime?: string; from: string; to: string };
  /** The wall's clock and the one that nobody sets disagree by this since the last look. */
  'clock.jumped': { byMs: number };
  'runtime.lost': { runtime?: string; error: FleetErrorShape };
  'registry.changed': { digest: string; products: string[] };
  'registry.problem': { problems: string[] };
  'fleetd.started': { version: string };
  'fleetd.stopped': Record<string, never>;
}

export type EventKind = keyof EventData;

export type NewEvent = {
  [K in EventKind]: { kind: K; product?: string; objective?: string; text: string; data: EventData[K] };
}[EventKind];

export type JournalEvent = NewEvent & {
  seq: number;
  atMs: number;
  product: string | null;
  objective: string | null;
};

/** A row of the `events` table. */
export const eventOf = (r: Record<string, unknown>): JournalEvent =>
  ({
    seq: r.seq,
    atMs: r.at_ms,
    kind: r.kind,
    product: r.product,
    objective: r.objective,
    text: r.text,
    data: JSON.parse(String(r.data)) as unknown,
  }) as JournalEvent;
