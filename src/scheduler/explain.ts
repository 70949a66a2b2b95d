// `fleet why`: what a plan says about one objective or product, as one line and as the record behind it.

import { duration, fromNow } from '../common/units.ts';
import type { Forecast } from './forecast.ts';
import { admissionSentence, atLimitSentence, enforcementSentence, waitSentence } from './sentences.ts';
import type { Admission, Capacity, Enforcement, Plan, SessionState, Wait, WaitRule } from './state.ts';

/** Everything the plan and the forecast hold about the target. */
export interface Trace {
  atMs: number;
  decisions: (Admission | Enforcement)[];
  waits: Wait[];
  sessions: SessionState[];
  /** of the first wait; null: cannot be said */
  expectedStartMs: number | null;
  /** waits of the same line (for slots, memory…) that come before the first one */
  ahead: number | null;
  capacity: Capacity;
}

export interface Explanation {
  line: string;
  trace: Trace;
}

/** Waits that stand in one line for what the whole fleet shares. */
const inLine: ReadonlySet<WaitRule> = new Set<WaitRule>([
  'slots',
  'live',
  'memory',
  'cpu',
  'pacing',
  'behind-head',
  'runtime-full',
]);
/** Only a human ends these waits, so no start can be expected. */
const needsHuman: ReadonlySet<WaitRule> = new Set<WaitRule>([
  'not-startable',
  'product-paused',
  'objective-paused',
  'needs-failed',
  'never-fits',
  'fits-nowhere',
  'cost',
]);

function waitLine(plan: Plan, wait: Wait, ahead: number | null, startMs: number | null): string {
  const parts = [waitSentence(plan, wait)];
  if (ahead !== null) parts.push(ahead === 0 ? 'next in line' : `${ahead} before it in line`);
  if (!needsHuman.has(wait.rule))
    parts.push(
      startMs === null ? 'expected start unknown' : `expected start ${fromNow(startMs - plan.atMs)}`,
    );
  return parts.join('; ');
}

function sessionLine(plan: Plan, session: SessionState) {
  const { objective, product, state, startedAtMs, waitingOnHuman } = session;
  const limit = plan.atLimit.find((one) => one.objective === objective);
  const doing =
    state === 'stopping' || (!waitingOnHuman && limit === undefined)
      ? `is ${state}`
      : limit === undefined
        ? 'waits for your answer'
        : atLimitSentence(plan, limit);
  return `${objective} on ${product} ${doing}, started ${duration(plan.atMs - startedAtMs)} ago`;
}

/**
 * @param target   an objective's id or a product's name
 * @param expected `forecast()` of the same state and time; null leaves expected starts unknown
 * @returns null when the plan holds nothing about the target: finished, unknown, or nothing to do
 */
export function explain(plan: Plan, target: string, expected: Forecast | null = null): Explanation | null {
  const about = (item: { objective?: string; product: string | null }) =>
    item.objective === target || item.product === target;
  const sessions = plan.sessions.filter(about);
  const decisions = plan.decisions.filter(
    (decision) => about(decision) || sessions.some((session) => session.product === decision.product),
  );
  const waits = plan.waits.filter(about);
  const [wait] = waits;
  const ahead =
    wait && inLine.has(wait.rule)
      ? plan.waits.slice(0, wait.position - 1).filter(({ rule }) => inLine.has(rule)).length
      : null;
  const expectedStartMs = wait
    ? (expected?.starts.find(({ objective }) => objective === wait.objective)?.startMs ?? null)
    : null;
  const start = decisions.find((decision) => decision.kind === 'start');
  const enforcement = decisions.find((decision) => decision.kind !== 'start');
  const [session] = sessions;
  const line = start
    ? admissionSentence(start)
    : wait
      ? waitLine(plan, wait, ahead, expectedStartMs)
      : enforcement
        ? enforcementSentence(enforcement)
        : session && sessionLine(plan, session);
  if (line === undefined) return null;
  return {
    line: `${line}.`,
    trace: {
      atMs: plan.atMs,
      decisions,
      waits,
      sessions,
      expectedStartMs,
      ahead,
      capacity: plan.capacity,
    },
  };
}
