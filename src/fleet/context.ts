// What every part of the loop works with.
import type { Logger } from 'pino';
import type { Clock } from '../common/clock.ts';
import { FleetError } from '../common/errors.ts';
import type { FootprintReport } from '../contract/runtime/measurements.ts';
import type { ProductSnapshot } from '../contract/runtime/snapshot.ts';
import type { Journal } from '../journal/journal.ts';
import type { Product, Registry } from '../registry/registry.ts';
import type { Publisher } from '../runtime/publish/publisher.ts';
import type { Runtime } from '../runtime/runtime.ts';
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

export interface FleetContext {
  registry: RegistrySource;
  runtime: Runtime;
  /** Takes branches into the human's repositories; left out: there are none. */
  publisher?: Publisher | null;
  journal: Journal;
  clock: Clock;
  log: Logger;
  tuning: Tuning;
  /** The latest evidence per product. Memory only: after a restart everything is observed again. */
  observations: Map<string, Observation>;
  /** The latest measurement per product of a live session. */
  footprints: Map<string, FootprintReport['products'][number]>;
  /** The runtime as a whole, by its cgroup; null: not measured yet. */
  container: FootprintReport['container'] | null;
  /** The last jump of the clock that was seen; null: none since fleetd started. */
  clockJump: { atMs: number; byMs: number } | null;
  /** Messages being sent by this process just now: not in doubt, whatever the journal says. */
  sending: Set<string>;
  /** Messages in doubt that this process knows of; true: for so long that no cut-off `ov` can still send it. */
  doubts: Map<string, boolean>;
  /**
   * Takes evidence of one product and keeps it in `observations`. Fresh unless told otherwise: then the agent
   * starts `ov` only if something was written since it last looked.
   */
  observe(product: string, fresh?: boolean): Promise<ProductSnapshot>;
  /** Drives this product's session again after a while: something must be waited for. The last call counts. */
  driveAgain(product: string, afterMs: number): void;
}

export function productOf(context: Pick<FleetContext, 'registry'>, name: string): Product | null {
  return context.registry.current().products.find((p) => p.name === name) ?? null;
}

/** Errors after which the effect may or may not have happened: only observing can tell. */
const uncertain = new Set([
  'RUNTIME_LOST',
  'AGENT_TIMEOUT',
  'AGENT_REPLY_INVALID',
  'OV_TIMEOUT',
  'OV_GARBAGE',
  'OV_OUTPUT_TOO_LARGE',
]);
export const mayHaveHappened = (code: string): boolean => uncertain.has(code);

export function missingProduct(name: string): FleetError {
  return new FleetError({
    code: 'PRODUCT_UNKNOWN',
    class: 'not-found',
    product: name,
    message: `Expected ${name} in products.yaml, got no such product.`,
    mend: 'Put it back, or cancel the objective.',
  });
}
