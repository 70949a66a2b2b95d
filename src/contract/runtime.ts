// What crosses the held-open byte stream between fleetd and fleet-agent: JSON-RPC 2.0 (vscode-jsonrpc
// framing) with these verbs and no others. fleetd trusts nothing that comes back: runtime.ts checks every
// reply against these schemas again, because workers share the agent's uid.
import { z } from 'zod';
import type { FleetError } from '../common/errors.ts';
import type { OvCommandName } from '../overstory/commands/index.ts';

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
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,40}$/),
  root: z.string().min(1).max(1024),
  /** of its account; absent or null: what the agent's own environment has */
  key: keySourceSchema.nullish(),
  /** the human's folder that `root` is the fleet's clone of; left out: there is none */
  source: z.string().min(1).max(1024).nullish(),
  /** left out: own */
  checkout: z.enum(['own', 'in-place']).optional(),
});
export type ProductRef = z.infer<typeof productRefSchema>;

export const errorShapeSchema = z.object({
  code: z.string(),
  class: z.enum(['usage', 'not-found', 'refused', 'unavailable', 'runtime', 'internal']),
  message: z.string(),
  mend: z.string(),
  product: z.string().nullable(),
});

export const runtimeInfoSchema = z.object({
  protocol: z.number(),
  agentVersion: z.string(),
  pid: z.number(),
  startedAtMs: z.number(),
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

/** What a worker printed whose claude is gone, at most. */
export const maxDeathCharacters = 2_000;

export const workerSchema = z.object({
  name: z.string(),
  capability: z.string(),
  /** as `ov status` says: booting, working, in_turn, between_turns, stalled, zombie, completed */
  state: z.string(),
  /** Its claude is gone without having ended its turn (its state is then zombie, whatever `ov` says): what it printed, or ''. */
  death: z.string().max(maxDeathCharacters).nullish(),
  /** With `death`: whether that was after its first word. */
  spoke: z.boolean().nullish(),
  taskId: z.string(),
  parent: z.string().nullable(),
  depth: z.number(),
  branch: z.string(),
  worktree: z.string(),
  startedAt: z.string(),
  lastActivity: z.string(),
});
export type Worker = z.infer<typeof workerSchema>;

export const mailSchema = z.object({
  id: z.string(),
  from: z.string(),
  to: z.string(),
  subject: z.string(),
  body: z.string(),
  type: z.string(),
  priority: z.string(),
  threadId: z.string().nullable(),
  payload: z.string().nullable(),
  read: z.boolean(),
  createdAt: z.string(),
});
export type Mail = z.infer<typeof mailSchema>;

/** What one product looks like now, from `ov` output only. */
export const productSnapshotSchema = z.object({
  product: z.string(),
  /** ms since epoch on the agent's clock, when the evidence was gathered */
  observedAtMs: z.number(),
  /**
   * ok: `ov` answered. missing: no such folder. uninitialised: no .overstory/config.yaml.
   * error: `ov` failed. Of all but ok: the reason is in `error`; the other fields are then empty, not "idle".
   */
  health: z.enum(['ok', 'missing', 'uninitialised', 'error']),
  error: errorShapeSchema.nullable(),
  /** project.name of .overstory/config.yaml: tmux sessions carry it, it may differ from the product's name */
  projectName: z.string().nullable(),
  /** currentRunId of `ov status` */
  runId: z.string().nullable(),
  coordinator: z
    .object({
      state: z.string(),
      sessionId: z.string(),
      tmuxSession: z.string(),
      /** tmuxSession is in the server's list of sessions */
      tmuxAlive: z.boolean(),
      pid: z.number().nullable(),
      startedAt: z.string(),
      lastActivity: z.string(),
    })
    .nullable(),
  /** everyone but the coordinator */
  workers: z.array(workerSchema),
  /** unread mail to operator, oldest first, up to maxSnapshotMailBytes */
  operatorMail: z.array(mailSchema),
  /** how many unread mails to operator were left out for their length */
  operatorMailLeftOut: z.number(),
  mergeQueueCount: z.number(),
  /** the workers', under .overstory/worktrees: those that a human made by hand are not among them */
  worktrees: z.array(z.object({ path: z.string(), branch: z.string(), head: z.string() })),
});
export type ProductSnapshot = z.infer<typeof productSnapshotSchema>;

/** A snapshot that has no evidence of anything, and its reason. */
export const blindSnapshot = (
  product: string,
  observedAtMs: number,
  health: Exclude<ProductSnapshot['health'], 'ok'>,
  error: FleetError,
): ProductSnapshot => ({
  ...emptySnapshot(product, observedAtMs),
  health,
  error: { ...error.toJSON(), product },
});

/** One of a product that has nothing. */
export const emptySnapshot = (product: string, observedAtMs: number): ProductSnapshot => ({
  product,
  observedAtMs,
  health: 'ok',
  error: null,
  projectName: null,
  runId: null,
  coordinator: null,
  workers: [],
  operatorMail: [],
  operatorMailLeftOut: 0,
  mergeQueueCount: 0,
  worktrees: [],
});

export const footprintSchema = z.object({
  /** null where the platform cannot tell (no /proc) */
  products: z.array(
    z.object({
      product: z.string(),
      processes: z.array(
        z.object({
          pid: z.number(),
          /** clock ticks since boot, from /proc/<pid>/stat: with the pid it names one process for ever */
          startTicks: z.number(),
          command: z.string(),
          pssBytes: z.number(),
        }),
      ),
      memoryBytes: z.number().nullable(),
      /** cores used, averaged since the previous call for this product; null at the first */
      cpuCores: z.number().nullable(),
    }),
  ),
  /** of the cgroup, without page cache that the kernel gives back first; null without one */
  container: z.object({ memoryBytes: z.number().nullable(), cpuCores: z.number().nullable() }),
});
export type FootprintReport = z.infer<typeof footprintSchema>;

/** A read-only look into a product: path-confined, size-capped. `path` is relative to the product's root. */
export const lookRequestSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('tree'),
    path: z.string().max(1024).default('.'),
    depth: z.number().int().min(1).max(6).default(2),
  }),
  z.strictObject({
    kind: z.literal('file'),
    path: z.string().min(1).max(1024),
    maxBytes: z.number().int().min(1).max(262_144).default(65_536),
  }),
  z.strictObject({ kind: z.literal('log'), limit: z.number().int().min(1).max(200).default(20) }),
]);
export type LookRequest = z.input<typeof lookRequestSchema>;

export const lookReplySchema = z.object({ text: z.string(), truncated: z.boolean() });
export type LookReply = z.infer<typeof lookReplySchema>;

const used = z.number().min(0).max(1e15);
/** What the model was used for since a moment, by Claude Code's transcripts; see agent/usage/. */
export const usageReportSchema = z.object({
  agents: z
    .array(
      z.object({
        /** coordinator, or a worker's name */
        name: z.string().max(256),
        models: z
          .array(
            z.object({
              model: z.string().max(120),
              /** prompts of more than 100,000 tokens */
              longPrompt: z.boolean(),
              /** by Claude Code's own sum, hidden requests included; false: counted reply by reply */
              stated: z.boolean(),
              input: used,
              output: used,
              cacheRead: used,
              cacheWrite5m: used,
              cacheWrite1h: used,
              webSearches: used,
              /** as Claude Code prices it; null: it does not say, or has no price for it */
              costUsd: z.number().min(0).max(1e12).nullable(),
            }),
          )
          .max(200),
      }),
    )
    .max(2_000),
  /** broken, too long, or of no known shape */
  skippedLines: z.number(),
  /** files for the next look: there was too much for one */
  unread: z.number(),
});
export type UsageReport = z.infer<typeof usageReportSchema>;

/** What the agent may change in a product beyond running `ov`: a closed list, see runtime/agent/maintenance/. */
export const tendTaskSchema = z.discriminatedUnion('kind', [
  /** Everything a coordinator's start depends on: mended where that is safe, else refused with a code. */
  z.strictObject({ kind: z.literal('prepare'), maxWorkers: z.number().int().min(1).nullable() }),
  /** Ends the product's own coordinator session in tmux, by its exact name. */
  z.strictObject({ kind: z.literal('clear-session') }),
  /** Esc to the menu of a usage limit, where the coordinator's terminal shows one; chooses nothing. */
  z.strictObject({ kind: z.literal('close-menu') }),
  /** Ends these processes, as far as they are still the same, in this product, and started by overstory. */
  z.strictObject({
    kind: z.literal('end-processes'),
    processes: z.array(z.strictObject({ pid: z.number().int().min(2), startTicks: z.number() })).max(10_000),
  }),
  /** What the coordinator is to merge before it begins, in words: nothing or one sentence, in `left`. */
  z.strictObject({ kind: z.literal('base') }),
  /** What of the repository's state would lose or waste work, in words, in `left`. */
  z.strictObject({ kind: z.literal('state') }),
  /** The workers' branches, by whether the current branch has them. */
  z.strictObject({ kind: z.literal('branches') }),
  /** `fleet init`: overstory's files for a product that is not code */
  z.strictObject({ kind: z.literal('lay-down'), type: z.enum(['marketing', 'support']) }),
  /** in the product's own mulch, where that is there */
  z.strictObject({ kind: z.literal('record-lesson'), text: z.string().min(1).max(1_000) }),
]);
export type TendTask = z.infer<typeof tendTaskSchema>;

export const tendReplySchema = z.object({
  /** what was mended or ended, in words; of branches: the merged ones */
  done: z.array(z.string()),
  /** what is left, e.g. `212 node`; of branches: those not merged */
  left: z.array(z.string()),
  /** of branches: the one that holds the merged ones; null: none does, HEAD is detached */
  into: z.string().nullish(),
});
export type TendReply = z.infer<typeof tendReplySchema>;

/** What one check of `fleet doctor` found. */
export const findingSchema = z.object({
  check: z.string(),
  /** null: of the whole runtime */
  product: z.string().nullable(),
  state: z.enum(['ok', 'fixed', 'warning', 'failed']),
  says: z.string(),
  mend: z.string().nullable(),
});
export type Finding = z.infer<typeof findingSchema>;

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

/** The only branches that ever leave a checkout for the human's repository. */
export const fleetBranchSchema = z.string().regex(/^fleet\/[a-z0-9][a-z0-9-]{0,60}$/);
/** Bytes of one part of a bundle: base64 makes a third more of it, which stays well below maxFrameBytes. */
export const bundlePartBytes = 8 * 1024 * 1024;
export const bundleReplySchema = z.object({
  /** the commit that the branch is at */
  head: z.string().regex(/^[0-9a-f]{40,64}$/),
  bytes: z.number().int().min(0),
  /** commits that the source does not have; null: not known */
  commits: z.number().nullable(),
});
export type BundleReply = z.infer<typeof bundleReplySchema>;
export const bundlePartSchema = z.object({ base64: z.base64() });

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
export const examineParamsSchema = z.strictObject({
  products: z.array(productRefSchema).max(1000),
  fix: z.boolean(),
});
export const tendParamsSchema = z.strictObject({ product: productRefSchema, task: tendTaskSchema });
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
export const lookParamsSchema = z.strictObject({ product: productRefSchema, what: lookRequestSchema });

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
  'agents.discover',
  'worktree.list',
  'merge.dryRun',
  'group.status',
]);

/** How long a write waits in the agent for the earlier ones of its product, in ms; then PRODUCT_BUSY. */
export const writeQueueMs = 90_000;

/** Requests, fleetd → agent. */
export const methods = {
  hello: 'fleet/hello',
  list: 'fleet/list',
  snapshot: 'fleet/snapshot',
  run: 'fleet/run',
  watch: 'fleet/watch',
  footprint: 'fleet/footprint',
  look: 'fleet/look',
  usage: 'fleet/usage',
  tend: 'fleet/tend',
  examine: 'fleet/examine',
  bundle: 'fleet/bundle',
  bundlePart: 'fleet/bundle-part',
} as const;

/** Notifications, agent → fleetd. */
export const notifications = {
  /** {product}: something on disk changed; take a new snapshot */
  changed: 'fleet/changed',
} as const;
