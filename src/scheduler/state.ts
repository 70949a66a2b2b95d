// Everything decide() may look at and everything it may say, as plain data. Times are ms since epoch, memory is
// bytes, CPU is cores, money is USD. null means "not known", never zero.
import type { Numbers } from './numbers.ts';
import type { Placing, ProductPlace, RuntimeState } from './runtime-state.ts';

export type { Numbers } from './numbers.ts';

export interface Footprint {
  cpuCores: number;
  memoryBytes: number;
}

/** The key or subscription that a product's sessions run on, with its usage limits. */
export interface AccountState {
  name: string;
  /** at a usage limit. untilMs: its reset, after which it is open again; null: not known, closed until it is said to be open */
  closed: { window: string; sinceMs: number; untilMs: number | null } | null;
  /** so much of a window is used that starts are held until its reset */
  held: { window: string; usedPercent: number; holdAtPercent: number; untilMs: number } | null;
}

export interface ProductState {
  name: string;
  /** code, marketing… used when the product itself has no history */
  type: string;
  account: AccountState;
  /** false: listed, never started */
  startable: boolean;
  /** why it is not, as a clause; left out: not known */
  whyNot?: string;
  /** false: listed only, never placed */
  managed?: boolean;
  /** Left out: there is one runtime, and nothing is placed. */
  place?: ProductPlace;
  /** 1 to 100, live changes applied */
  priority: number;
  resourceWeight: number;
  /** p90 of finished sessions, of the product or else of its type; null: none yet */
  learned: (Footprint & { from: 'product' | 'type' }) | null;
  paused: { reason: string; sinceMs: number } | null;
  /** consecutive failed starts and until when the circuit stays open */
  breaker: { failures: number; openUntilMs: number | null };
  /** what the product's sessions have been given so far: Σ session-ms, for fairness */
  servedMs: number;
  /** when an objective of it last ended; those behind it have waited for the fleet only since then. null: none has */
  lastEndedMs: number | null;
  /** when a plan first said that it is over its own memory cap, while every plan since then has; null: the last did not */
  memoryOverSinceMs: number | null;
  /** live session included; null: unknown */
  spentTodayUsd: number | null;
  caps: {
    maxCpuCores: number | null;
    maxMemoryBytes: number | null;
    maxCostUsdPerDay: number | null;
  };
}

/** Products by their names. */
export type ByName = Pick<ReadonlyMap<string, ProductState>, 'get'>;

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
  /** it stands at a usage limit: while its account is closed it gives back its slot, not its memory */
  limited: boolean;
  /**
   * A coordinator that runs without a session of ours: started by hand, or left by a start that could not be
   * seen. It takes room like any other, and an objective of its product takes it over.
   */
  adoptable?: boolean;
  /** the part of its estimate that spentTodayUsd does not hold yet */
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
  /** one point of effective priority per this many ms of waiting; 0: no ageing */
  ageingMsPerPoint: number;
  /** memory must stay over budget this long before a session is paused for it */
  memoryGraceMs: number;
  /** what a weight of 1 predicts until learned */
  weightUnit: Footprint;
}

/** Of what did not change the caller may give the same objects again: they are not to be changed. */
export interface FleetState {
  limits: Limits;
  /** Left out or empty: there is one, and its limits are the fleet's. */
  runtimes?: readonly RuntimeState[];
  products: readonly ProductState[];
  objectives: readonly ObjectiveState[];
  sessions: SessionState[];
  lastStartMs: number | null;
  /** when a plan first said over-memory, while every plan since then has; null: the last plan did not */
  memoryOverSinceMs: number | null;
  /** fleet-wide spend today, live sessions included; null: unknown (subscription) */
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
  | 'account-closed'
  | 'account-held'
  | 'pacing'
  | 'behind-head'
  | 'runtime-full'
  | 'runtime-lost'
  | 'being-placed'
  | 'fits-nowhere'
  | 'never-fits'
  | 'over-memory'
  | 'over-cpu'
  | 'over-cost';

export interface Admission {
  kind: 'start';
  objective: string;
  product: string;
  rule: 'admit';
  numbers: Numbers;
}

/**
 * Mid-run measures (rule 4). tell: say it, admissions have stopped by themselves. pause: pause this product.
 * ask: pause and ask the human; product null means every live session.
 */
export interface Enforcement {
  kind: 'tell' | 'pause' | 'ask';
  /** tell and ask: whose budget is broken, null: the fleet's. pause: who is paused; `numbers.scope` says whose budget */
  product: string | null;
  rule: 'over-memory' | 'over-cpu' | 'over-cost';
  numbers: Numbers;
}

export type WaitRule = Exclude<Rule, 'admit' | Enforcement['rule']>;

/** When it expects to start is `forecast()`: too dear to compute for every wait of every decision. */
export interface Wait {
  objective: string;
  product: string;
  rule: WaitRule;
  /** place among the waits; 1 = head of the queue */
  position: number;
  /** objectives it waits behind: those that hold what it lacks. Shared between waits: do not change. */
  behind: readonly string[];
  numbers: Numbers;
}

/** What is in use before the plan's own starts. */
export interface Capacity {
  slotsUsed: number;
  slots: number;
  liveSessions: number;
  maxLiveSessions: number;
  /** Σ max(measured, predicted) over live sessions: what admission adds to */
  committed: Footprint;
  /** Σ measured over the sessions that have been measured; null when none has */
  measured: Footprint | null;
  maxMemoryBytes: number | null;
  maxCpuCores: number | null;
  spentTodayUsd: number | null;
  /** Σ of the known reservations */
  reservedUsd: number;
  maxCostUsdPerDay: number | null;
}

export interface AtLimit {
  objective: string;
  account: string;
  window: string;
  /** null: not known */
  untilMs: number | null;
}

export interface Plan {
  /** the time it was made for */
  atMs: number;
  decisions: (Admission | Enforcement)[];
  /** products that get a place now; most often none */
  placings: readonly Placing[];
  /** one per queued objective that was not admitted, in queue order */
  waits: Wait[];
  /** ask again at this time even if nothing happens; null: only events matter */
  nextWakeMs: number | null;
  capacity: Capacity;
  /** the live sessions it was made for, for explaining */
  sessions: readonly SessionState[];
  /** those of them that wait for their account to open */
  atLimit: readonly AtLimit[];
}
