// The whole fleet as it stands, and fleetd itself.
import { z } from 'zod';
import { accountViewSchema } from './accounts.ts';
import { capRequestSchema, controlReplySchema, undoRequestSchema } from './controls.ts';
import { objectiveViewSchema } from './objectives.ts';
import { productViewSchema } from './products.ts';
import { errorShapeSchema } from './reply.ts';
import type { Route } from './route.ts';
import { footprintSchema } from './runtime/measurements.ts';
import { runtimeViewSchema } from './runtimes.ts';

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
  /** the machines that products.yaml names; empty: none, and `runtime` is the only one. Absent: an older fleetd */
  runtimes: z.array(runtimeViewSchema).optional(),
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

export const backupSchema = z.object({
  /** in fleetd's own file system, beside its journal */
  file: z.string(),
  bytes: z.number(),
  lastSeq: z.number(),
});
export type Backup = z.infer<typeof backupSchema>;

export const healthSchema = z.object({
  ready: z.boolean(),
  version: z.string(),
  /** by which socket it was asked; absent: an older fleetd */
  surface: z.enum(['gateway', 'operator']).optional(),
  /** on fleetd's machine; null: off. On the operator's socket only */
  dashboardPort: z.number().nullish(),
  /** what is in force, in fleetd's and the runtime's file systems. On the operator's socket only; absent: an older fleetd */
  registry: z
    .object({
      file: z.string(),
      /** sha256 of the file's bytes, hex */
      digest: z.string(),
      workspaceRoot: z.string(),
      /** null: no repositories of a human were given */
      projectsRoot: z.string().nullable(),
    })
    .optional(),
});
export type Health = z.infer<typeof healthSchema>;

export const fleetRoutes = {
  health: {
    method: 'GET',
    path: '/health',
    summary: 'Whether fleetd answers, and its version.',
    who: 'any',
    reply: healthSchema,
  },
  status: {
    method: 'GET',
    path: '/status',
    summary:
      'The whole fleet as it stands, or one product of it. PRODUCT_UNKNOWN when there is none of that name.',
    who: 'any',
    query: z.object({ product: z.string().optional() }),
    reply: fleetStatusSchema,
  },
  cap: {
    method: 'POST',
    path: '/caps',
    summary: 'Sets a limit of the fleet or of a product.',
    who: 'any',
    body: capRequestSchema,
    reply: controlReplySchema,
  },
  undo: {
    method: 'POST',
    path: '/undo',
    summary: 'Takes back the last change, or the one of that number.',
    who: 'any',
    body: undoRequestSchema,
    reply: controlReplySchema,
  },
  backup: {
    method: 'POST',
    path: '/backup',
    summary: 'Copies the journal beside itself.',
    who: 'operator',
    reply: backupSchema,
  },
  metrics: {
    method: 'GET',
    path: '/metrics',
    summary: 'Figures for Prometheus.',
    who: 'operator',
    media: 'text/plain',
    reply: z.string(),
  },
} as const satisfies Record<string, Route>;
