// What crosses the held-open byte stream between fleetd and fleet-agent: JSON-RPC 2.0 (vscode-jsonrpc
// framing) with these verbs and no others. fleetd trusts nothing that comes back: connection.ts checks every
// reply against these schemas again, because workers share the agent's uid.
import { z } from 'zod';
import type { OvCommandName } from '../../overstory/commands/index.ts';
import { nameSchema } from '../names.ts';
import { errorShapeSchema } from '../reply.ts';
import { artifactRequestSchema } from './artifact.ts';
import { fleetBranchSchema } from './bundle.ts';
import { diffRequestSchema } from './diff.ts';
import { lookRequestSchema } from './look.ts';
import { type MaintenanceTask, maintenanceTaskSchema } from './maintenance.ts';
import { moveStepSchema } from './move.ts';

export const protocolVersion = 1;

/**
 * Longest message fleetd takes from an agent, in bytes; a longer one cuts the link. 8000 mails of 2 kB
 * are 17.6 MB; the agent refuses to send what would be longer.
 */
export const maxFrameBytes = 32 * 1024 * 1024;

/** Unread mail carried by one snapshot, in bytes of JSON; what lies beyond comes once the older is read. */
export const maxSnapshotMailBytes = 4 * 1024 * 1024;

const keySourceSchema = z.strictObject({
  as: z.enum(['api-key', 'subscription']),
  from: z.enum(['variable', 'file']),
  /** of the variable, or the absolute path of the file: never the key */
  name: z.string().min(1).max(1024),
});
export type KeySource = z.infer<typeof keySourceSchema>;

/** A product as the agent needs to know it. `root` must lie under the agent's own workspace root; in-place, its projects root. */
const productRefSchema = z.strictObject({
  name: nameSchema,
  root: z.string().min(1).max(1024),
  /** of its account; absent or null: what the agent's own environment has */
  key: keySourceSchema.nullish(),
  /** the human's folder that `root` is the fleet's clone of; left out: there is none */
  source: z.string().min(1).max(1024).nullish(),
  /** left out: own */
  checkout: z.enum(['own', 'in-place']).optional(),
  /** counted up by each move to another runtime; left out: there is only one. A lower one than the workspace's writes nothing */
  epoch: z.number().int().min(1).optional(),
  /** it was placed and made here: where it is not, its workspace is lost, and nothing is cloned in its place */
  expect: z.boolean().optional(),
});
export type ProductRef = z.infer<typeof productRefSchema>;

export const runtimeInfoSchema = z.object({
  protocol: z.number(),
  agentVersion: z.string(),
  pid: z.number(),
  startedAtMs: z.number(),
  /** ms since its machine's boot, on a clock that nobody sets: what a lease goes by; left out: it keeps none */
  upMs: z.number().optional(),
  platform: z.string(),
  /** Cores the runtime may use (cgroup quota when there is one). */
  cores: z.number(),
  /** Bytes the runtime may use (cgroup limit when there is one). */
  memoryBytes: z.number(),
  workspaceRoot: z.string(),
  ov: z.object({
    version: z.string().nullable(),
    /** true: ov is this project's simulator, not overstory */
    simulated: z.boolean(),
    error: errorShapeSchema.nullable(),
  }),
  /** Whether a key for the workers' model is present in the environment; never the key. */
  modelKey: z.boolean(),
});
export type RuntimeInfo = z.infer<typeof runtimeInfoSchema>;

/** A folder directly under the workspace root, whether or not the registry knows it. */
export const workspaceFolderSchema = z.object({
  name: z.string(),
  root: z.string(),
  /** has a .git */
  git: z.boolean(),
  /** has .overstory/config.yaml */
  overstory: z.boolean(),
});
export type WorkspaceFolder = z.infer<typeof workspaceFolderSchema>;

/** Parameters by verb; hello and list take none. */
export const snapshotParamsSchema = z.strictObject({
  /** One product per request: frames stay short and a slow product delays no other's answer. */
  product: productRefSchema,
  /** false: an unchanged product is answered from the last snapshot without starting a process */
  fresh: z.boolean(),
});
export const runParamsSchema = z.strictObject({
  product: productRefSchema,
  /** a name of ovCommands */
  command: z.string().max(100),
  /** checked by the command's own schema */
  args: z.unknown(),
});
export const productsParamsSchema = z.strictObject({ products: z.array(productRefSchema).max(1000) });
export const doctorParamsSchema = z.strictObject({
  products: z.array(productRefSchema).max(1000),
  fix: z.boolean(),
});
export const maintenanceParamsSchema = z.strictObject({
  product: productRefSchema,
  task: maintenanceTaskSchema,
});
const howMadeSchema = z.strictObject({
  /** cloned where the folder is not there */
  repo: z.string().max(2048).nullable(),
  /** of a sample */
  type: z.string().max(41),
  description: z.string().max(2000).nullable(),
  /** a human asked for it: it is cloned also where its workspace is lost */
  anew: z.boolean().optional(),
});
export type HowMade = z.infer<typeof howMadeSchema>;

export const makeParamsSchema = z.strictObject({
  product: productRefSchema,
  ...howMadeSchema.shape,
});
export const makeReplySchema = z.object({
  /** what was done, in words; nothing: it was there */
  done: z.array(z.string()),
});
export const bundleParamsSchema = z.strictObject({
  product: productRefSchema,
  branch: fleetBranchSchema,
  whole: z.boolean(),
});
export const bundlePartParamsSchema = z.strictObject({
  product: productRefSchema,
  branch: fleetBranchSchema,
  offset: z.number().int().min(0),
});
export const moveParamsSchema = z.strictObject({ product: productRefSchema, step: moveStepSchema });
export const lookParamsSchema = z.strictObject({ product: productRefSchema, what: lookRequestSchema });
export const artifactParamsSchema = z.strictObject({
  product: productRefSchema,
  what: artifactRequestSchema,
});
export const diffParamsSchema = z.strictObject({ product: productRefSchema, what: diffRequestSchema });

export const usageParamsSchema = z.strictObject({
  product: productRefSchema,
  /** ms since epoch */
  sinceMs: z.number().min(0),
});

export const changedSchema = z.object({ product: z.string() });

/**
 * Commands that change nothing and so wait for no other of their product. (`ov status` writes what it
 * reconciles, and takes no lock for it.)
 */
export const readCommands: ReadonlySet<string> = new Set<OvCommandName>([
  'version',
  'status',
  'coordinator.status',
  'coordinator.output',
  'coordinator.checkComplete',
  'mail.list',
  'run.current',
  'errors',
  'feed',
  'agents.discover',
  'worktree.list',
  'merge.dryRun',
  'group.status',
]);

/** Tasks of maintenance that start and change nothing. */
export const readTasks: ReadonlySet<string> = new Set<MaintenanceTask['kind']>(['state', 'branches']);

/** How long a write waits in the agent for the earlier ones of its product, in ms; then PRODUCT_BUSY. */
export const writeQueueMs = 90_000;

/** Requests, fleetd → agent. */
export const methods = {
  hello: 'fleet/hello',
  hold: 'fleet/hold',
  giveBack: 'fleet/give-back',
  list: 'fleet/list',
  snapshot: 'fleet/snapshot',
  run: 'fleet/run',
  watch: 'fleet/watch',
  footprint: 'fleet/footprint',
  look: 'fleet/look',
  diff: 'fleet/diff',
  artifact: 'fleet/artifact',
  usage: 'fleet/usage',
  maintain: 'fleet/maintain',
  make: 'fleet/make',
  doctor: 'fleet/doctor',
  bundle: 'fleet/bundle',
  bundlePart: 'fleet/bundle-part',
  move: 'fleet/move',
} as const;

/** Notifications, agent → fleetd. */
export const notifications = {
  /** {product}: something on disk changed; take a new snapshot */
  changed: 'fleet/changed',
} as const;
