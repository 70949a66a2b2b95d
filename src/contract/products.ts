// Products: how each stands, and its coordinator’s screen.
import { z } from 'zod';
import {
  controlReplySchema,
  controlRequestSchema,
  priorityRequestSchema,
  stopRequestSchema,
} from './controls.ts';
import { objectiveViewSchema } from './objectives.ts';
import { agentSpendSchema } from './outcomes.ts';
import { pullRequestSchema } from './pull-requests.ts';
import { errorShapeSchema } from './reply.ts';
import { numberOr, type Route } from './route.ts';
import { lookQuerySchema, lookReplySchema } from './runtime/look.ts';
import { footprintSchema } from './runtime/measurements.ts';
import { workerSchema } from './runtime/snapshot.ts';
import { sourceSchema } from './source.ts';

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
  /** required: a human takes the work of a session before it is delivered */
  review: z.enum(['required', 'none']),
  channels: z.array(z.string()),
  /** chats among them that are off in the gateway: WebChat is told instead. Absent: no gateway has said yet */
  channelsOff: z.array(z.string()).optional(),
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
  /** what is done to make it ready, just now; absent: nothing */
  making: z.string().optional(),
  /** of several runtimes the one where it is; null: it has no place yet. Absent: there is one */
  runtime: z.string().nullish(),
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
  /** of disk that its checkout holds; absent: not counted yet, or out of sight */
  diskBytes: z.number().optional(),
  /** by its restart policy, within its window; absent: its policy is never */
  restarts: z.object({ count: z.number(), max: z.number(), windowMs: z.number() }).optional(),
  /** that are open, without what was written about them; absent: none */
  pullRequests: z
    .array(pullRequestSchema.omit({ remarks: true }).extend({ objective: z.string() }))
    .optional(),
  /** issues that become objectives; left: at the last look. why: not looked at, or refused. Absent: it has no intake */
  intake: z.object({ label: z.string(), left: z.number(), why: z.string().nullable() }).optional(),
  /** what the coordinator last said of itself in this session; told of one product only */
  report: z.object({ at: z.string(), ...statusReplySchema.shape }).nullish(),
});
export type ProductView = z.infer<typeof productViewSchema>;

/** The coordinator's screen; what is on it is worker text. */
export const outputSchema = z.object({ product: z.string(), content: z.string() });
export type Output = z.infer<typeof outputSchema>;

/** argv to type on the machine that runs the fleet for a look, read only, into the live session; null: none is live */
export const attachSchema = z.object({ product: z.string(), argv: z.array(z.string()).nullable() });
export type Attach = z.infer<typeof attachSchema>;

export const layDownRequestSchema = z.strictObject({
  type: z.enum(['marketing', 'support']),
  source: sourceSchema,
});

/** done: files that were written, relative to the product. left: what was left as it is, and why */
export const layDownReplySchema = z.object({ done: z.array(z.string()), left: z.array(z.string()) });
export type LayDownReply = z.infer<typeof layDownReplySchema>;

export const productRoutes = {
  stop: {
    method: 'POST',
    path: '/products/:name/stop',
    summary: 'Ends what the product works on; the reply says what that was, null: nothing.',
    who: 'any',
    body: stopRequestSchema,
    reply: objectiveViewSchema.nullable(),
  },
  pause: {
    method: 'POST',
    path: '/products/:name/pause',
    summary: 'Nothing of the product starts any more.',
    who: 'any',
    body: stopRequestSchema,
    reply: controlReplySchema,
  },
  resume: {
    method: 'POST',
    path: '/products/:name/resume',
    summary: 'Ends a pause.',
    who: 'any',
    body: controlRequestSchema,
    reply: controlReplySchema,
  },
  focus: {
    method: 'POST',
    path: '/products/:name/focus',
    summary: 'Pauses all others.',
    who: 'any',
    body: controlRequestSchema,
    reply: controlReplySchema,
  },
  priority: {
    method: 'POST',
    path: '/products/:name/priority',
    summary: 'Who comes first.',
    who: 'any',
    body: priorityRequestSchema,
    reply: controlReplySchema,
  },
  look: {
    method: 'GET',
    path: '/products/:name/look',
    summary: 'Files of the product and its commits; what is in them is not the fleet’s word.',
    who: 'any',
    query: lookQuerySchema,
    reply: lookReplySchema,
  },
  output: {
    method: 'GET',
    path: '/products/:name/output',
    summary: 'The coordinator’s screen, its last lines.',
    who: 'operator',
    query: z.object({ lines: numberOr(200, z.coerce.number<number>().int()) }),
    reply: outputSchema,
  },
  attach: {
    method: 'GET',
    path: '/products/:name/attach',
    summary: 'How to look into the live session from a terminal.',
    who: 'operator',
    reply: attachSchema,
  },
  prepare: {
    method: 'POST',
    path: '/products/:name/prepare',
    summary:
      'Clones it and has overstory know it, as a start of the runtime does; waits 20 s, then it goes on by itself.',
    who: 'operator',
    body: controlRequestSchema,
    reply: controlReplySchema,
  },
  layDown: {
    method: 'POST',
    path: '/products/:name/init',
    summary: 'Overstory’s files for a product that is not code.',
    who: 'operator',
    body: layDownRequestSchema,
    reply: layDownReplySchema,
  },
} as const satisfies Record<string, Route>;
