// The port through which fleetd sees and moves a runtime. connection.ts implements it over a channel;
// tests and the simulation implement it in memory.
import type { FleetErrorShape } from '../common/errors.ts';
import type { Finding } from '../contract/doctor.ts';
import type { ArtifactReply, ArtifactRequest } from '../contract/runtime/artifact.ts';
import type { BundleReply } from '../contract/runtime/bundle.ts';
import type { DiffReply, DiffRequest } from '../contract/runtime/diff.ts';
import type { LookReply, LookRequest } from '../contract/runtime/look.ts';
import type { MaintenanceReply, MaintenanceTask } from '../contract/runtime/maintenance.ts';
import type { FootprintReport, UsageReport } from '../contract/runtime/measurements.ts';
import type { MoveReply, MoveStep } from '../contract/runtime/move.ts';
import type { HowMade, ProductRef, RuntimeInfo, WorkspaceFolder } from '../contract/runtime/protocol.ts';
import type { ProductSnapshot } from '../contract/runtime/snapshot.ts';
import type { ArgsOf, OvCommandName, ReplyOf } from '../overstory/commands/index.ts';

export type RuntimeLink =
  | { state: 'connected'; sinceMs: number; info: RuntimeInfo }
  | { state: 'connecting' | 'lost'; sinceMs: number; error: FleetErrorShape | null };

/** What a move asks of a runtime. */
export type MovingSide = Pick<Runtime, 'make' | 'bundlePart' | 'link' | 'leave'> &
  Required<Pick<Runtime, 'move'>>;

/** One of the runtimes, as it stands. */
export interface RuntimePlace {
  name: string;
  link: RuntimeLink;
  /** `upMs` of our clock from which on nothing of ours surely runs there; null: there is no lease, and it may run on */
  leaseEndsMs: number | null;
}

/** The one that there is where products.yaml names none. */
export const onlyRuntime = 'runtime';

export interface RuntimeEvents {
  /** Something on disk changed in this product: observe it again. */
  changed: (product: string) => void;
  /** The link came up (again): everything must be observed again. */
  connected: (info: RuntimeInfo, runtime?: string) => void;
  /** runtime: its name; left out where there is one only */
  lost: (error: FleetErrorShape, runtime?: string) => void;
}

/**
 * Every call rejects with a FleetError: RUNTIME_UNREACHABLE before it was sent (nothing happened),
 * RUNTIME_LOST when the link broke or AGENT_TIMEOUT when no answer came while it was in flight (it may
 * have happened: observe), AGENT_REPLY_INVALID when the answer failed its schema, or the code of what
 * the agent or `ov` said (PATH_ESCAPES, PRODUCT_BUSY, OV_…).
 */
export interface Runtime {
  /** To the runtime where the product is; of all: `connected` while one of them is. */
  link(product?: string): RuntimeLink;
  /** The runtimes there are, in the order of products.yaml. */
  places(): RuntimePlace[];
  /** The folders directly under the workspace root, by name: what could be added to products.yaml. */
  list(): Promise<WorkspaceFolder[]>;
  /** One entry per product asked for, in that order; one product's failure is in its own entry. */
  snapshot(products: ProductRef[], options?: { fresh?: boolean }): Promise<ProductSnapshot[]>;
  ov<N extends OvCommandName>(product: ProductRef, command: N, args: ArgsOf<N>): Promise<ReplyOf<N>>;
  footprint(products: ProductRef[]): Promise<FootprintReport>;
  look(product: ProductRef, what: LookRequest): Promise<LookReply>;
  /** What changed between two commits; its words are the workers'. */
  diff(product: ProductRef, what: DiffRequest): Promise<DiffReply>;
  /** One file that a final report names, whole; untrusted, and refused in a word where it may not be had. */
  artifact(product: ProductRef, what: ArtifactRequest): Promise<ArtifactReply>;
  /** What the model was used for in a product since then, per agent, by Claude Code's transcripts. */
  usage(product: ProductRef, sinceMs: number): Promise<UsageReport>;
  /**
   * Makes a product ready as a start of the runtime does: cloned, or a sample, and known to `ov`. What is there stays.
   * @returns what was done, in words; takes as long as the clone
   */
  make(product: ProductRef, how: HowMade): Promise<string[]>;
  /** One task of the closed list of what the agent may change besides running `ov`. */
  maintain(product: ProductRef, task: MaintenanceTask): Promise<MaintenanceReply>;
  /**
   * Packs what was merged on the product's checkout as this branch; null: nothing that its source does not have.
   * @param asked.whole  with all of its history
   */
  bundle(product: ProductRef, asked: { branch: string; whole: boolean }): Promise<BundleReply | null>;
  /** Its bytes from `offset` on, at most bundlePartBytes; untrusted. */
  bundlePart(product: ProductRef, branch: string, offset: number): Promise<Buffer>;
  /** One step of a move from or to this runtime. Left out: nothing is moved from or to it. */
  move?(product: ProductRef, step: MoveStep): Promise<MoveReply>;
  /**
   * What a move asked for of a product is over, and its place is another: what was held for it here is let go, its disk is
   * kept. Left out: nothing is held for one product. @throws FleetError when it may still be there
   */
  leave?(product: string): Promise<void>;
  /** One of several by its name, wherever the product is: a move has to do with two. null: it cannot take part in one. */
  by?(name: string): MovingSide | null;
  /** Checks of the way to the runtime and, while it is in reach, of it and of these products; `fix`: the safe mends are made. */
  doctor(products: ProductRef[], fix: boolean): Promise<Finding[]>;
  /**
   * Replaces the set of products whose changes are pushed. Kept across reconnects; while there is no link
   * it rejects, and holds from the next one on.
   */
  watch(products: ProductRef[]): Promise<void>;
  on<E extends keyof RuntimeEvents>(event: E, listener: RuntimeEvents[E]): () => void;
  close(): Promise<void>;
}
