// The port to an engine that makes a place of its own for each product: a container with its own limits, /tmp, ports and
// volume. Docker and Kubernetes implement it.
import type { Finding } from '../../contract/doctor.ts';
import type { Channel } from '../channel.ts';

/** What a product is predicted to use: what is reserved for it. What the kernel holds it to is more (bounds.ts). */
export interface NeededPlace {
  product: string;
  cpuCores: number;
  memoryBytes: number;
}

export interface EnginePlace {
  product: string;
  /**
   * running: its agent can be opened. starting: the engine is at it, or has no room yet. parked: no container, its volume is
   * kept. failed: it does not come up until somebody does something. unknown: its node does not answer; it may be at work.
   */
  state: 'running' | 'starting' | 'parked' | 'failed' | 'unknown';
  /** The engine's own reason, for a state that needs one. */
  says: string | null;
  /** null: none yet, or the engine is one machine */
  node: string | null;
  /** `sha256:…` of what runs there; null: nothing does, or the engine does not say */
  imageDigest: string | null;
}

export interface Engine {
  /** For messages, e.g. `kubernetes context prod, namespace fleet`. */
  readonly description: string;
  /**
   * Makes what is missing, and changes what is reserved where that ends nothing. Idempotent: a call for a place that is
   * being made waits for the same one. Resolves when the agent can be opened.
   * @throws FleetError RUNTIME_NO_ROOM, RUNTIME_IMAGE, RUNTIME_NOT_RUNNING … with the engine's own reason;
   *   ENGINE_UNREACHABLE or RUNTIME_UNREACHABLE when nothing is known
   */
  ensure(place: NeededPlace): Promise<void>;
  /** The byte stream to fleet-agent there. */
  channel(product: string): Channel;
  /** By name of product. */
  list(): Promise<EnginePlace[]>;
  /**
   * Ends the container and keeps its volume. Resolves when it has surely ended; of what is not there, at once.
   * @throws FleetError RUNTIME_NOT_ENDED when the engine could not say so: it may run on
   */
  park(product: string): Promise<void>;
  /** Of the engine, then of its places. Never rejects. */
  doctor(): Promise<Finding[]>;
}
