// What a product is doing, in a word and a few remarks: shared by the overview and the detail.

import { count, duration, since } from '../common/units.ts';
import type { ObjectiveView } from '../contract/objectives.ts';
import type { ProductView } from '../contract/products.ts';
import type { FleetStatus } from '../contract/status.ts';
import { errorText } from './error.ts';
import type { Row, Surface, Tone } from './layout.ts';
import { hasFailed } from './pull-request.ts';

const tones: Record<ProductView['state'], Tone> = {
  idle: 'dim',
  starting: 'busy',
  running: 'good',
  stopping: 'busy',
  paused: 'warn',
  waiting: 'warn',
  limited: 'warn',
  trouble: 'bad',
  unknown: 'warn',
};

/** The state word. Stale is never shown as what it last was; a queue makes idle `queued`. */
export function stateOf(product: ProductView): { state: string; tone: Tone } {
  if (product.making !== undefined) return { state: 'being made ready', tone: 'busy' };
  if (product.state === 'unknown' || product.ageMs === null)
    return product.overstory ? { state: 'unknown', tone: 'warn' } : { state: 'listed', tone: 'dim' };
  if (product.stale) return { state: 'stale', tone: 'warn' };
  if (product.state === 'idle' && product.queued > 0) return { state: 'queued', tone: 'busy' };
  if (product.state === 'idle' && !product.overstory) return { state: 'listed', tone: 'dim' };
  if (product.state === 'waiting') return { state: 'waiting on you', tone: 'warn' };
  if (product.state === 'limited') return { state: 'at its limit', tone: 'warn' };
  return { state: product.state, tone: tones[product.state] };
}

/** `null` when the evidence is fresh. */
export function ageNote(product: ProductView): string | null {
  if (product.making !== undefined) return product.making;
  if (!product.overstory && product.state === 'unknown') return null;
  if (product.ageMs === null || product.state === 'unknown') return 'not seen since fleetd started';
  if (!product.stale) return null;
  return `last seen ${duration(product.ageMs)} ago, then ${product.state}`;
}

/** `focus on product-a, for 3 min`; null when it is not paused */
export function pausedNote(surface: Surface, { paused }: ProductView): string | null {
  if (paused === null) return null;
  const time = since(paused.since, surface.nowMs);
  return `${surface.line(paused.reason, 200)}${time ? `, for ${time}` : ''}`;
}

const worrying = new Set(['stalled', 'zombie']);
const namedWorkers = 5;

/** `lead-1 working, builder-2 stalled, 3 more working, 2 completed`; worrying ones first. */
export function workersNote(surface: Surface, workers: ProductView['workers']): string | null {
  const done = workers.filter((worker) => worker.state === 'completed');
  const live = workers
    .filter((worker) => worker.state !== 'completed')
    .sort((a, b) => Number(worrying.has(b.state)) - Number(worrying.has(a.state)));
  const states = new Map<string, number>();
  for (const { state } of live.slice(namedWorkers)) states.set(state, (states.get(state) ?? 0) + 1);
  const parts = [
    ...live
      .slice(0, namedWorkers)
      .map((worker) => `${surface.line(worker.name, 40)} ${stateWord(surface, worker.state)}`),
    ...[...states].map(([state, n]) => `${n} more ${stateWord(surface, state)}`),
    ...(done.length > 0 ? [`${done.length} completed`] : []),
  ];
  return parts.length > 0 ? parts.join(', ') : null;
}

/** `in_turn` → `in turn` */
export const stateWord = (surface: Surface, state: string) => surface.line(state, 20).replaceAll('_', ' ');

/** What waits for the human: `1 gate open`, `2 unread mails`. */
export function attentionNote(product: ProductView): string | null {
  const parts = [
    product.gates > 0 ? `${count(product.gates, 'gate')} open` : '',
    product.unreadMail > 0 ? `${count(product.unreadMail, 'unread mail')}` : '',
    ...(product.pullRequests ?? [])
      .filter(hasFailed)
      .map(({ number }) => `checks of pull request ${number} failed`),
  ].filter(Boolean);
  return parts.length > 0 ? parts.join(', ') : null;
}

/** The product's objective, or else the next one queued for it. */
export function currentOf(product: ProductView, queue: FleetStatus['queue']): ObjectiveView | null {
  return product.objective ?? queue.find((objective) => objective.product === product.name) ?? null;
}

/** `obj-6 for 12 min`, `obj-7, 2nd in the queue for 3 min` */
export function objectiveHead(surface: Surface, objective: ObjectiveView): string {
  const id = `${surface.line(objective.id, 40)}${objective.direct ? ` (direct, by a ${objective.direct})` : ''}`;
  if (objective.state === 'queued') {
    const place = objective.position === null ? 'queued' : `${ordinal(objective.position)} in the queue`;
    const waited = since(objective.createdAt, surface.nowMs);
    return `${id}, ${place}${waited ? ` for ${waited}` : ''}`;
  }
  const ran = objective.endedAt === null ? since(objective.startedAt, surface.nowMs) : null;
  return ran ? `${id} for ${ran}` : id;
}

export function ordinal(n: number): string {
  // By hand: Intl loads its data for it, which takes longer than a whole answer.
  const teen = n % 100 >= 11 && n % 100 <= 13;
  return `${n}${(teen ? undefined : { 1: 'st', 2: 'nd', 3: 'rd' }[n % 10]) ?? 'th'}`;
}

/** `waiting on a human: the plan needs approval`, or why it waits in the queue */
export function whyNote(surface: Surface, objective: ObjectiveView): string | null {
  // fleetd's sentence stands alone in logs; here the objective and product were just named
  const named = `${objective.id} on ${objective.product} `;
  const told = objective.why?.startsWith(named) ? objective.why.slice(named.length) : objective.why;
  const why = told ? surface.line(told, 300).replace(/\.$/, '') : null;
  const condition = objective.condition ? surface.line(objective.condition, 100) : null;
  if (condition && why) return why.startsWith(condition) ? why : `${condition}: ${why}`;
  return condition ?? why;
}

/** One product in one line of the overview. */
export function situation(surface: Surface, product: ProductView, queue: FleetStatus['queue']): Row {
  const objective = currentOf(product, queue);
  const why = objective && whyNote(surface, objective);
  const more = product.queued - (objective?.state === 'queued' ? 1 : 0);
  const notes: (Row['notes'][number] | null)[] = [
    note(ageNote(product), 'warn'),
    product.error ? { text: errorText(surface, product.error), tone: 'bad' } : null,
    note(objective ? null : pausedNote(surface, product), 'warn'),
    note(why, objective?.state === 'queued' ? 'dim' : 'warn'),
    note(workersNote(surface, product.workers), 'dim'),
    note(attentionNote(product), 'warn'),
    note(more > 0 ? `${more} ${objective ? 'more ' : ''}queued` : null, 'dim'),
  ];
  return {
    name: product.name,
    ...stateOf(product),
    head: objective ? objectiveHead(surface, objective) : product.overstory ? '' : 'never started',
    quote: objective?.text,
    notes: notes.filter((each) => each !== null),
  };
}

const note = (text: string | null, tone: Tone) => (text ? { text, tone } : null);
