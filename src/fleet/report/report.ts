// A stretch of the fleet's time, read out of the journal: reads only.
import { duration, list, usd } from '../../common/units.ts';
import type { ReportView } from '../../contract/reports.ts';
import type { Journal } from '../../journal/journal.ts';
import type { Outcome } from '../../journal/outcomes/store.ts';
import type { FleetContext } from '../context.ts';

type Context = Pick<FleetContext, 'journal' | 'clock'>;

/** Longer lists are cut, and say so. */
const listedMost = 20;

type Looks = ReturnType<Journal['monitor']['turns']>;

interface Blocked {
  objective: string;
  product: string;
  by: string;
  ms: number;
}

export function reportOf({ journal }: Context, fromMs: number, toMs: number): ReportView {
  const ended = journal.outcomes.between(fromMs, toMs);
  const blocked = [...byHumans(journal, fromMs, toMs), ...byRules(journal, fromMs, toMs)].sort(
    (a, b) => b.ms - a.ms,
  );
  const restarts = journal.restartsBetween(fromMs, toMs);
  const recurred = journal.recurredBetween(fromMs, toMs);
  const looks = journal.monitor.turns(fromMs, toMs);
  const known = ended.flatMap(({ costUsd }) => costUsd ?? []);
  const costUsd = known.length === 0 ? null : known.reduce((a, b) => a + b, 0);
  const partly = journal.partlyPriced();
  return {
    since: new Date(fromMs).toISOString(),
    until: new Date(toMs).toISOString(),
    ended: ended.map(({ objective, product, kind, end, workMs, humanMs, costUsd: cost }) => ({
      objective,
      product,
      kind,
      end,
      workMs,
      humanMs,
      costUsd: cost,
    })),
    costUsd,
    costUnknown: ended.length - known.length,
    blocked,
    restarts,
    recurred,
    lines: linesOf({
      ended,
      partly,
      costUsd,
      unknown: ended.length - known.length,
      blocked,
      restarts,
      recurred,
      looks,
    }),
  };
}

/** Questions that waited for a human in this time, each for as long as it did so in it. */
const byHumans = (journal: Journal, fromMs: number, toMs: number): Blocked[] =>
  journal.gates.waits(fromMs, toMs).map(({ n, product, objective, ms }) => ({
    objective: objective ?? '',
    product: product ?? 'the fleet',
    by: `you, gate ${n}`,
    ms,
  }));

const shownRules: Record<string, string> = {
  slots: 'a slot',
  live: 'a session to end',
  memory: 'memory',
  cpu: 'CPU',
  cost: 'money',
  'product-busy': 'its own product',
  'product-paused': 'a pause',
  'objective-paused': 'a pause',
  needs: 'what it needs',
  'needs-failed': 'a need that failed',
  'not-before': 'its time',
  breaker: 'failed starts',
  'behind-head': 'one that may not be passed',
  'never-fits': 'a budget that it never fits',
  'not-startable': 'a product that cannot start',
};

/** What the scheduler held, from each change of its reason to the next. */
function byRules(journal: Journal, fromMs: number, toMs: number): Blocked[] {
  const held = new Map<string, { product: string; by: string; sinceMs: number }>();
  const sums = new Map<string, Blocked>();
  const close = (objective: string, untilMs: number): void => {
    const wait = held.get(objective);
    held.delete(objective);
    const ms = wait ? Math.min(untilMs, toMs) - Math.max(wait.sinceMs, fromMs) : 0;
    if (!wait || ms <= 0) return;
    const key = `${objective} ${wait.by}`;
    const sum = sums.get(key) ?? { objective, product: wait.product, by: wait.by, ms: 0 };
    sums.set(key, { ...sum, ms: sum.ms + ms });
  };
  for (const event of journal.holds(fromMs, toMs)) {
    const objective = event.objective ?? '';
    close(objective, event.atMs);
    if (event.kind !== 'decision.wait') continue;
    const { rule, behind } = event.data;
    if (rule === 'pacing') continue;
    const whom = behind.length > 0 ? ` (${list(behind.slice(0, 3))})` : '';
    held.set(objective, {
      product: event.product ?? '',
      by: `${shownRules[rule] ?? rule}${whom}`,
      sinceMs: event.atMs,
    });
  }
  for (const objective of [...held.keys()]) close(objective, toMs);
  return [...sums.values()];
}

function linesOf(told: {
  ended: readonly Outcome[];
  /** objectives that used a model without a price too */
  partly: ReadonlySet<string>;
  costUsd: number | null;
  unknown: number;
  blocked: readonly Blocked[];
  restarts: number;
  recurred: number;
  looks: Looks;
}): string[] {
  const { ended, partly, costUsd, unknown, blocked, restarts, recurred, looks } = told;
  const n = (end: Outcome['end']) => ended.filter((one) => one.end === end).length;
  const human = ended.reduce((sum, { humanMs }) => sum + humanMs, 0);
  const money =
    costUsd === null
      ? ended.length > 0
        ? ', cost not known'
        : ''
      : `, ${least(ended.some(({ objective }) => partly.has(objective)))}${usd(costUsd)}${unknown > 0 ? ` and no cost known for ${unknown}` : ''}`;
  const cut = <T>(all: readonly T[], show: (one: T) => string): string[] => [
    ...all.slice(0, listedMost).map((one) => `- ${show(one)}`),
    ...(all.length > listedMost ? [`- … and ${all.length - listedMost} more`] : []),
  ];
  return [
    ended.length === 0
      ? 'Nothing ended.'
      : `${n('done')} done, ${n('failed')} failed, ${n('cancelled')} cancelled${money}; questions waited ${duration(human)} for you.`,
    ...(recurred > 0 ? [`${recurred} recurring ${recurred === 1 ? 'run' : 'runs'} came due.`] : []),
    ...(restarts > 0 ? [`${restarts} ${restarts === 1 ? 'session was' : 'sessions were'} restarted.`] : []),
    ...(looks.turns > 0 ? [lookedText(looks)] : []),
    ...(ended.length > 0 ? ['What ran:'] : []),
    ...cut(
      ended,
      (one) =>
        `${one.objective} on ${one.product} (${one.kind}): ${one.end} after ${duration(one.workMs)} of work${one.costUsd === null ? '' : `, ${least(partly.has(one.objective))}${usd(one.costUsd)}`}`,
    ),
    ...(blocked.length > 0 ? ['What waited, and for whom:'] : []),
    ...cut(
      blocked,
      ({ objective, product, by, ms }) =>
        `${objective ? `${objective} on ` : ''}${product}: ${duration(ms)} for ${by}`,
    ),
  ];
}

const least = (partly: boolean) => (partly ? 'at least ' : '');

function lookedText({ turns, priced, costUsd: cost }: Looks): string {
  const unpriced = priced < turns ? `no cost known for ${turns - priced}` : '';
  const money = [cost === null ? '' : usd(cost), unpriced].filter((part) => part !== '').join(' and ');
  return `Monitors had the model look ${turns} ${turns === 1 ? 'time' : 'times'}: ${money}.`;
}
