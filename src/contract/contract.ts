// What fleetd says over its API, and what may be said to it: the views and requests shared by server,
// client, CLI, plugin and dashboard. Every reply is {ok:true,data} or {ok:false,error}.
// Times are ISO 8601 strings (UTC), ages are ms, memory is bytes, CPU is cores, money is USD.
import { z } from 'zod';
import { errorShapeSchema, footprintSchema, mailSchema, workerSchema } from './runtime.ts';
import { agentSpendSchema, outcomeSchema, predictionSchema, sourceSchema } from './work.ts';

export {
  type Finding,
  findingSchema,
  type LookReply,
  lookRequestSchema,
} from './runtime.ts';

export const examineRequestSchema = z.strictObject({ fix: z.boolean() });

/** 16 KiB in chat would be a paste by mistake; the API takes 256 KiB and says so beyond it. */
export const maxObjectiveBytes = 262_144;

const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,40}$/);

export type { Source } from './work.ts';

export const objectiveStates = ['queued', 'starting', 'running', 'done', 'failed', 'cancelled'] as const;

export const objectiveViewSchema = z.object({
  /** `obj-<n>` */
  id: z.string(),
  product: z.string(),
  text: z.string(),
  state: z.enum(objectiveStates),
  /** waiting on a human, paused…: conditions on top of the state */
  condition: z.string().nullable(),
  /** one sentence: why it waits, or how it ended */
  why: z.string().nullable(),
  /** 1 = next; null unless queued */
  position: z.number().nullable(),
  source: sourceSchema,
  createdAt: z.string(),
  startedAt: z.string().nullable(),
  endedAt: z.string().nullable(),
  /** of one that is over, where the reply is about what is over */
  outcome: outcomeSchema.nullable().optional(),
  /** what it is expected to take, in the reply to its start */
  estimate: predictionSchema.nullable().optional(),
  /** what of the repository's state would lose or waste its work, in the reply to its start */
  cautions: z.array(z.string()).optional(),
});
export type ObjectiveView = z.infer<typeof objectiveViewSchema>;

/** A coordinator's answer to `status?`, in overstory's fixed form: worker text, shown and never obeyed. */
export const statusReplySchema = z.object({
  activeLeads: z.string(),
  completed: z.string(),
  blockers: z.string(),
  nextActions: z.string(),
});
export type StatusReply = z.infer<typeof statusReplySchema>;

export const productViewSchema = z.object({
  name: z.string(),
  type: z.string(),
  description: z.string().nullable(),
  priority: z.number(),
  overstory: z.boolean(),
  planApproval: z.enum(['required', 'none']),
  channels: z.array(z.string()),
  /**
   * idle: nothing runs. starting, running, stopping: a session. paused. waiting: on a human.
   * limited: at the usage limit of its account, which is closed. trouble: see error. unknown: never observed since start.
   */
  state: z.enum([
    'idle',
    'starting',
    'running',
    'stopping',
    'paused',
    'waiting',
    'limited',
    'trouble',
    'unknown',
  ]),
  /** ms since the evidence was gathered; null: never */
  ageMs: z.number().nullable(),
  /** older than it should be: do not show as green */
  stale: z.boolean(),
  error: errorShapeSchema.nullable(),
  objective: objectiveViewSchema.nullable(),
  queued: z.number(),
  workers: z.array(workerSchema),
  unreadMail: z.number(),
  gates: z.number(),
  /** set by pause, focus or the budget; null: it may start */
  paused: z.object({ reason: z.string(), since: z.string() }).nullable(),
  footprint: footprintSchema.shape.products.element.pick({ memoryBytes: true, cpuCores: true }).nullable(),
  /** what its session has used of the model so far, by agent; absent: none, or nothing known yet */
  spend: z.object({ costUsd: z.number().nullable(), agents: z.array(agentSpendSchema) }).optional(),
  parkedBranches: z.array(z.string()),
  /** by its restart policy, within its window; absent: its policy is never */
  restarts: z.object({ count: z.number(), max: z.number(), windowMs: z.number() }).optional(),
  /** what the coordinator last said of itself in this session; told of one product only */
  report: z.object({ at: z.string(), ...statusReplySchema.shape }).nullish(),
});
export type ProductView = z.infer<typeof productViewSchema>;

/** What has cost money today (UTC). */
const todaySchema = z.object({
  /** those that live or have ended today */
  sessions: z.number(),
  /** of the model, that monitors asked for */
  turns: z.number(),
  /** sessions and turns whose cost is unknown: a subscription, a model without a price */
  unpriced: z.number(),
  /** input and output, without cache; null: unknown */
  tokens: z.number().nullable(),
});

/** A key or a subscription that sessions run on. */
export const accountViewSchema = z.object({
  name: z.string(),
  /** closed: at a usage limit. held: so much of a window is used that nothing new starts */
  state: z.enum(['open', 'held', 'closed']),
  /** session, week, model, spend, credit, unknown; null: open */
  window: z.string().nullable(),
  since: z.string().nullable(),
  /** its reset; null: open, or not known */
  until: z.string().nullable(),
  /** where the reset is not known: when it is tried next */
  nextTrial: z.string().nullable(),
  /** the screen's words: data. null: none */
  limit: z.string().nullable(),
  products: z.array(z.string()),
  /** objectives whose sessions stand at the limit */
  waiting: z.array(z.string()),
  holdAtPercent: z.number().nullable(),
  /** what Claude Code was told of its windows that have not been reset since; empty: nothing */
  shares: z.array(
    z.object({ window: z.string(), usedPercent: z.number(), until: z.string(), at: z.string() }),
  ),
});
export type AccountView = z.infer<typeof accountViewSchema>;

export const fleetStatusSchema = z.object({
  at: z.string(),
  products: z.array(productViewSchema),
  capacity: z.object({
    slotsUsed: z.number(),
    slots: z.number(),
    liveSessions: z.number(),
    maxLiveSessions: z.number(),
    /** of the sessions; null: of none that lives it is measured yet. Likewise cpuCores */
    memoryBytes: z.number().nullable(),
    maxMemoryBytes: z.number().nullable(),
    cpuCores: z.number().nullable(),
    maxCpuCores: z.number().nullable(),
    /** by the runtime's cgroup, whatever runs in it; null: not measured yet, or no cgroup */
    container: footprintSchema.shape.container.nullable(),
    /** USD; Σ of what is known, live sessions included; null: of none that ran it is */
    spentTodayUsd: z.number().nullable(),
    maxCostUsdPerDay: z.number().nullable(),
    today: todaySchema,
  }),
  /** absent: an older fleetd */
  accounts: z.array(accountViewSchema).optional(),
  queue: z.array(objectiveViewSchema),
  /** what chat changed on top of products.yaml; `undo` takes back the last */
  overrides: z.array(
    z.object({
      /** a product, or `fleet` */
      scope: z.string(),
      /** paused, priority, slots, live, memory, cpu, cost */
      what: z.string(),
      /** one sentence */
      text: z.string(),
      since: z.string(),
    }),
  ),
  runtime: z.object({
    state: z.enum(['connected', 'connecting', 'lost']),
    description: z.string(),
    ovVersion: z.string().nullable(),
    /** true: ov is the simulator */
    simulated: z.boolean(),
    error: errorShapeSchema.nullable(),
  }),
  registry: z.object({
    file: z.string(),
    /** sentences: a bad edit (last good version kept), a file replaced under its mount */
    problems: z.array(z.string()),
  }),
  /** error: why nothing can be written just now; what is shown is then what was last known */
  journal: z.object({ error: errorShapeSchema.nullable() }),
  /** a jump of fleetd's clock in the last hour: ages and times around it are not to be trusted */
  clock: z.object({ at: z.string(), byMs: z.number() }).nullish(),
});
export type FleetStatus = z.infer<typeof fleetStatusSchema>;

export const startRequestSchema = z.strictObject({
  product: name,
  text: z.string().max(maxObjectiveBytes),
  acceptance: z.string().max(16_384).nullable().default(null),
  needs: z.array(z.string()).max(100).default([]),
  source: sourceSchema,
  /** the same key returns the same objective: a retried request starts nothing twice */
  idempotencyKey: z.string().max(200).nullable().default(null),
  /** of work (`build`, `fix`, …): what estimates are learned by. Absent: told from the text */
  kind: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,30}$/)
    .optional(),
});
export type StartRequest = z.input<typeof startRequestSchema>;
export const stopRequestSchema = z.strictObject({
  source: sourceSchema,
  reason: z.string().max(1000).nullable().default(null),
});
export type StopRequest = z.input<typeof stopRequestSchema>;
export const controlRequestSchema = z.strictObject({ source: sourceSchema });
export type ControlRequest = z.input<typeof controlRequestSchema>;
export const priorityRequestSchema = z.strictObject({
  source: sourceSchema,
  /** high, medium, low, 1 to 100, or `default` for what products.yaml says */
  priority: z.union([z.string().max(100), z.number()]),
});
export type PriorityRequest = z.input<typeof priorityRequestSchema>;
export const capRequestSchema = z.strictObject({
  source: sourceSchema,
  /** a product, or `fleet` */
  scope: z.string().max(100),
  /** slots, live, memory, cpu, cost */
  what: z.string().max(100),
  /** `3`, `4` (GiB), `512m`, `80%`, `$20`, `none`, or `default` for what products.yaml says */
  value: z.string().max(100),
});
export type CapRequest = z.input<typeof capRequestSchema>;

export const controlReplySchema = z.object({
  verb: z.string(),
  /** sentences: what is different now, or why nothing is */
  text: z.string(),
  changed: z.boolean(),
});
export type ControlReply = z.infer<typeof controlReplySchema>;

export const whySchema = z.object({
  /** an objective or a product */
  target: z.string(),
  /** one line a human understands */
  line: z.string(),
  /** of the first objective that waits; null: cannot be said, or nothing waits */
  expectedStart: z.string().nullable(),
  /** rules and numbers behind the line; null: the last plan holds nothing about it */
  trace: z.unknown(),
  /** what was decided about it before and written down, the latest first: rule and numbers of each */
  decided: z
    .array(
      z.object({
        at: z.string(),
        rule: z.string(),
        numbers: z.record(z.string(), z.union([z.number(), z.string(), z.null()])),
        text: z.string(),
      }),
    )
    .default([]),
});
export type Why = z.infer<typeof whySchema>;

export const planRequestSchema = z.strictObject({
  /** limits by their name in products.yaml or for `cap`, e.g. `max_concurrent_sessions: "3"` */
  with: z.record(z.string().max(100), z.string().max(100)).default({}),
  /** products as if they were not there */
  without: z.array(z.string().max(100)).max(1000).default([]),
  /** products given one more objective, as if by `start` */
  start: z.array(z.string().max(100)).max(100).default([]),
});
export type PlanRequest = z.input<typeof planRequestSchema>;

export const planReplySchema = z.object({
  at: z.string(),
  /** in order of start */
  starts: z.array(
    z.object({
      objective: z.string(),
      product: z.string(),
      start: z.string(),
      /** null: how long it runs is not known yet */
      end: z.string().nullable(),
    }),
  ),
  /** whose start cannot be said, and why each waits */
  waits: z.array(z.object({ objective: z.string(), product: z.string(), line: z.string() })),
  /** true: the effort ran out, later starts are left out */
  truncated: z.boolean(),
});
export type PlanReply = z.infer<typeof planReplySchema>;

export const messageRequestSchema = z.strictObject({ text: z.string().max(65_536), source: sourceSchema });
export type MessageRequest = z.input<typeof messageRequestSchema>;

export const messageReplySchema = z.object({
  id: z.string(),
  /** the coordinator was woken; false: stored, and it is asked to read it when its screen is idle */
  nudged: z.boolean(),
});
export type MessageReply = z.infer<typeof messageReplySchema>;

export const gateViewSchema = z.object({
  /** what one types: `approve 3` */
  n: z.number(),
  /** null: the whole fleet */
  product: z.string().nullable(),
  objective: z.string().nullable(),
  kind: z.enum([
    'plan',
    'question',
    'decision',
    'escalation',
    'error',
    'budget',
    'hung',
    'logged-out',
    'over-memory',
  ]),
  severity: z.enum(['warning', 'error', 'critical']),
  state: z.enum(['open', 'approved', 'rejected', 'answered', 'withdrawn']),
  /** subject, text and options are worker text unless the asker is fleetd: data, never instruction */
  subject: z.string(),
  text: z.string(),
  /** sha256 of subject, newline, text: another text is another gate */
  digest: z.string(),
  options: z.array(z.string()),
  deadline: z.string().nullable(),
  asker: z.string(),
  /** dashboard: not answered in chat */
  surface: z.enum(['any', 'dashboard']),
  askedAt: z.string(),
  resolution: z.object({ by: z.string(), via: z.string(), text: z.string(), at: z.string() }).nullable(),
  /** why it was withdrawn */
  withdrawn: z.string().nullable(),
  /** pending: on its way. sent: not heard yet. read: heard (the word is older than the difference). lost: nobody is left */
  delivery: z.enum(['pending', 'sent', 'read', 'lost']).nullable(),
  deliveredAt: z.string().nullable(),
});
export type GateView = z.infer<typeof gateViewSchema>;

export const gateRequestSchema = z.strictObject({
  verdict: z.enum(['approved', 'rejected', 'answered']),
  /** needed for rejected and answered */
  text: z.string().max(65_536).default(''),
  source: sourceSchema,
});
export type GateRequest = z.input<typeof gateRequestSchema>;

export const noticeViewSchema = z.object({
  n: z.number(),
  at: z.string(),
  kind: z.string(),
  severity: z.enum(['warning', 'error', 'critical']),
  product: z.string().nullable(),
  objective: z.string().nullable(),
  /** what it asks, as it stands now; null: it asks nothing */
  gate: gateViewSchema.nullable(),
  /** our own words; a name or a reason in it may come from a worker */
  text: z.string(),
  /** what a worker or the model said: data, shown fenced. null: nobody is quoted */
  quote: z.string().nullable(),
  channels: z.array(z.object({ kind: z.enum(['slack', 'webchat']), target: z.string().nullable() })),
  /** where its objective was asked for */
  thread: z.string().nullable(),
});
export type NoticeView = z.infer<typeof noticeViewSchema>;

/** status: what its body says when it is in that form */
const inboxMailSchema = mailSchema.extend({ status: statusReplySchema.nullish() });
export type Mail = z.infer<typeof inboxMailSchema>;

/** A turn of the model that a product's monitor asks the gateway for. */
export const interventionViewSchema = z.object({
  n: z.number(),
  product: z.string(),
  objective: z.string().nullable(),
  /** one sentence */
  why: z.string(),
  askedAt: z.string(),
});
export type InterventionView = z.infer<typeof interventionViewSchema>;

export const interventionEndSchema = z.strictObject({
  /** the model's last words: shown to the human as such */
  said: z.string().max(20_000),
  /** USD; null: not known */
  costUsd: z.number().min(0).max(10_000).nullable(),
});
export type InterventionEnd = z.input<typeof interventionEndSchema>;

export const inboxSchema = z.object({
  product: z.string(),
  observedAt: z.string().nullable(),
  /** unread mail to the operator; bodies are worker text: data, never instruction */
  mail: z.array(inboxMailSchema),
});
export type Inbox = z.infer<typeof inboxSchema>;

/** One mail of a thread. Not ours: its subject and body are worker text, data and never instruction. */
export const threadMailSchema = z.object({
  id: z.string(),
  from: z.string(),
  to: z.string(),
  /** as overstory names it; of an answer to a gate: approved, rejected, answered */
  type: z.string(),
  subject: z.string(),
  body: z.string(),
  at: z.string(),
  /** written by the fleet or by a human through it */
  ours: z.boolean(),
  /** of ours: whether it arrived; null: nobody is told */
  state: z.enum(['on its way', 'sent', 'heard', 'not sent']).nullable(),
});
export type ThreadMail = z.infer<typeof threadMailSchema>;

export const threadSchema = z.object({
  id: z.string(),
  subject: z.string(),
  objective: z.string().nullable(),
  /** its number, when it asks a human */
  gate: z.number().nullable(),
  lastAt: z.string(),
  /** oldest first */
  mail: z.array(threadMailSchema),
});
export type Thread = z.infer<typeof threadSchema>;

export const timelineSchema = z.object({
  since: z.string(),
  until: z.string(),
  /** those that lived since then, newest first */
  sessions: z.array(
    z.object({
      id: z.number(),
      product: z.string(),
      objective: z.string(),
      /** requeued: stopped, its objective waits again (a pause, a restart) */
      state: z.enum(['starting', 'running', 'stopping', 'done', 'failed', 'cancelled', 'requeued']),
      startedAt: z.string(),
      endedAt: z.string().nullable(),
      why: z.string().nullable(),
      peakMemoryBytes: z.number().nullable(),
      costUsd: z.number().nullable(),
    }),
  ),
  /** those that were open since then, newest first; subjects are worker text */
  gates: z.array(
    z.object({
      n: z.number(),
      product: z.string().nullable(),
      subject: z.string(),
      state: z.enum(['open', 'approved', 'rejected', 'answered', 'withdrawn']),
      askedAt: z.string(),
      resolvedAt: z.string().nullable(),
    }),
  ),
});
export type Timeline = z.infer<typeof timelineSchema>;

export const usageSchema = z.object({
  since: z.string(),
  until: z.string(),
  /** length of one point's stretch */
  stepMs: z.number(),
  /** the highest of each stretch, oldest first; a stretch in which nothing lived is left out */
  points: z.array(
    z.object({
      at: z.string(),
      memoryBytes: z.number(),
      cpuCores: z.number(),
      /** of the UTC day so far; null: not known */
      spentUsd: z.number().nullable(),
      /** those that held a slot */
      sessions: z.number(),
    }),
  ),
});
export type Usage = z.infer<typeof usageSchema>;

export const backupSchema = z.object({
  /** in fleetd's own file system, beside its journal */
  file: z.string(),
  bytes: z.number(),
  lastSeq: z.number(),
});
export type Backup = z.infer<typeof backupSchema>;

export const resultSchema = z.object({
  objective: objectiveViewSchema,
  /** the coordinator's final mail: worker text. null: none came, or it is not over */
  result: z.string().nullable(),
});
export type Result = z.infer<typeof resultSchema>;

/** The coordinator's screen; what is on it is worker text. */
export const outputSchema = z.object({ product: z.string(), content: z.string() });
export type Output = z.infer<typeof outputSchema>;

/** argv to type on the machine that runs the fleet for a look, read only, into the live session; null: none is live */
export const attachSchema = z.object({ product: z.string(), argv: z.array(z.string()).nullable() });
export type Attach = z.infer<typeof attachSchema>;

export const healthSchema = z.object({
  ready: z.boolean(),
  version: z.string(),
  /** on fleetd's machine; null: off. On the operator's socket only */
  dashboardPort: z.number().nullish(),
});
export type Health = z.infer<typeof healthSchema>;

/** Every reply that is not a stream. */
export const replySchema = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), data: z.unknown() }),
  z.object({ ok: z.literal(false), error: errorShapeSchema }),
]);

export const eventSchema = z.object({
  seq: z.number(),
  at: z.string(),
  /** e.g. objective.queued, session.started, session.ended, runtime.lost */
  kind: z.string(),
  product: z.string().nullable(),
  objective: z.string().nullable(),
  text: z.string(),
  data: z.record(z.string(), z.unknown()),
});
export type FleetEvent = z.infer<typeof eventSchema>;

/**
 * Routes (all under /v1, JSON):
 *   GET  /health                      {ready, version}
 *   GET  /status?product=             FleetStatus (one product when asked; NOT_FOUND if unknown)
 *   POST /objectives                  startRequest → ObjectiveView
 *   GET  /objectives?state=&limit=    ObjectiveView[]
 *   GET  /objectives/:id              ObjectiveView
 *   GET  /objectives/:id/result       Result
 *   POST /objectives/:id/cancel       stopRequest → ObjectiveView
 *   POST /objectives/:id/requeue      controlRequest → ObjectiveView
 *   POST /products/:name/pause        stopRequest → ControlReply
 *   POST /products/:name/resume       controlRequest → ControlReply
 *   POST /products/:name/focus        controlRequest → ControlReply
 *   POST /products/:name/priority     priorityRequest → ControlReply
 *   POST /caps                        capRequest → ControlReply
 *   POST /undo                        controlRequest → ControlReply
 *   POST /accounts/:name/open         controlRequest → ControlReply (operator's socket only)
 *   GET  /why/:target                 Why (objective or product)
 *   POST /plan                        planRequest → PlanReply (asks what would be; changes nothing)
 *   POST /products/:name/stop         stopRequest → ObjectiveView | null (what it was working on)
 *   POST /products/:name/messages     messageRequest → messageReply
 *   GET  /products/:name/output?lines= Output (operator's socket only)
 *   GET  /products/:name/attach       Attach (operator's socket only)
 *   GET  /products/:name/inbox        inbox
 *   GET  /products/:name/look?kind=…  LookReply
 *   GET  /history?product=&limit=     ObjectiveView[] that are over with their outcomes, the one that ended last first
 *   GET  /report?since=               ReportView
 *   GET  /lessons?product=            LessonView[]
 *   POST /products/:name/lessons      lessonRequest → LessonView
 *   POST /lessons/:n/delete           controlRequest → LessonView (a human's)
 *   GET  /proposals                   ProposalView[]
 *   POST /proposals                   proposalRequest → ProposalView
 *   POST /proposals/:n                decisionRequest → ProposalView (a human's)
 *   GET  /blueprints                  BlueprintView[]: applied, then drafts
 *   GET  /blueprints/:name            BlueprintView (its name, or draft-<n>)
 *   POST /blueprints/draft            draftRequest → BlueprintReply (nothing of it runs)
 *   POST /blueprints/diff             applyRequest → BlueprintReply (what it would change)
 *   POST /blueprints/apply            applyRequest → BlueprintReply (a human's; never the model's)
 *   POST /blueprints/:name/delete     deleteRequest → BlueprintView (likewise)
 *   POST /blueprints/:name/retry      controlRequest → BlueprintView
 *   GET  /recurring                   RecurringView[]
 *   POST /recurring                   everyRequest → RecurringView (a human's; never the model's)
 *   POST /recurring/:name/pause|resume|delete  controlRequest → RecurringView (likewise)
 *   GET  /estimate/:product?text=&kind= EstimateView of one more objective
 *   GET  /products/:name/threads      Thread[]: mail by thread, newest first (operator's socket only, as the next three)
 *   GET  /products/:name/events?limit= FleetEvent[] of one product, newest first
 *   GET  /timeline?hours=&product=    Timeline: sessions and gates of the last hours
 *   GET  /usage?hours=&points=        Usage: how full the budget was
 *   POST /products/:name/init         layDownRequest → LayDownReply (operator's socket only)
 *   POST /backup                      Backup (operator's socket only)
 *   GET  /metrics                     Prometheus text (operator's socket only)
 *   GET  /gates?product=&all=1        GateView[]: open, or also the latest closed
 *   GET  /gates/:n                    GateView
 *   POST /gates/:n                    gateRequest → GateView (a human's answer; never the model's)
 *   GET  /notices?after=&wait=ms      NoticeView[] due and not yet sent, in order; waits up to 30 s for one
 *   POST /notices/:n/sent             {n}: handed to its channels
 *   GET  /interventions?wait=ms       InterventionView[] asked for and not begun; waits up to 30 s for one
 *   POST /interventions/:n/begin      {n}: it is this gateway's, once
 *   POST /interventions/:n/end        interventionEnd → {n}
 *   GET  /events?after=&last=&follow= SSE of FleetEvent (id = seq), keep-alive comment every 15 s. Starts after
 *                                     seq `after` (or the Last-Event-ID header, which wins), else with the `last`
 *                                     n events, else now. follow=0: ends when what is known has been sent.
 */
export const apiPrefix = '/v1';
