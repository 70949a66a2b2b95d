// The workers of a session without a coordinator: one after the other, each on the branch of the one before. Who they are is in
// the actions that started them: `sling-<session>-<n>`.
import type { Mail, ProductSnapshot } from '../../../contract/runtime/snapshot.ts';
import type { ActionRow, Journal, SessionRow } from '../../../journal/journal.ts';
import { finalMail } from '../../../overstory/direct.ts';

type Session = Pick<SessionRow, 'id' | 'direct' | 'objective'>;

/** Of the n-th: unique, because `ov` never gives a name away twice. */
export const workerName = ({ id, direct, objective }: Session, n: number): string =>
  `${direct}-${objective}-${id}${n === 1 ? '' : `-${n}`}`;

/** Whether that is one of this session's. */
export const isWorkerOf = (session: Session, name: string): boolean => {
  const first = workerName(session, 1);
  return name === first || (name.startsWith(`${first}-`) && /^\d+$/.test(name.slice(first.length + 1)));
};

export const branchOf = (name: string, objective: string): string => `overstory/${name}/${objective}`;

export interface Sling {
  action: ActionRow;
  name: string;
  /** gates whose answers it was told */
  told: readonly number[];
}

/** Oldest first. */
export function slingsOf(journal: Pick<Journal, 'slings'>, session: Pick<SessionRow, 'id'>): Sling[] {
  return journal.slings(session.id).map((action) => {
    const { name, told } = action.args as { name: string; told: number[] };
    return { action, name, told };
  });
}

/** The row of the worker that was started last; null: it has none yet. */
export function lastWorker(
  slings: readonly Sling[],
  { workers }: Pick<ProductSnapshot, 'workers'>,
): ProductSnapshot['workers'][number] | null {
  const last = slings.at(-1);
  return workers.find(({ name }) => name === last?.name) ?? null;
}

/** Its final mail, the newest first. */
export function finalMailOf(journal: Pick<Journal, 'mail'>, session: SessionRow): Mail[] {
  return journal
    .mail(session.product, 50)
    .filter(({ from, type }) => isWorkerOf(session, from) && finalMail.test(type))
    .toSorted((a, b) => Date.parse(b.createdAt) - Date.parse(a.createdAt));
}
