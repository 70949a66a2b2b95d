// An objective as it is read.
import type { Direct, ObjectiveView } from '../contract/objectives.ts';
import type { Source } from '../contract/source.ts';
import { parse, type Row } from './reader.ts';

export interface ObjectiveRow {
  id: string;
  n: number;
  product: string;
  text: string;
  acceptance: string | null;
  needs: string[];
  /** of work, as outcomes/kind.ts has them */
  kind: string;
  /** the one worker that does it; null: a coordinator */
  direct: Direct | null;
  source: Source;
  state: ObjectiveView['state'];
  why: string | null;
  result: string | null;
  /** starts tried so far */
  attempts: number;
  /** messages sent to the coordinator so far: the m of `[obj-n.m]` */
  messages: number;
  notBeforeMs: number | null;
  createdAtMs: number;
  /** since when it has its place in the queue */
  queuedAtMs: number;
  startedAtMs: number | null;
  endedAtMs: number | null;
}

/** As lists and decisions have it: of the text its beginning. */
export type ListedRow = Omit<ObjectiveRow, 'acceptance' | 'result'>;

/** What a list shows of a text, in characters; a whole one may have 256 KiB. */
export const listedCharacters = 2_000;

/**
 * One character more than is shown, so that a text is seen to be cut. Whole ones in a queue, or in a list of a thousand,
 * would be what time and memory are spent on, at every decision.
 */
export const listed = `id, n, product, needs, kind, direct, source, state, why, attempts, messages, not_before_ms, created_at_ms,
  queued_at_ms, started_at_ms, ended_at_ms, substr(text, 1, ${listedCharacters + 1}) AS text`;

export const listedOf = (r: Row): ListedRow => ({
  id: r.id as string,
  n: r.n as number,
  product: r.product as string,
  text: r.text as string,
  needs: parse(r.needs),
  kind: r.kind as string,
  direct: r.direct as Direct | null,
  source: parse(r.source),
  state: r.state as ObjectiveRow['state'],
  why: r.why as string | null,
  attempts: r.attempts as number,
  messages: r.messages as number,
  notBeforeMs: r.not_before_ms as number | null,
  createdAtMs: r.created_at_ms as number,
  queuedAtMs: r.queued_at_ms as number,
  startedAtMs: r.started_at_ms as number | null,
  endedAtMs: r.ended_at_ms as number | null,
});
