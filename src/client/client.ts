// How every client (CLI, plugin, dashboard tests) talks to fleetd: one request per call over its unix
// socket, replies checked against the contract, failures as FleetError. Event streams: events.ts.
import { z } from 'zod';
import {
  type CapRequest,
  type ControlReply,
  type ControlRequest,
  controlReplySchema,
  type PriorityRequest,
  type StopRequest,
} from '../contract/controls.ts';
import { type Finding, findingSchema } from '../contract/doctor.ts';
import { eventSchema, type FleetEvent } from '../contract/events.ts';
import { type GateRequest, type GateView, gateViewSchema } from '../contract/gates.ts';
import {
  type InterventionEnd,
  type InterventionView,
  interventionViewSchema,
} from '../contract/interventions.ts';
import {
  type Inbox,
  inboxSchema,
  type MessageReply,
  type MessageRequest,
  messageReplySchema,
  type Thread,
  threadSchema,
} from '../contract/mail.ts';
import { type NoticeView, noticeViewSchema } from '../contract/notices.ts';
import {
  type ObjectiveView,
  objectiveViewSchema,
  type Result,
  resultSchema,
  type StartRequest,
} from '../contract/objectives.ts';
import { type PlanReply, type PlanRequest, planReplySchema, type Why, whySchema } from '../contract/plans.ts';
import { type Attach, attachSchema, type Output, outputSchema } from '../contract/products.ts';
import { type Timeline, timelineSchema, type Usage, usageSchema } from '../contract/reports.ts';
import { type LookReply, type LookRequest, lookReplySchema } from '../contract/runtime/look.ts';
import {
  type Backup,
  backupSchema,
  type FleetStatus,
  fleetStatusSchema,
  type Health,
  healthSchema,
} from '../contract/status.ts';
import { createCalls } from './calls.ts';
import { type EventsOptions, followEvents } from './events.ts';
import {
  answered,
  bodyOf,
  connectionError,
  type FleetdAddress,
  query,
  segment,
  unpack,
} from './transport.ts';
import { type WorkClient, workClient } from './work-client.ts';

export type { FleetdAddress } from './transport.ts';

const numbered = z.object({ n: z.number() });

/**
 * Every call rejects with a FleetError: what fleetd said (its code and mend kept), or
 * FLEETD_UNREACHABLE (not connected: nothing was asked), FLEETD_LOST (the connection broke: a request that
 * changes something may have been done), FLEETD_TIMEOUT (no whole reply in time: likewise),
 * FLEETD_REPLY_INVALID (not a reply of this contract), FLEETD_REPLY_TOO_LARGE (over 64 MiB),
 * BAD_NAME (a product or objective that cannot be one).
 */
export interface FleetClient extends WorkClient {
  health(): Promise<Health>;
  /** One product when asked for; NOT_FOUND when there is none of that name. */
  status(product?: string): Promise<FleetStatus>;
  objectives(filter?: { state?: ObjectiveView['state']; limit?: number }): Promise<ObjectiveView[]>;
  objective(id: string): Promise<ObjectiveView>;
  /** Those that are over, of one product or of all: the one that ended last comes first. */
  history(filter?: { product?: string; limit?: number }): Promise<ObjectiveView[]>;
  /** What `fleet doctor` finds in the runtime; on the operator's socket only. */
  examine(fix: boolean): Promise<Finding[]>;
  /** Copies the journal beside itself; on the operator's socket only. */
  backup(): Promise<Backup>;
  start(asked: StartRequest): Promise<ObjectiveView>;
  cancel(id: string, asked: StopRequest): Promise<ObjectiveView>;
  /** What the product was working on; null: nothing. */
  stop(product: string, asked: StopRequest): Promise<ObjectiveView | null>;
  pause(product: string, asked: StopRequest): Promise<ControlReply>;
  resume(product: string, asked: ControlRequest): Promise<ControlReply>;
  focus(product: string, asked: ControlRequest): Promise<ControlReply>;
  priority(product: string, asked: PriorityRequest): Promise<ControlReply>;
  cap(asked: CapRequest): Promise<ControlReply>;
  undo(asked: ControlRequest): Promise<ControlReply>;
  /** What waits for this account goes on; on the operator's socket only. */
  openAccount(name: string, asked: ControlRequest): Promise<ControlReply>;
  requeue(id: string, asked: ControlRequest): Promise<ObjectiveView>;
  /** @param target an objective or a product */
  why(target: string): Promise<Why>;
  plan(asked: PlanRequest): Promise<PlanReply>;
  message(product: string, asked: MessageRequest): Promise<MessageReply>;
  /** Open gates, of one product or all; `all`: the latest closed ones too. */
  gates(filter?: { product?: string; all?: 1 }): Promise<GateView[]>;
  gate(n: number): Promise<GateView>;
  /** A human's answer. */
  resolveGate(n: number, asked: GateRequest): Promise<GateView>;
  /** What is due after notice n and was not sent; waits up to `wait` ms for one. */
  notices(after: number, wait: number): Promise<NoticeView[]>;
  noticeSent(n: number): Promise<{ n: number }>;
  /** Turns of the model that monitors ask for; waits up to `wait` ms for one. */
  interventions(wait: number): Promise<InterventionView[]>;
  /** INTERVENTION_OVER when another has begun it. */
  beginIntervention(n: number): Promise<{ n: number }>;
  endIntervention(n: number, asked: InterventionEnd): Promise<{ n: number }>;
  inbox(product: string): Promise<Inbox>;
  /** The coordinator's screen, its last lines; on the operator's socket only, as `attach`. */
  output(product: string, lines?: number): Promise<Output>;
  attach(product: string): Promise<Attach>;
  result(id: string): Promise<Result>;
  /** Mail of a product by thread; on the operator's socket only, as the next three. */
  threads(product: string): Promise<Thread[]>;
  /** What happened to a product, newest first. */
  eventsOf(product: string, limit: number): Promise<FleetEvent[]>;
  /** Sessions and gates of the last hours (at most a week), of one product or of all. */
  timeline(asked: { hours: number; product?: string }): Promise<Timeline>;
  /** How full the budget was in the last hours (at most a week), in at most so many points. */
  usage(asked: { hours: number; points: number }): Promise<Usage>;
  look(product: string, what: LookRequest): Promise<LookReply>;
  /**
   * Throws when it cannot connect the first time; after that a broken stream is taken up again after the
   * last event seen, until `signal` is aborted (which ends the iteration without an error).
   */
  events(options?: EventsOptions): AsyncIterable<FleetEvent>;
}

/** @param options.timeoutMs for one whole call, event streams excepted. Default 30 s. */
export function createFleetClient(address: FleetdAddress, options: { timeoutMs?: number } = {}): FleetClient {
  const { get, post, open, where } = createCalls(address, options.timeoutMs);
  return {
    ...workClient({ get, post }),
    health: () => get('/health', healthSchema),
    status: (product) => get(`/status${query({ product })}`, fleetStatusSchema),
    objectives: (filter = {}) => get(`/objectives${query(filter)}`, objectiveViewSchema.array()),
    history: (filter = {}) => get(`/history${query(filter)}`, objectiveViewSchema.array()),
    examine: (fix) => post('/examine', { fix }, findingSchema.array()),
    backup: () => post('/backup', {}, backupSchema),
    objective: async (id) => get(`/objectives/${segment(id)}`, objectiveViewSchema),
    start: (asked) => post('/objectives', asked, objectiveViewSchema),
    cancel: async (id, asked) => post(`/objectives/${segment(id)}/cancel`, asked, objectiveViewSchema),
    stop: async (product, asked) =>
      post(`/products/${segment(product)}/stop`, asked, objectiveViewSchema.nullable()),
    pause: async (product, asked) => post(`/products/${segment(product)}/pause`, asked, controlReplySchema),
    resume: async (product, asked) => post(`/products/${segment(product)}/resume`, asked, controlReplySchema),
    focus: async (product, asked) => post(`/products/${segment(product)}/focus`, asked, controlReplySchema),
    priority: async (product, asked) =>
      post(`/products/${segment(product)}/priority`, asked, controlReplySchema),
    cap: (asked) => post('/caps', asked, controlReplySchema),
    undo: (asked) => post('/undo', asked, controlReplySchema),
    openAccount: async (name, asked) => post(`/accounts/${segment(name)}/open`, asked, controlReplySchema),
    requeue: async (id, asked) => post(`/objectives/${segment(id)}/requeue`, asked, objectiveViewSchema),
    why: async (target) => get(`/why/${segment(target)}`, whySchema),
    plan: (asked) => post('/plan', asked, planReplySchema),
    message: async (product, asked) =>
      post(`/products/${segment(product)}/messages`, asked, messageReplySchema),
    gates: (filter = {}) => get(`/gates${query(filter)}`, gateViewSchema.array()),
    gate: (n) => get(`/gates/${n}`, gateViewSchema),
    resolveGate: (n, asked) => post(`/gates/${n}`, asked, gateViewSchema),
    notices: (after, wait) => get(`/notices${query({ after, wait })}`, noticeViewSchema.array()),
    noticeSent: (n) => post(`/notices/${n}/sent`, {}, numbered),
    interventions: (wait) => get(`/interventions${query({ wait })}`, interventionViewSchema.array()),
    beginIntervention: (n) => post(`/interventions/${n}/begin`, {}, numbered),
    endIntervention: (n, asked) => post(`/interventions/${n}/end`, asked, numbered),
    inbox: async (product) => get(`/products/${segment(product)}/inbox`, inboxSchema),
    output: async (product, lines) =>
      get(`/products/${segment(product)}/output${query({ lines })}`, outputSchema),
    attach: async (product) => get(`/products/${segment(product)}/attach`, attachSchema),
    result: async (id) => get(`/objectives/${segment(id)}/result`, resultSchema),
    threads: async (product) => get(`/products/${segment(product)}/threads`, threadSchema.array()),
    eventsOf: async (product, limit) =>
      get(`/products/${segment(product)}/events${query({ limit })}`, eventSchema.array()),
    timeline: (asked) => get(`/timeline${query(asked)}`, timelineSchema),
    usage: (asked) => get(`/usage${query(asked)}`, usageSchema),
    look: async (product, what) => get(`/products/${segment(product)}/look${query(what)}`, lookReplySchema),
    events: (asked = {}) =>
      followEvents(asked, async (path, headers, signal) => {
        const outgoing = open('GET', path, signal, headers);
        outgoing.end();
        try {
          const response = await answered(outgoing);
          if (response.statusCode === 200) return response;
          return unpack(await bodyOf(response), response.statusCode ?? 0, z.never(), where);
        } catch (error) {
          throw connectionError(error, where);
        }
      }),
  };
}
