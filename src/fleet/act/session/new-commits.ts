// Offers a session at work what its human committed since it began. It is told by a mail, once for each newest commit,
// which stands in the subject; it is asked after as any message is. What it makes of them is the coordinator's to say.
import { FleetError } from '../../../common/errors.ts';
import type { EventKind } from '../../../journal/events.ts';
import type { SessionRow } from '../../../journal/journal.ts';
import { newsText, newsTopic } from '../../../overstory/operator.ts';
import type { Product } from '../../../registry/registry.ts';
import { type FleetContext, productOf } from '../../context.ts';
import { waitsFor } from '../../decide/waiting-on-human.ts';
import { mayType } from '../may-type.ts';
import { createRounds, type Rounds } from '../rounds.ts';
import { deliver } from './deliver.ts';

const wakes = new Set<EventKind>(['session.running', 'session.ended', 'clock.jumped']);

export function offerNewCommits(context: FleetContext): Rounds {
  const { journal, clock, tuning } = context;
  /** by session; it was prepared with all that there was */
  const lookedAtMs = new Map<number, number>();

  async function round(): Promise<number | null> {
    const atWork = journal
      .liveSessions()
      .filter(({ state, direct }) => state === 'running' && direct === null);
    const ids = new Set(atWork.map(({ id }) => id));
    for (const id of lookedAtMs.keys()) if (!ids.has(id)) lookedAtMs.delete(id);
    if (atWork.length === 0) return null;
    await Promise.all(atWork.filter((session) => leftMs(session) <= 0).map(look));
    return Math.max(1, Math.min(...atWork.map(leftMs)));
  }

  const leftMs = ({ id, runningAtMs }: SessionRow) =>
    (lookedAtMs.get(id) ?? runningAtMs ?? clock.nowMs()) + tuning.newCommitsMs - clock.nowMs();

  async function look(session: SessionRow): Promise<void> {
    lookedAtMs.set(session.id, clock.nowMs());
    const product = productOf(context, session.product);
    if (!product || product.checkout === 'in-place' || (product.source ?? product.repo) === null) return;
    try {
      const { news } = await context.runtime.maintain(product, { kind: 'news' });
      if (news && !rounds.isOver()) await offer(product, session, news);
    } catch (thrown) {
      const error = FleetError.wrap(thrown, product.name);
      context.log.info(
        { product: product.name, code: error.code },
        `no new commits offered: ${error.message}`,
      );
    }
  }

  /** Where something else is asked of it, or its screen takes no text, the next round offers them. */
  async function offer(product: Product, session: SessionRow, news: { commit: string; text: string }) {
    if (waitsFor(context, product.name) !== null) return;
    if ((await mayType(context, product)).refused !== null) return;
    // Nothing is waited for from here on until the number is taken.
    if (journal.liveSession(product.name)?.id !== session.id || !journal.hasDispatched(session.id)) return;
    if (journal.hasSent(session.id, newsTopic(news.commit))) return;
    const number = (journal.objective(session.objective)?.messages ?? 0) + 1;
    const text = newsText(session.objective, number, news);
    await deliver(context, product, session, { number, ...text, about: 'message' });
  }

  const rounds = createRounds(context, 'looking for new commits', wakes, round, () => {});
  rounds.start();
  return rounds;
}
