// Facts about sessions that are recorded in more than one place: one sentence for each, made here.
import type { Mark } from '../contract/runtime/diff.ts';
import type { EventData, NewEvent, SessionOutcome } from './events.ts';
import type { SessionRow } from './sessions.ts';

/** Who works on it is there. */
export const sessionRunning = (
  { id, product, objective }: SessionRow,
  text: string,
  data: Omit<EventData['session.running'], 'session'>,
): NewEvent => ({ kind: 'session.running', product, objective, text, data: { session: id, ...data } });

/**
 * The session is to be stopped, by whoever wants it: from then on the driver stops it.
 * @param reason  one sentence, kept with the session
 * @param outcome what becomes of its objective
 * @param code    of the error that it could not go on for, where there was one
 */
export const stopping = (
  { id, product, objective }: SessionRow,
  reason: string,
  outcome: SessionOutcome,
  code?: string,
): NewEvent => ({
  kind: 'session.stopping',
  product,
  objective,
  text: `Stopping ${objective} on ${product}: ${reason}`,
  data: { session: id, reason, outcome, ...(code === undefined ? {} : { code }) },
});

/** Where what the session makes begins or ends. */
export const marked = (
  { id, product, objective }: SessionRow,
  point: 'base' | 'head',
  { commit, tips }: Mark,
): NewEvent => ({
  kind: 'session.marked',
  product,
  objective,
  text: `The work of ${objective} on ${product} ${point === 'base' ? 'begins' : 'ends'} at ${commit.slice(0, 12)}.`,
  data: { session: id, point, commit, tips },
});

/** @param says  how it ended, as `Session on … ` goes on */
export const sessionEnded = (
  { id, product, objective }: SessionRow,
  says: string,
  data: Omit<EventData['session.ended'], 'session'>,
): NewEvent => ({
  kind: 'session.ended',
  product,
  objective,
  text: `Session on ${product} ${says}`,
  data: { session: id, ...data },
});
