// What was, as it is asked for: by product and by time.
import type { FleetEvent } from '../../../contract/events.ts';
import type { Thread } from '../../../contract/mail.ts';
import type { Timeline, Usage as UsageView } from '../../../contract/reports.ts';
import { gateStore } from '../../../journal/gates/store.ts';
import type { Commands } from '../../commands/objectives.ts';
import type { Loop } from '../../loop.ts';
import { eventView } from '../view.ts';
import { threadsOf } from './threads.ts';
import { timeline } from './timeline.ts';

/** Newest mail each way of which threads are made: what a human scrolls through. */
const mailShown = 100;

export interface Past {
  /** @throws FleetError PRODUCT_UNKNOWN, as all that name a product */
  threads(product: string): Thread[];
  /** newest first */
  events(product: string, limit: number): FleetEvent[];
  timeline(lastMs: number, product: string | null): Timeline;
  usage(lastMs: number, points: number): UsageView;
}

export function createPast(loop: Loop, commands: Commands): Past {
  const { journal, clock } = loop.context;
  return {
    threads(name) {
      const product = commands.requireProduct(name).name;
      const posts = journal.posts(product, mailShown);
      const gates = gateStore(journal.database).gatesOfMail(
        product,
        posts.map(({ mail }) => mail.id),
      );
      return threadsOf(posts, journal.sent(product, mailShown), gates);
    },
    events: (name, limit) => journal.productEvents(commands.requireProduct(name).name, limit).map(eventView),
    timeline: (lastMs, name) =>
      timeline(
        journal,
        clock.nowMs(),
        clock.nowMs() - lastMs,
        name === null ? null : commands.requireProduct(name).name,
      ),
    usage(lastMs, points) {
      const sinceMs = clock.nowMs() - lastMs;
      const { stepMs, found } = loop.usage.since(sinceMs, points);
      return {
        since: new Date(sinceMs).toISOString(),
        until: new Date(clock.nowMs()).toISOString(),
        stepMs,
        points: found.map(({ atMs, ...point }) => ({ at: new Date(atMs).toISOString(), ...point })),
      };
    },
  };
}
