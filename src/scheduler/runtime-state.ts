// What decide() sees and says of several runtimes, as plain data. Units as in state.ts.
import type { Numbers } from './numbers.ts';

/** A machine on which products run. */
export interface RuntimeState {
  name: string;
  /** since when it is out of reach; null: it answers */
  lostSinceMs: number | null;
  /** it has neither answered nor failed to since fleetd began to ask it */
  asked: boolean;
  /** fleetd's own: the human's folders are there */
  local: boolean;
  /** what the fleet may take of it */
  maxMemoryBytes: number | null;
  maxCpuCores: number | null;
  labels: readonly string[];
}

/** Where a product is, and where it may be. */
export interface ProductPlace {
  /** the runtime where its workspace is; null: it has none yet */
  home: string | null;
  /** where it is on its way to: nothing starts before it is there */
  moving?: string | null;
  /** where it worked before products had places: its workspace is still there */
  worked: string | null;
  /** where products.yaml says it must be */
  pinned: string | null;
  needsLabels: readonly string[];
  /** a machine other than this one could clone it */
  portable: boolean;
}

/** A product gets its place. It is made ready there before anything starts. */
export interface Placing {
  product: string;
  runtime: string;
  numbers: Numbers;
}
