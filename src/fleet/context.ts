// What every part of the loop works with.
import type { Logger } from 'pino';
import type { Clock } from '../common/clock.ts';
import { traitsOf } from '../common/error-catalogue.ts';
import { FleetError, type FleetErrorShape } from '../common/errors.ts';
import type { FootprintReport } from '../contract/runtime/measurements.ts';
import type { RuntimeInfo } from '../contract/runtime/protocol.ts';
import type { ProductSnapshot } from '../contract/runtime/snapshot.ts';
import type { ArtifactFiles } from '../journal/artifacts/files.ts';
import type { Journal, ObjectiveRow } from '../journal/journal.ts';
import type { Usage } from '../journal/usage.ts';
import type { Screen } from '../overstory/screen.ts';
import type { Product, Registry } from '../registry/registry.ts';
import type { Deliverer } from '../runtime/deliver/deliverer.ts';
import type { Publisher } from '../runtime/publish/publisher.ts';
import { onlyRuntime, type Runtime } from '../runtime/runtime.ts';
import type { Plan } from '../scheduler/state.ts';
import type { Tuning } from './tuning.ts';

export interface RegistrySource {
  current(): Registry;
  /** Sentences on what is wrong with the file now, if anything. */
  problems(): string[];
}

export interface Observation {
  snapshot: ProductSnapshot;
  /** On our clock, when the reply came. */
  receivedAtMs: number;
}

/** A coordinator's screen as last seen. */
export interface Looked {
  /** id of the session whose coordinator showed it */
  session: number;
  atMs: number;
  /** since when it has shown just that */
  sinceMs: number;
  /** whether it has shown anything else before, as far as this process knows */
  moved: boolean;
  seen: Screen;
}

/** What the fleet stands on: handed in, and closed by whoever handed it in. */
export interface Ports {
  registry: RegistrySource;
  runtime: Runtime;
  /** Takes branches into the human's repositories; left out: there are none. */
  publisher?: Publisher | null;
  /** Brings branches to remotes and forges; left out: there is none. */
  deliverer?: Deliverer | null;
  journal: Journal;
  /** Contents of files that final reports name. */
  artifactFiles: ArtifactFiles;
  clock: Clock;
  log: Logger;
  tuning: Tuning;
}

/** What this process has seen and tried. Gone with it: after a restart everything is observed again. */
export interface Memory {
  /** The latest evidence per product. */
  observations: Map<string, Observation>;
  /** Products that are made ready just now, and what is done: nothing of them is looked at or started until they are. */
  beingMade: Map<string, string>;
  /** The latest measurement per product of a live session. */
  footprints: Map<string, FootprintReport['products'][number]>;
  /** Each runtime as a whole, by its cgroup. */
  containers: Map<string, FootprintReport['container']>;
  /** What each runtime said of itself last; kept while it is out of reach. */
  runtimeInfos: Map<string, RuntimeInfo>;
  /** The chats that are on in the gateway that asked last for notices; null: none has said so yet. */
  chatsOn: ReadonlySet<string> | null;
  /** The last jump of the clock that was seen; null: none since fleetd started. */
  clockJump: { atMs: number; byMs: number } | null;
  /** Messages being sent by this process just now: not in doubt, whatever the journal says. */
  sending: Set<string>;
  /** Messages in doubt that this process knows of; true: for so long that no cut-off `ov` can still send it. */
  doubts: Map<string, boolean>;
  /** The coordinators' screens, by product. Emptied when the clock was set: each must stand as long again. */
  screens: Map<string, Looked>;
  /** Workers that were seen to have ended with a last mail, by session and name. */
  endedWorkers: Set<string>;
  /** When each running session's cost was last asked for, by its id. */
  costAskedMs: Map<number, number>;
  /** When each product's workers' mail was last looked through. */
  workersMailSeenMs: Map<string, number>;
  /** Since when stopping a session has failed, by its id. */
  stopFailingSinceMs: Map<number, number>;
  /** What the remote or the forge could not do yet, by action. */
  deliveryWaits: Map<string, { tries: number; untilMs: number; error: FleetErrorShape }>;
  /** Why a product's pull requests cannot be looked at now, and until when. */
  watchWaits: Map<string, { tries: number; untilMs: number; error: FleetErrorShape }>;
  /** Products of which files are being kept that no fact names yet. */
  keepingArtifacts: Set<string>;
  /** The same of its issues. */
  issueWaits: Map<string, { tries: number; untilMs: number; error: FleetErrorShape }>;
  /** How many issues the last look at a product's left for the next one; why, where it is not for their number. */
  issuesLeft: Map<string, { count: number; why: string | null }>;
  /** Whose turn it is to ask a product's forge (act/delivery/turns.ts). */
  forgeTurns: Map<string, { freeMs: number; of: Map<string, number> }>;
  /** Since when a session that stood at a limit has shown none, by its id: it must stand as long again. */
  noLimitSinceMs: Map<number, number>;
}

export const emptyMemory = (): Memory => ({
  observations: new Map(),
  beingMade: new Map(),
  footprints: new Map(),
  containers: new Map(),
  runtimeInfos: new Map(),
  chatsOn: null,
  clockJump: null,
  sending: new Set(),
  doubts: new Map(),
  screens: new Map(),
  endedWorkers: new Set(),
  costAskedMs: new Map(),
  workersMailSeenMs: new Map(),
  stopFailingSinceMs: new Map(),
  deliveryWaits: new Map(),
  watchWaits: new Map(),
  keepingArtifacts: new Set(),
  issueWaits: new Map(),
  issuesLeft: new Map(),
  forgeTurns: new Map(),
  noLimitSinceMs: new Map(),
});

export interface FleetContext extends Ports, Memory {
  /**
   * Takes evidence of one product and keeps it in `observations`. Fresh unless told otherwise: then the agent
   * starts `ov` only if something was written since it last looked.
   */
  observe(product: string, fresh?: boolean): Promise<ProductSnapshot>;
  /** Drives this product's session again after this long at the latest: something must be waited for. */
  driveAgain(product: string, afterMs: number): void;
}

/** The loop, as commands and reports see it. */
export interface Driver {
  readonly context: FleetContext;
  /** What the last decision was: who waits and why. */
  plan(): Plan;
  /** Decides now and admits what fits. */
  schedule(): void;
  /** Takes the next step of this product's session. */
  drive(product: string): void;
  /** How full the budget was over time. */
  readonly usage: Usage;
}

export function productOf(context: Pick<FleetContext, 'registry'>, name: string): Product | null {
  return context.registry.current().products.find((p) => p.name === name) ?? null;
}

/** Of several runtimes the one where the product is, else the only one; null: it has no place yet. */
export function runtimeOf(
  { registry, journal }: Pick<FleetContext, 'registry' | 'journal'>,
  product: string,
) {
  return registry.current().runtimes === null ? onlyRuntime : (journal.placement(product)?.runtime ?? null);
}

/** @throws FleetError PRODUCT_UNKNOWN */
export function productNamed(context: Pick<FleetContext, 'registry'>, name: string): Product {
  const product = productOf(context, name);
  if (product) return product;
  const names = context.registry.current().products.map((p) => p.name);
  throw new FleetError({
    code: 'PRODUCT_UNKNOWN',
    product: name,
    message: `Expected a product of products.yaml (${names.join(', ') || 'it has none'}), got "${name}".`,
    mend: 'Use one of these names, or add the product to products.yaml.',
  });
}

/** @throws FleetError OBJECTIVE_UNKNOWN */
export function objectiveOf(journal: Journal, id: string): ObjectiveRow {
  const objective = journal.objective(id);
  if (objective) return objective;
  throw new FleetError({
    code: 'OBJECTIVE_UNKNOWN',
    message: `Expected the id of an objective such as obj-1, got "${id}".`,
    mend: 'List them with `fleet queue` or `fleet status`.',
  });
}

/** Whether the effect may have happened after this error: then only observing can tell. */
export const mayHaveHappened = (code: string): boolean => traitsOf(code).mayHaveHappened === true;

export function missingProduct(name: string): FleetError {
  return new FleetError({
    code: 'PRODUCT_UNKNOWN',
    product: name,
    message: `Expected ${name} in products.yaml, got no such product.`,
    mend: 'Put it back, or cancel the objective.',
  });
}
