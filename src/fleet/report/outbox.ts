// Turns the log into gates and notices, once and in the order of the log; reminds of what stays open.
//
// After each commit the new events are looked at; after a crash, all since the last one that caused a notice
// (every gate causes one). What an event causes is recorded before the next event is looked at.

import type { JournalEvent } from '../../journal/events.ts';
import type { NoticeRow } from '../../journal/outbox/store.ts';
import { gatesOf } from '../act/gates/react.ts';
import type { FleetContext } from '../context.ts';
import { interventionsOf } from './monitor.ts';
import { notice, noticesOf } from './notices.ts';

/** After the first notice an open gate is told of again after these waits, in ms; the last one repeats. */
export const remindMs: readonly number[] = [30 * 60_000, 2 * 3_600_000, 8 * 3_600_000, 24 * 3_600_000];
/** A queued objective is told of when it has waited this long, in ms. */
export const queuedLongMs = 30 * 60_000;
const page = 500;
/** Of a page, in characters. */
const pageCharacters = 4_000_000;

export type Outbox = ReturnType<typeof createOutbox>;

export function createOutbox(
  context: Pick<FleetContext, 'journal' | 'registry' | 'clock' | 'log' | 'chatsOn'>,
) {
  const { journal, clock, log } = context;
  const gates = journal.gates;
  const notices = journal.notices;
  const waiting = new Set<() => void>();
  const queue: JournalEvent[] = [];
  let draining = false;
  let closed = false;
  let cancelTimer: () => void = () => {};

  function drain(): void {
    if (draining) return;
    draining = true;
    try {
      for (let event = queue.shift(); event !== undefined; event = queue.shift()) {
        const caused = [
          ...gatesOf(context, event),
          ...interventionsOf(context, event),
          ...noticesOf(context, event),
        ];
        if (caused.length > 0) journal.record(...caused);
      }
    } catch (error) {
      // A defect here must not stop the loop that recorded the event; the next start looks at it again.
      queue.length = 0;
      log.error({ err: error }, 'an event could not be turned into a notice');
    } finally {
      draining = false;
    }
    arm();
    for (const wake of [...waiting]) wake();
  }

  /** Reminders and long waits: one timer for the nearest. */
  function arm(): void {
    cancelTimer();
    cancelTimer = () => {};
    if (closed || !journal.isOpen()) return;
    const [longest] = notices.untoldWaits(1);
    const times = reminders().map(({ atMs }) => atMs);
    if (longest !== undefined) times.push(longest.queuedAtMs + queuedLongMs);
    if (times.length === 0) return;
    const inMs = Math.max(1, Math.min(...times) - clock.nowMs());
    // setTimeout counts in 32 bits
    cancelTimer = clock.after(Math.min(inMs, 2 ** 31 - 1), remind);
  }

  function reminders() {
    return gates.openGates().flatMap((gate) => {
      const { times, lastMs } = notices.toldOfGate(gate.n);
      const wait = remindMs[Math.min(times, remindMs.length) - 1];
      return wait === undefined || lastMs === null ? [] : [{ gate, atMs: lastMs + wait }];
    });
  }

  function remind(): void {
    if (closed || !journal.isOpen()) return;
    const now = clock.nowMs();
    const cause = { seq: journal.lastSeq() };
    const about = (product: string | null, objective: string | null) =>
      ({ ...cause, product, objective }) as JournalEvent;
    for (const { gate, atMs } of reminders())
      if (atMs <= now)
        journal.record(
          notice(context, about(gate.product, gate.objective), {
            kind: 'waiting',
            severity: gate.severity,
            gate: gate.n,
            text: `Gate ${gate.n} still waits for you: ${gate.question.subject}`,
          }),
        );
    for (const { id, product, queuedAtMs } of notices.untoldWaits(page)) {
      if (queuedAtMs + queuedLongMs > now) break;
      journal.record(
        notice(context, about(product, id), {
          kind: 'queued-long',
          severity: 'warning',
          text: `${id} on ${product} has been waiting for ${Math.round((now - queuedAtMs) / 60_000)} min.`,
        }),
      );
    }
    arm();
  }

  const unsubscribe = journal.onRecorded((events) => {
    queue.push(...events);
    drain();
  });

  return {
    /** Looks at what a crash left; call once, after all that listens is in place. */
    start(): void {
      const until = journal.lastSeq();
      for (let seq = notices.lastCause(); seq < until; ) {
        const events = journal.eventsAfter(seq, page, pageCharacters).filter((event) => event.seq <= until);
        queue.push(...events);
        // Page by page: taking from the front of a queue of 100,000 is quadratic.
        drain();
        seq = events.at(-1)?.seq ?? until;
      }
      drain();
    },

    /** The chats that are on where notices go: a product that reports to another one says so. */
    reaches(kinds: string[]): void {
      context.chatsOn = new Set(kinds);
    },

    /** What a sink should hand over now, in order. */
    due: (after: number, limit = 100): NoticeRow[] => notices.dueNotices(after, clock.nowMs(), limit),

    /** Resolves when something may be due, at the latest after `ms`. */
    untilDue(ms: number, signal: AbortSignal): Promise<void> {
      return new Promise((resolve) => {
        const next = notices.nextDueMs(clock.nowMs());
        const wait = Math.max(1, Math.min(ms, next === null ? ms : next - clock.nowMs()));
        const finish = () => {
          cancel();
          waiting.delete(finish);
          resolve();
        };
        const cancel = clock.after(wait, finish);
        waiting.add(finish);
        signal.addEventListener('abort', finish, { once: true });
      });
    },

    /** A sink has handed these to their channels. Said again, it changes nothing. */
    sent(numbers: number[]): void {
      const fresh = numbers.filter((n) => notices.notice(n)?.sentAtMs === null);
      if (fresh.length > 0)
        journal.record({
          kind: 'notice.sent',
          text:
            fresh.length === 1
              ? `Notice ${fresh[0]} was told in its channels.`
              : `Notices ${fresh.join(', ')} were told in their channels.`,
          data: { notices: fresh },
        });
    },

    notice: (n: number) => notices.notice(n),

    close(): void {
      closed = true;
      cancelTimer();
      unsubscribe();
      for (const wake of [...waiting]) wake();
    },
  };
}
