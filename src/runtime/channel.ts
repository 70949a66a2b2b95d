// A channel opens a byte stream to a fleet-agent: a child process here, one docker exec there, later ssh
// or a Kubernetes exec. It knows nothing of what the bytes say.
import type { Readable, Writable } from 'node:stream';
import type { Finding } from '../contract/doctor.ts';

export interface ByteStream {
  /** agent → us */
  reader: Readable;
  /** us → agent; ending it tells the agent to exit */
  writer: Writable;
  /** Resolves once with a sentence on why the far end is gone; never rejects. */
  closed: Promise<string>;
  /** Ends the stream and releases what it holds. Idempotent. */
  close(): Promise<void>;
}

/** What the kernel holds the whole runtime to; null: as it was created. */
export interface RuntimeLimits {
  memoryBytes: number | null;
  cpuCores: number | null;
  processes: number | null;
}

export interface Channel {
  /** For messages, e.g. `docker exec into overstory-runtime`. */
  readonly description: string;
  /** Rejects with FleetError RUNTIME_UNREACHABLE (or a more exact code) naming the mend. */
  open(): Promise<ByteStream>;
  /** What the way itself depends on (the engine, the container), for `fleet doctor`. Never rejects. */
  doctor?(): Promise<Finding[]>;
  /**
   * Holds the runtime to these; what it is held to already is left alone.
   * @throws FleetError RUNTIME_LIMITS when the engine refuses; RUNTIME_OVER_LIMIT when more memory or as many
   *   processes are in use as it would be held to: lowered now, the kernel would kill workers or start no program
   */
  limit?(limits: RuntimeLimits): Promise<void>;
}

/** Of glibc: heaps for all threads. The agent takes it out again: what it starts is not its own. */
export const onlyHeap = 'MALLOC_ARENA_MAX';

/**
 * argv that starts a fleet-agent, which does little and lives long. What it makes lives briefly: with Node's own sizes its
 * young generation alone grows by some tens of MB in ten minutes of work (docs/performance.md, Soak). A heap of
 * malloc for each thread would keep what that once used.
 * @param node  path of Node, or its name on PATH. @param program  path of the built agent
 */
export const agentArgv = (node: string, program: string): [string, ...string[]] => [
  'env',
  `${onlyHeap}=1`,
  node,
  '--max-semi-space-size=2',
  program,
];
