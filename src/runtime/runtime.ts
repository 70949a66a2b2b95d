// The port through which fleetd sees and moves a runtime. connection.ts implements it over a channel;
// tests and the simulation implement it in memory.
import type { ArgsOf, OvCommandName, ReplyOf } from '../overstory/commands/index.ts';
import type {
  FootprintReport,
  LookReply,
  LookRequest,
  ProductRef,
  ProductSnapshot,
  RuntimeInfo,
} from './protocol.ts';

export type RuntimeLink =
  | { state: 'connected'; sinceMs: number; info: RuntimeInfo }
  | { state: 'connecting' | 'lost'; sinceMs: number; error: import('../errors.ts').FleetErrorShape | null };

export interface RuntimeEvents {
  /** Something on disk changed in this product: observe it again. */
  changed: (product: string) => void;
  /** The link came up (again): everything must be observed again. */
  connected: (info: RuntimeInfo) => void;
  lost: (error: import('../errors.ts').FleetErrorShape) => void;
}

/**
 * Every call rejects with a FleetError: RUNTIME_UNREACHABLE before it was sent (nothing happened),
 * RUNTIME_LOST when the link broke while it was in flight (it may have happened: observe), or the
 * code of what `ov` said.
 */
export interface Runtime {
  link(): RuntimeLink;
  /** One entry per product asked for, in that order; one product's failure is in its own entry. */
  snapshot(products: ProductRef[], options?: { fresh?: boolean }): Promise<ProductSnapshot[]>;
  ov<N extends OvCommandName>(product: ProductRef, command: N, args: ArgsOf<N>): Promise<ReplyOf<N>>;
  footprint(products: ProductRef[]): Promise<FootprintReport>;
  look(product: ProductRef, what: LookRequest): Promise<LookReply>;
  /** Replaces the set of products whose changes are pushed. Kept across reconnects. */
  watch(products: ProductRef[]): Promise<void>;
  on<E extends keyof RuntimeEvents>(event: E, listener: RuntimeEvents[E]): () => void;
  close(): Promise<void>;
}
