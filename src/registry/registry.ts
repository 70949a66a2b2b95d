// What products.yaml says once it has been read and checked: the contract of the whole fleet.
// The fleet never writes products.yaml (a human does, also by `fleet add`); what chat changes lives in the journal on top.
import type { ChannelKind } from '../common/chats.ts';
import type { ForgeKind } from '../forge/kinds.ts';
import type { Price } from '../prices/table.ts';
import type { Calendar } from './calendar.ts';

export interface ChannelTarget {
  kind: ChannelKind;
  /** as src/common/chats.ts has it for its chat; null for webchat */
  target: string | null;
}

/** Where the runtime finds a key. Its name only: the value is nobody's but the runtime's. */
export interface KeySource {
  /** how Claude Code takes it: ANTHROPIC_API_KEY, or CLAUDE_CODE_OAUTH_TOKEN */
  as: 'api-key' | 'subscription';
  from: 'variable' | 'file';
  /** of the variable in the runtime's environment, or the absolute path of the file in the runtime */
  name: string;
}

/** A key or a subscription that sessions run on, with usage limits of its own. */
export interface Account {
  name: string;
  /** null: what the runtime's environment has */
  key: KeySource | null;
  /** from so much of a window used nothing new starts; null: until the limit */
  holdAtPercent: number | null;
}

/** Where a product's pull requests and issues are. */
export interface ForgeAt {
  forge: ForgeKind;
  /** base address of its REST API */
  api: string;
  /** `owner/name` */
  repository: string;
}

/** Issues that become objectives. */
export interface Intake {
  label: string;
  /** new ones at one look */
  most: number;
  /** what came of it is written on the issue */
  comment: boolean;
}

/** Where the work of a done objective goes, beside the branch in the human's repository. */
export interface Deliver {
  /** push: into the base itself, forward only */
  as: 'branch' | 'pull-request' | 'push';
  /** address for git */
  remote: string;
  /** variable of the deliverer's environment that holds the token; null: none */
  token: string | null;
  /** null: the branch that the remote calls its default */
  base: string | null;
  /** what failed checks of its pull request do; null: nothing. most: reworks of one pull request without being asked */
  onFailedChecks: { does: 'ask' | 'rework'; most: number } | null;
  /** variable of fleetd's environment that holds the secret of its forge's webhooks; null: none is taken */
  webhook: string | null;
  /** where the remote's issues are; null: its forge is not known, or there is no token for it */
  forgeAt: ForgeAt | null;
  /** null: none is opened */
  pullRequest: (ForgeAt & { draft: boolean; labels: string[]; reviewers: string[] }) | null;
}

export interface Product {
  /** `[a-z0-9][a-z0-9-]{0,40}`; also the name in chat, CLI and journal. */
  name: string;
  /** Absolute folder in the runtime where overstory works: under the workspace root; in-place under the projects root. */
  root: string;
  /**
   * own: overstory works in a clone of the fleet's. in-place: in the human's own folder, where it commits, stashes,
   * switches branches and deletes (docs/overstory.md).
   */
  checkout: 'own' | 'in-place';
  /** The human's folder that `root` is a clone of, whether or not it is there; only ever read. null: there is none. */
  source: string | null;
  /** What of the repository is this product's, e.g. `services/billing`; others have the rest. null: all of it. */
  paths: string[] | null;
  /** code, marketing, support, or any word of the user. */
  type: string;
  description: string | null;
  /** false: listed and readable, never started. */
  overstory: boolean;
  /** Name of the account that its sessions run on. */
  account: string;
  /** That account's key; null: what the runtime's environment has. */
  key: KeySource | null;
  /** 1 (least) to 100. high = 80, medium = 50, low = 20. */
  priority: number;
  /** Predicted footprint until learned: 1 = 1 GiB and 0.25 core. */
  resourceWeight: number;
  channels: ChannelTarget[];
  planApproval: 'required' | 'none';
  /** required: a human takes what a session made before it is delivered. */
  review: 'required' | 'none';
  /** Where its gates may be answered. dashboard: not in chat; there and in a terminal only. */
  gateSurface: 'any' | 'dashboard';
  /** One look by the model when a session hangs, fails or escalates. null: off */
  monitor: { perHour: number; maxCostUsdPerDay: number } | null;
  caps: {
    maxCpuCores: number | null;
    maxMemoryBytes: number | null;
    maxCostUsdPerDay: number | null;
    maxWorkers: number | null;
  };
  /** What follows a session that ended by itself, without having been stopped by anybody. */
  restart: {
    /** on-failure: after one that failed. always: also after one that ended without saying that it is complete. */
    policy: 'never' | 'on-failure' | 'always';
    /** within the window; beyond it the objective fails */
    max: number;
    windowMs: number;
    /** before the first; doubled for each one within the window */
    backoffMs: number;
    /** a running session that does nothing this long has failed; null: it may */
    activityTimeoutMs: number | null;
  };
  /** null: its work goes nowhere but into the human's repository */
  deliver: Deliver | null;
  /** null: no issue becomes an objective by itself */
  intake: Intake | null;
  /** Cloned once into `root` by the runtime when there is neither that nor `source`. */
  repo: string | null;
  /** The runtime where alone it may be; null: any that has its labels. */
  runtime: string | null;
  needsLabels: readonly string[];
}

/** A place where products run. */
export interface RuntimeEntry {
  name: string;
  /** local: the one that fleetd finds by itself, as without `runtimes:` */
  kind: 'local' | 'docker' | 'ssh' | 'kubernetes';
  /** ssh: as OpenSSH takes it; docker: tcp://host:port or unix:///path */
  host: string | null;
  /** docker: folder of ca.pem, cert.pem and key.pem, where fleetd is */
  certs: string | null;
  /** docker, ssh: the compose project whose runtime it is; null: fleetd's own */
  project: string | null;
  /** product: a container of its own for each product */
  isolation: 'none' | 'product';
  /** kubernetes: of the runtime, by digest */
  image: string | null;
  /** kubernetes; null: the current one of the kubeconfig */
  context: string | null;
  namespace: string | null;
  /** kubernetes: name of the Secret with the model's key; null: none */
  secret: string | null;
  /** kubernetes: by which nodes pull the image */
  pullSecret: string | null;
  /** kubernetes: of each product's volume, e.g. `20Gi` */
  storage: string;
  storageClass: string | null;
  /** kubernetes: labels that a node must have */
  nodeLabels: Readonly<Record<string, string>>;
  /** What the fleet may take of it; null: what it has. Bytes; percent of its cores. */
  maxMemoryBytes: number | null;
  maxCpuPercent: number | null;
  labels: readonly string[];
}

export interface Scheduling {
  maxConcurrentSessions: number;
  strategy: 'priority-weighted' | 'fifo';
  /** Sessions that hold memory, waiting ones included. Default 2 × maxConcurrentSessions. */
  maxLiveSessions: number;
  maxWorkersPerSession: number | null;
  budget: {
    /** Of the runtime's cores. */
    maxCpuPercent: number | null;
    maxMemoryBytes: number | null;
    maxCostUsdPerDay: number | null;
    /** Processes and threads of the runtime’s container; left out: not said. Held by the kernel alone. */
    maxProcesses?: number;
  };
}

export interface Registry {
  file: string;
  /** sha256 of the file's bytes, hex. */
  digest: string;
  workspaceRoot: string;
  /** Where the human's repositories are, in the runtime; null: none were given. */
  projectsRoot: string | null;
  products: Product[];
  /** null: one, where fleetd finds it; products are then not placed */
  runtimes: RuntimeEntry[] | null;
  /** At least `default`, which is every product's that names none. */
  accounts: Account[];
  scheduling: Scheduling;
  /** Who may resolve gates; empty: any sender OpenClaw authorises. */
  /** By model; they go before what Claude Code says and before the list. */
  prices: ReadonlyMap<string, Price>;
  gateApprovers: string[];
  recurring: Recurrence[];
  /** when the report of what was goes out; null: never by itself */
  report: Calendar | null;
  /** of files that final reports name */
  artifacts: ArtifactLimits;
}

export interface ArtifactLimits {
  keepMs: number;
  /** of one file */
  maxFileBytes: number;
  /** of all that a product has: the oldest make room */
  maxProductBytes: number;
}

/** An objective that comes again. */
export interface Recurrence extends Calendar {
  name: string;
  product: string;
  text: string;
  acceptance: string | null;
  /** runs that nobody was there for: made up for once, or not at all */
  missed: 'once' | 'skip';
}

/** One thing wrong in products.yaml. Lines and columns count from 1. */
export interface RegistryProblem {
  file: string;
  line: number;
  column: number;
  /** e.g. `products[2].priority` */
  path: string;
  expected: string;
  got: string;
}
