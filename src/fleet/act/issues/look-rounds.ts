// A product's issues are looked through: the pages of those that are open and carry its label, then those of objectives
// that wait or run and were on none of them. One request at a time, in turn with what else is asked of the forge, with what
// is known of the answer. Only the deliverer speaks to the forge.
import { FleetError } from '../../../common/errors.ts';
import type { EventKind } from '../../../journal/events.ts';
import type { IssueRow } from '../../../journal/issues/store.ts';
import type { Intake, Product } from '../../../registry/registry.ts';
import { NotYet } from '../../../runtime/deliver/deliverer.ts';
import {
  type IssuePage,
  type IssueState,
  mostPages,
  type OfferedIssue,
} from '../../../runtime/deliver/issues-wire.ts';
import { type FleetContext, productOf } from '../../context.ts';
import { tookTurn, turnInMs } from '../delivery/turns.ts';
import { waitLonger } from '../delivery/waits.ts';
import { createRounds, type ForgeRounds } from '../rounds.ts';
import { isOfRepository } from './same-repository.ts';

const wakes = new Set<EventKind>(['issue.taken', 'registry.changed', 'clock.jumped']);

/** What becomes of what is seen. */
export interface IssueTaker {
  /**
   * @param room  how many may become objectives
   * @returns those that did, and how many are left for the next look; why: not null where one was refused
   */
  take(
    product: Product,
    issues: OfferedIssue[],
    room: number,
  ): { taken: string[]; left: number; why: string | null };
  closed(row: IssueRow, state: Exclude<IssueState, 'open'>): void;
}

/** One time through, and what this process knows of the time before; forgotten, it is asked for again. */
interface Look {
  label: string;
  /** 0: not under way, it begins at dueMs */
  page: number;
  dueMs: number;
  seen: Set<number>;
  taken: string[];
  left: number;
  why: string | null;
  /** to begin anew as soon as it has ended */
  again: boolean;
  /** to be asked for one by one */
  ask: IssueRow[] | null;
  known: Map<number, { etag: string | null; numbers: number[]; more: boolean }>;
}

export function lookAtIssues(context: FleetContext, taker: IssueTaker): ForgeRounds {
  const { journal, clock, tuning, log, deliverer, issueWaits, watchWaits, issuesLeft } = context;
  const looks = new Map<string, Look>();
  const begun = (label: string, known: Look['known'] = new Map()): Look => ({
    ...{
      label,
      page: 0,
      dueMs: clock.nowMs(),
      seen: new Set(),
      taken: [],
      left: 0,
      why: null,
      again: false,
      ask: null,
      known,
    },
  });

  async function round(): Promise<number | null> {
    if (!deliverer) return null;
    const names = namesOfWatched();
    await Promise.all(names.filter((name) => dueInMs(name) <= 0).map(step));
    if (rounds.isOver()) return null;
    const next = namesOfWatched().map(dueInMs);
    return next.length === 0 ? null : Math.max(1, Math.min(...next));
  }

  /** Of products that take issues in, or that took some whose objectives are not over. */
  function namesOfWatched(): string[] {
    const taken = new Set(journal.issues.open().map(({ product }) => product));
    return context.registry
      .current()
      .products.filter(
        ({ name, intake, deliver }) => deliver?.forgeAt && (intake !== null || taken.has(name)),
      )
      .map(({ name }) => name);
  }

  function dueInMs(name: string): number {
    const now = clock.nowMs();
    const look = lookOf(name);
    const waits = (issueWaits.get(name)?.untilMs ?? now) - now;
    // A clock that was set back must not hold it up.
    const due = Math.min(look.dueMs - now, tuning.issuesMs);
    return Math.max(waits, due) > 0 ? Math.max(waits, due) : turnInMs(context, name, 'issues');
  }

  /** The one that is under way, or comes next. Of another label it begins anew, and at once. */
  function lookOf(name: string): Look {
    const intake = productOf(context, name)?.intake;
    const label = intake?.label ?? '';
    const before = looks.get(name);
    if (before?.label === label) return before;
    // Without a label there is nothing to find: what a human took in has just been seen.
    const look = { ...begun(label), ...(!intake && { dueMs: clock.nowMs() + tuning.issuesMs }) };
    looks.set(name, look);
    return look;
  }

  /** The next request about the issues of a product. */
  async function step(name: string): Promise<void> {
    const product = productOf(context, name);
    if (!product?.deliver?.forgeAt) return;
    const intake = product.intake;
    const look = lookOf(name);
    tookTurn(context, name, 'issues');
    try {
      if (intake !== null && look.ask === null) await page(product, intake, look);
      else await askFor(product, look);
      issueWaits.delete(name);
    } catch (thrown) {
      const error = FleetError.wrap(thrown, name);
      const pace = { firstMs: 2 * tuning.watchMs, mostMs: tuning.deliveryRetryMostMs };
      waitLonger(issueWaits, name, error, clock.nowMs(), pace);
      // A limit is of the forge's, whatever it was asked.
      if (error instanceof NotYet) waitLonger(watchWaits, name, error, clock.nowMs(), pace);
      log.info({ product: name, code: error.code }, `issues are not looked at: ${error.message}`);
    }
  }

  const at = ({ name, deliver }: Product) => {
    if (!deliver?.forgeAt) throw new Error(`Expected a forge of ${name}, got none`);
    return { product: name, token: deliver.token, ...deliver.forgeAt };
  };

  async function page(product: Product, intake: Intake, look: Look): Promise<void> {
    const n = look.page + 1;
    const known = look.known.get(n) ?? null;
    const asked = { ...at(product), label: intake.label, page: n, etag: known?.etag ?? null };
    const got = (await deliverer?.issues(asked)) as IssuePage;
    if (rounds.isOver() || looks.get(product.name) !== look) return;
    const numbers = got.issues?.map(({ number }) => number) ?? known?.numbers ?? [];
    const more = got.issues === null ? (known?.more ?? false) : got.more;
    const { taken, left, why } = taker.take(product, got.issues ?? [], intake.most - look.taken.length);
    // What is left stands on a page that must be seen again, though nothing on it will have changed.
    look.known.set(n, { etag: left > 0 ? null : got.etag, numbers, more });
    for (const number of numbers) look.seen.add(number);
    look.taken.push(...taken);
    look.left += left;
    look.why ??= why;
    look.page = n;
    if (more && n < mostPages) return;
    issuesLeft.set(product.name, { count: look.left, why: look.why });
    if (look.taken.length > 0)
      journal.record({
        kind: 'issues.looked',
        product: product.name,
        text: lookedSentence(product.name, look),
        data: { label: look.label, objectives: look.taken, left: look.left },
      });
    goOn(product, look);
  }

  async function askFor(product: Product, look: Look): Promise<void> {
    if (look.ask === null) return goOn(product, look);
    const row = look.ask.shift();
    const state = row && (await deliverer?.issue({ ...at(product), number: row.number }));
    if (rounds.isOver()) return;
    if (row && state && state !== 'open') taker.closed(row, state);
    if (look.ask.length === 0) ended(product, look);
  }

  /** On to those that were on no page. */
  function goOn(product: Product, look: Look): void {
    const { repository } = at(product);
    look.ask = journal.issues
      .open()
      .filter(
        ({ product: name, number, url }) =>
          name === product.name && !look.seen.has(number) && isOfRepository(repository, url),
      );
    if (look.ask.length === 0) ended(product, look);
  }

  function ended({ name }: Product, { label, known, again }: Look): void {
    looks.set(name, { ...begun(label, known), dueMs: clock.nowMs() + (again ? 0 : tuning.issuesMs) });
  }

  const rounds = createRounds(context, 'looking at issues', wakes, round, () => {});
  rounds.start();
  return {
    ...rounds,
    lookNow(product) {
      const look = looks.get(product);
      // What is under way may have passed by what is new.
      if (look) Object.assign(look, isUnderWay(look) ? { again: true } : { dueMs: clock.nowMs() });
      rounds.start();
    },
  };
}

const isUnderWay = ({ page, ask }: Look): boolean => page > 0 || ask !== null;

function lookedSentence(product: string, { label, taken, left }: Look): string {
  const rest = left === 0 ? '' : `, ${left} left for the next look`;
  return `Issues of ${product} labelled ${label}: ${taken.length} taken (${taken.join(', ')})${rest}.`;
}
