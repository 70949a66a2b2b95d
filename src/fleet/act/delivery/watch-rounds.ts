// Open pull requests are looked at: of each product one request at a time, in turn about each of them and each of its
// aspects, with what is known of the answer. Rarer while nothing changes; not at all before a limit of the forge's ends. What
// is new is a fact; one that was merged or closed is looked at no more. Only the deliverer speaks to the forge.
import { FleetError } from '../../../common/errors.ts';
import type { EventKind } from '../../../journal/events.ts';
import type { PullRequestRow } from '../../../journal/pull-requests/store.ts';
import { NotYet } from '../../../runtime/deliver/deliverer.ts';
import { type FleetContext, productOf } from '../../context.ts';
import { createRounds, type ForgeRounds } from '../rounds.ts';
import { newsOf } from './news.ts';
import { tookTurn, turnInMs } from './turns.ts';
import { waitLonger } from './waits.ts';

const wakes = new Set<EventKind>(['pull-request.delivered', 'registry.changed', 'clock.jumped']);
/** Of the time that nothing has changed: after an hour one is looked at every three minutes. */
const quietShare = 1 / 20;

/** What this process knows of one; forgotten, it is asked for again. */
interface Known {
  head: string;
  /** null: the first */
  aspect: string | null;
  etags: Map<string, string | null>;
  lookedAtMs: number;
  /** nothing was new since a round of its aspects began; false: in the one that runs */
  quiet: boolean;
}

/** @param stands  told of one that was looked at all round since anything was new */
export function watchPullRequests(context: FleetContext, stands: (row: PullRequestRow) => void): ForgeRounds {
  const { journal, clock, tuning, log, deliverer, watchWaits, issueWaits } = context;
  const known = new Map<string, Known>();
  /** by product: when it was last looked at, and when something was last new */
  const turns = new Map<string, { lookedAtMs: number; newAtMs: number }>();
  const keyOf = ({ product, number }: PullRequestRow) => `${product}#${number}`;

  async function round(): Promise<number | null> {
    if (!deliverer) return null;
    const products = Map.groupBy(journal.pullRequests.open().filter(isWatched), ({ product }) => product);
    await Promise.all([...products].filter(([name]) => dueInMs(name) <= 0).map(([, all]) => look(all)));
    if (rounds.isOver()) return null;
    const next = [...products.keys()].map(dueInMs);
    return next.length === 0 ? null : Math.max(1, Math.min(...next));
  }

  const isWatched = ({ product }: PullRequestRow) =>
    productOf(context, product)?.deliver?.pullRequest != null;

  function dueInMs(product: string): number {
    const now = clock.nowMs();
    const turn = turns.get(product);
    const every = Math.min(
      tuning.watchMostMs,
      Math.max(tuning.watchMs, (now - (turn?.newAtMs ?? now)) * quietShare),
    );
    const waits = (watchWaits.get(product)?.untilMs ?? now) - now;
    // A clock that was set back must not hold it up.
    const since = Math.abs(now - (turn?.lookedAtMs ?? 0));
    const due = Math.max(waits, turn === undefined ? 0 : every - since);
    return due > 0 ? due : turnInMs(context, product, 'pull requests');
  }

  /** @param all of one product: the one is asked about that was not for the longest */
  async function look(all: PullRequestRow[]): Promise<void> {
    const at = (row: PullRequestRow) => known.get(keyOf(row))?.lookedAtMs ?? 0;
    const [row] = all.toSorted((a, b) => at(a) - at(b));
    const deliver = row && productOf(context, row.product)?.deliver;
    if (!deliverer || !row || !deliver?.pullRequest) return;
    const { product, number, head } = row;
    const now = clock.nowMs();
    const turn = turns.get(product) ?? { lookedAtMs: now, newAtMs: now };
    turns.set(product, { ...turn, lookedAtMs: now });
    tookTurn(context, product, 'pull requests');
    const before = known.get(keyOf(row));
    const mine =
      before?.head === head ? before : { head, aspect: null, etags: new Map(), lookedAtMs: 0, quiet: false };
    known.set(keyOf(row), mine);
    mine.lookedAtMs = now;
    const { forge, api, repository } = deliver.pullRequest;
    try {
      const seen = await deliverer.watch({
        ...{ product, token: deliver.token, forge, api, repository, number, head },
        aspect: mine.aspect,
        etag: mine.etags.get(mine.aspect ?? '') ?? null,
      });
      watchWaits.delete(product);
      mine.aspect = seen.next;
      mine.etags.set(seen.aspect, seen.etag);
      const still = rounds.isOver() ? null : journal.pullRequests.pullRequest(product, number);
      if (still?.state !== 'open' || still.head !== head) return;
      const news = seen.glance === null ? [] : newsOf(still, seen.aspect, seen.glance);
      if (news.length > 0) {
        turns.set(product, { lookedAtMs: now, newAtMs: clock.nowMs() });
        mine.quiet = false;
        journal.record(...news);
      }
      if (!seen.last) return;
      if (mine.quiet) stands(still);
      mine.quiet = true;
    } catch (thrown) {
      const error = FleetError.wrap(thrown, product);
      const pace = { firstMs: 2 * tuning.watchMs, mostMs: tuning.deliveryRetryMostMs };
      waitLonger(watchWaits, product, error, clock.nowMs(), pace);
      // A limit is of the forge's, whatever it was asked.
      if (error instanceof NotYet) waitLonger(issueWaits, product, error, clock.nowMs(), pace);
      log.info({ product, code: error.code }, `pull requests are not looked at: ${error.message}`);
    }
  }

  const rounds = createRounds(context, 'watching pull requests', wakes, round, () => {});
  rounds.start();
  return {
    ...rounds,
    lookNow(product) {
      turns.delete(product);
      rounds.start();
    },
  };
}
