// What is to be heard, as the journal has it: an open action `heard-<mark>` from the moment of the sending, and an action
// `ask-<session>-<n>` for each time that its coordinator was asked. A restart goes on from these rows.

import { intended } from '../../../journal/action-facts.ts';
import type { NewEvent } from '../../../journal/events.ts';
import type { Verdict } from '../../../journal/gates/events.ts';
import type { ActionRow, Journal } from '../../../journal/journal.ts';
import type { FleetContext } from '../../context.ts';
import { type Awaited, type AwaitedKind, type Traces, workerKey } from './heard.ts';

export interface Expected {
  kind: AwaitedKind;
  /** `obj-1.2`, `gate-3.7`; of a worker's mail: its id */
  mark: string;
  /** id of the mail */
  mail: string;
  product: string;
  objective: string | null;
  session: number | null;
  /** false: nobody was woken by it, so the coordinator is asked as soon as its screen is idle */
  woke: boolean;
  /** of an answer: the thread of its question, and what was said */
  thread?: string | null;
  verdict?: Verdict;
  /** of a worker's mail: whose it is */
  from?: string;
  /** who was there when it was sent: none of them was started because of it, whatever the clocks say */
  workers?: Traces['workers'];
}

/** The event that a mail must be heard. To be recorded with the one that it was sent: a kill between the two would lose it. */
export function hearingExpected(expected: Expected): NewEvent {
  const { kind, mark, mail, product, objective, session, woke, from } = expected;
  const text =
    kind === 'worker'
      ? `Mail ${mail} of ${from} to the coordinator of ${product} may not have reached it.`
      : `${mark} must be heard${woke ? '' : '; it woke nobody'}.`;
  return intended({ product, objective }, text, {
    action: `heard-${mark}`,
    kind: 'delivery.confirm',
    session,
    args: {
      mail,
      message: mark,
      about: kind,
      woke,
      thread: expected.thread,
      verdict: expected.verdict,
      from,
      before: expected.workers?.slice(0, 200).map(workerKey),
    },
  });
}

/** A mail that is not heard yet, with how often its coordinator was asked. */
export interface Hearing extends Awaited {
  action: ActionRow;
  woke: boolean;
  /** the worker whose mail it is; null: the operator's */
  from: string | null;
  asked: number;
  /** ms since epoch: when it was sent or last asked after */
  lastMs: number;
}

/** Of one session, oldest first. `told`: those that were given up as unheard, and may still be heard. */
export function hearingsOf(
  journal: Pick<Journal, 'openActions' | 'asks' | 'unheard'>,
  session: number,
): { open: Hearing[]; told: Hearing[] } {
  const asks = journal.asks(session);
  const hearing = (action: ActionRow): Hearing => {
    // Rows of before this was kept: `read-<message>`, only for what woke nobody.
    const { mail, message, about, woke, thread, verdict, from, before } = action.args as {
      mail: string;
      message: string;
      about?: AwaitedKind;
      woke?: boolean;
      thread?: string | null;
      verdict?: Verdict;
      from?: string;
      before?: string[];
    };
    const mine = asks.filter((ask) => (ask.args.hearings as string[]).includes(action.id));
    const last = mine.at(-1);
    // One that was cut off may not have been typed: it counts against asking again, and proves nothing.
    const typed = mine.findLast(({ state, result }) => state === 'done' && result?.known !== false);
    return {
      action,
      kind: about ?? 'objective',
      mail,
      mark: message,
      objective: action.objective ?? '',
      sinceMs: action.intendedAtMs,
      thread: thread ?? null,
      verdict: verdict ?? null,
      before: before ?? [],
      woke: woke ?? false,
      from: from ?? null,
      asked: mine.length,
      lastMs: last?.intendedAtMs ?? action.intendedAtMs,
      namedAtMs: typed?.intendedAtMs ?? null,
    };
  };
  const open = journal
    .openActions()
    .filter((action) => action.kind === 'delivery.confirm' && action.session === session);
  return { open: open.map(hearing), told: journal.unheard(session).map(hearing) };
}

/** `obj-6.3 sent, not yet heard (asked 2×)`; null: everything was heard, or is so new that nobody was asked. */
export function hearingNote(journal: FleetContext['journal'], session: number): string | null {
  const { open, told } = hearingsOf(journal, session);
  const late = [...told, ...open.filter(({ asked, woke }) => asked > 0 || !woke)];
  const [first] = late;
  if (first === undefined) return null;
  const what = first.from === null ? `${first.mark} sent` : `mail of ${first.from}`;
  const asked = first.asked === 0 ? '' : ` (asked ${first.asked}×)`;
  return `${what}, not yet heard${asked}${late.length > 1 ? `, and ${late.length - 1} more` : ''}`;
}
