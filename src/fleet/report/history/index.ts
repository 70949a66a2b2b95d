// What was, as it is asked for: by product and by time.
import type { FleetEvent } from '../../../contract/events.ts';
import type { Thread } from '../../../contract/mail.ts';
import type { Spending, Timeline, Usage as UsageView } from '../../../contract/reports.ts';
import { type Driver, productNamed } from '../../context.ts';
import { startOfDayMs } from '../../decide/scheduler-state.ts';
import { eventView } from '../view.ts';
import { threadsOf } from './threads.ts';
import { timeline } from './timeline.ts';

const dayMs = 86_400_000;

/** Newest mail each way of which threads are made: what a human scrolls through. */
const mailShown = 100;

export interface History {
  /** @throws FleetError PRODUCT_UNKNOWN, as all that name a product */
  threads(product: string): Thread[];
  /** newest first */
  events(product: string, limit: number): FleetEvent[];
  timeline(lastMs: number, product: string | null): Timeline;
  usage(lastMs: number, points: number): UsageView;
  /** @param days  of UTC, today among them */
  spending(days: number): Spending;
}

export function createHistory({ context, usage }: Driver): History {
  const { journal, clock } = context;
  return {
    threads(name) {
      const product = productNamed(context, name).name;
      const posts = journal.posts(product, mailShown);
      const gates = journal.gates.gatesOfMail(
        product,
        posts.map(({ mail }) => mail.id),
      );
      return threadsOf(posts, journal.sent(product, mailShown), gates);
    },
    events: (name, limit) => journal.productEvents(productNamed(context, name).name, limit).map(eventView),
    timeline: (lastMs, name) =>
      timeline(
        journal,
        clock.nowMs(),
        clock.nowMs() - lastMs,
        name === null ? null : productNamed(context, name).name,
      ),
    spending(days) {
      const nowMs = clock.nowMs();
      const sinceMs = startOfDayMs(nowMs) - (days - 1) * dayMs;
      return {
        since: new Date(sinceMs).toISOString(),
        until: new Date(nowMs).toISOString(),
        spent: journal.spentByDay(sinceMs, nowMs).map(({ day, tokens: _, ...spent }) => ({
          day: new Date(day * dayMs).toISOString().slice(0, 10),
          ...spent,
        })),
      };
    },
    usage(lastMs, points) {
      const sinceMs = clock.nowMs() - lastMs;
      const { stepMs, found } = usage.since(sinceMs, points);
      return {
        since: new Date(sinceMs).toISOString(),
        until: new Date(clock.nowMs()).toISOString(),
        stepMs,
        points: found.map(({ atMs, ...point }) => ({ at: new Date(atMs).toISOString(), ...point })),
      };
    },
  };
}
