// Everything decide() may look at, as plain data. Times are ms since epoch, memory is bytes, CPU is cores,
// money is USD. null means "not known", never zero.

export interface Footprint {
  cpuCores: number;
  memoryBytes: number;
}

export interface ProductState {
  name: string;
  /** code, marketing… used when the product itself has no history */
  type: string;
  /** false: listed, never started */
  startable: boolean;
  /** 1 to 100, live changes applied */
  priority: number;
  resourceWeight: number;
  /** p90 of finished sessions, of the product or else of its type; null: none yet */
  learned: Footprint | null;
  paused: { reason: string; sinceMs: number } | null;
  /** consecutive failed starts and until when the circuit stays open */
  breaker: { failures: number; openUntilMs: number | null };
  /** what the product's sessions have been given so far: Σ session-ms, for fairness */
  servedMs: number;
  spentTodayUsd: number | null;
  caps: {
    maxCpuCores: number | null;
    maxMemoryBytes: number | null;
    maxCostUsdPerDay: number | null;
  };
}

export interface ObjectiveState {
  id: string;
  product: string;
  /** Only queued ones compete; the others are there for `needs` and for explaining. */
  state: 'queued' | 'starting' | 'running' | 'done' | 'failed' | 'cancelled';
  queuedAtMs: number;
  /** arrival number: the tie-break, unique, ascending */
  arrival: number;
  /** objectives (any product) that must be done first */
  needs: string[];
  paused: { reason: string; sinceMs: number } | null;
  /** not before this time: retry backoff, recurring */
  notBeforeMs: number | null;
  /** estimate of the whole run; null: unknown */
  expectedMs: number | null;
  expectedCostUsd: number | null;
}

export interface SessionState {
  product: string;
  objective: string;
  state: 'starting' | 'running' | 'stopping';
  startedAtMs: number;
  /** measured; null until the first measurement. CPU is the 60 s average. */
  measured: Footprint | null;
  /** an open gate and no busy worker: gives back its slot, not its memory */
  waitingOnHuman: boolean;
  reservedCostUsd: number | null;
}

export interface Limits {
  maxConcurrentSessions: number;
  maxLiveSessions: number;
  strategy: 'priority-weighted' | 'fifo';
  maxCpuCores: number | null;
  maxMemoryBytes: number | null;
  maxCostUsdPerDay: number | null;
  /** least time between two starts */
  startPacingMs: number;
  /** after waiting this long as the head of the queue, nothing passes it any more */
  headBoundMs: number;
  /** one point of effective priority per this many ms of waiting */
  ageingMsPerPoint: number;
  /** session-ms unit of a weight of 1: 1 GiB and 0.25 core until learned */
  weightUnit: Footprint;
}

export interface FleetState {
  limits: Limits;
  products: ProductState[];
  objectives: ObjectiveState[];
  sessions: SessionState[];
  lastStartMs: number | null;
  /** fleet-wide spend today; null: unknown (subscription) */
  spentTodayUsd: number | null;
}

/** The rule that decided, stable for logs, explanations and tests. */
export type Rule =
  | 'admit'
  | 'slots'
  | 'live'
  | 'memory'
  | 'cpu'
  | 'cost'
  | 'product-busy'
  | 'product-paused'
  | 'objective-paused'
  | 'not-startable'
  | 'needs'
  | 'needs-failed'
  | 'not-before'
  | 'breaker'
  | 'pacing'
  | 'behind-head'
  | 'never-fits'
  | 'over-memory'
  | 'over-cpu'
  | 'over-cost';

export interface Admission {
  kind: 'start';
  objective: string;
  product: string;
  rule: 'admit';
  /** What the decision was computed from, for the record. */
  numbers: Record<string, number | string | null>;
}

/** Mid-run measures (rule 4): stop admitting and tell, pause the lowest, pause and ask. */
export interface Relief {
  kind: 'tell' | 'pause' | 'ask';
  product: string | null;
  rule: 'over-memory' | 'over-cpu' | 'over-cost';
  numbers: Record<string, number | string | null>;
}

export interface Wait {
  objective: string;
  product: string;
  rule: Exclude<Rule, 'admit' | 'over-memory' | 'over-cpu' | 'over-cost'>;
  /** 1 = head of the queue */
  position: number;
  /** objectives or products it waits behind */
  behind: string[];
  /** null: cannot be said (a human must act, or nothing known of the running ones) */
  expectedStartMs: number | null;
  numbers: Record<string, number | string | null>;
}

export interface Plan {
  decisions: (Admission | Relief)[];
  /** one per queued objective that was not admitted, in queue order */
  waits: Wait[];
  /** ask again at this time even if nothing happens; null: only events matter */
  nextWakeMs: number | null;
}
