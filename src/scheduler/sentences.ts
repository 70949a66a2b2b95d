// One sentence per rule, built from the numbers the rule decided with and from nothing else.

import { bytes, cores, duration, fromNow, list, usd } from '../common/units.ts';
import type { Admission, AtLimit, Enforcement, Numbers, Plan, Wait, WaitRule } from './state.ts';
import { windowText } from './windows.ts';

function amount(numbers: Numbers, key: string): number {
  const value = numbers[key];
  return typeof value === 'number' ? value : 0;
}

function money(numbers: Numbers, key: string): string {
  const value = numbers[key];
  return typeof value === 'number' ? usd(value) : 'unknown';
}

/** `product-a (obj-7) and product-b (obj-8)` */
function named(plan: Plan, objectives: readonly string[]): string {
  const products = new Map<string, string>();
  for (const { objective, product } of plan.sessions) products.set(objective, product);
  for (const decision of plan.decisions)
    if (decision.kind === 'start') products.set(decision.objective, decision.product);
  return list(objectives.map((id) => (products.has(id) ? `${products.get(id)} (${id})` : id)));
}

function takenBy(plan: Plan, wait: Wait): string {
  return wait.behind.length === 0 ? '' : ` by ${named(plan, wait.behind)}`;
}

const shown: Record<string, (value: number) => string> = { memory: bytes, cpu: cores, cost: usd };

/** What each rule says after "obj-9 on product-c ". */
const because: Record<WaitRule, (plan: Plan, wait: Wait) => string> = {
  slots: (plan, wait) =>
    amount(wait.numbers, 'max') < 1
      ? 'waits: max_concurrent_sessions is 0, so nothing starts until it is raised'
      : `waits for a slot: ${wait.numbers.used} of ${wait.numbers.max} in use${takenBy(plan, wait)}`,
  live: (plan, wait) =>
    amount(wait.numbers, 'max') < 1
      ? 'waits: max_live_sessions is 0, so nothing starts until it is raised'
      : `waits for a session to end: ${wait.numbers.used} of ${wait.numbers.max} live${takenBy(plan, wait)}`,
  memory: (plan, { numbers, behind }) =>
    `waits for memory: it needs ${bytes(amount(numbers, 'predicted'))}, and ${bytes(amount(numbers, 'used'))} of ` +
    `${bytes(amount(numbers, 'max'))} is taken${behind.length > 0 ? ` by ${named(plan, behind)}` : ''}`,
  cpu: (plan, { numbers, behind }) =>
    `waits for CPU: it needs ${cores(amount(numbers, 'predicted'))}, and ${cores(amount(numbers, 'used'))} of ` +
    `${cores(amount(numbers, 'max'))} is taken${behind.length > 0 ? ` by ${named(plan, behind)}` : ''}`,
  cost: (_, { numbers, product }) =>
    `waits for money: ${numbers.scope === 'fleet' ? 'the fleet' : product} may spend ` +
    `${money(numbers, 'limitUsd')} a day, has spent ${money(numbers, 'spentUsd')} and reserved ` +
    `${money(numbers, 'reservedUsd')}, and this one is estimated at ${money(numbers, 'expectedUsd')}; ` +
    'raise the limit or wait for the next day',
  'product-busy': (plan, wait) =>
    `waits for ${named(plan, wait.behind)}: a product works on one objective at a time`,
  'product-paused': (plan, { numbers, product }) =>
    `waits until ${product} is resumed: paused ${duration(plan.atMs - amount(numbers, 'sinceMs'))} ago (${numbers.reason})`,
  'objective-paused': (plan, { numbers }) =>
    `waits until it is resumed: paused ${duration(plan.atMs - amount(numbers, 'sinceMs'))} ago (${numbers.reason})`,
  'not-startable': (_, { numbers }) => `cannot start: ${numbers.reason}`,
  needs: (_, wait) => `waits for ${list(wait.behind)} to be done first`,
  'needs-failed': (_, { numbers }) =>
    `cannot start: it needs ${numbers.need}, which is ${numbers.state}; requeue that one or cancel this one`,
  'not-before': (plan, { numbers }) =>
    `waits for its time: not before ${fromNow(amount(numbers, 'untilMs') - plan.atMs)}`,
  breaker: (plan, { numbers, product }) =>
    `waits because ${product} failed to start ${numbers.failures} times; the next try is ` +
    fromNow(amount(numbers, 'untilMs') - plan.atMs),
  'account-closed': (plan, { numbers }) =>
    atLimitSentence(plan, {
      account: String(numbers.account),
      window: String(numbers.window),
      untilMs: typeof numbers.untilMs === 'number' ? numbers.untilMs : null,
    }),
  'account-held': (plan, { numbers }) =>
    `waits for account ${numbers.account}: ${amount(numbers, 'usedPercent')} % of ` +
    `${windowText(String(numbers.window))} is used, and from ${amount(numbers, 'holdAtPercent')} % on nothing ` +
    `starts (hold_at_percent); it resets ${fromNow(amount(numbers, 'untilMs') - plan.atMs)}`,
  pacing: (plan, { numbers }) =>
    `waits its turn: starts are spaced out, the next may go ${fromNow(amount(numbers, 'untilMs') - plan.atMs)}`,
  'behind-head': (plan, { numbers, behind }) =>
    `waits behind ${list(behind)}, which has waited ${duration(plan.atMs - amount(numbers, 'headSinceMs'))} for the ` +
    'fleet and may not be passed any more',
  'runtime-full': (plan, { numbers, behind }) => {
    const [what, show] = numbers.of === 'cpu' ? (['CPU', cores] as const) : (['memory', bytes] as const);
    return (
      `waits for ${what} on ${numbers.runtime}: it needs ${show(amount(numbers, 'predicted'))}, and ` +
      `${show(amount(numbers, 'used'))} of ${show(amount(numbers, 'max'))} there is taken` +
      (behind.length > 0 ? ` by ${named(plan, behind)}` : '')
    );
  },
  'runtime-lost': (plan, { numbers }) =>
    numbers.known === 0
      ? `waits for ${numbers.runtime}, where its work is: products.yaml no longer has it`
      : `waits for ${numbers.runtime}, which is out of reach` +
        (typeof numbers.sinceMs === 'number' ? ` since ${duration(plan.atMs - numbers.sinceMs)}` : ''),
  'being-placed': (_, { numbers }) =>
    numbers.runtime === null
      ? `waits for its place until it is known whether ${numbers.until} answers`
      : typeof numbers.home === 'string'
        ? `is being moved from ${numbers.home} to ${numbers.runtime}, and goes on there`
        : `is being made ready on ${numbers.runtime}`,
  'fits-nowhere': (_, { numbers, product }) => {
    const where = typeof numbers.home === 'string' ? numbers.home : null;
    const mend =
      where === null
        ? 'correct products.yaml, or cancel it'
        : `move it (\`fleet move ${product} <runtime>\`), or correct products.yaml`;
    if (typeof numbers.reason === 'string')
      return `can run nowhere: ${where === null ? '' : `its work is on ${where}, and `}${numbers.reason}; ${mend}`;
    const room =
      where === null ? `the largest of ${numbers.of} gives ` : `${where}, where its work is, gives `;
    return `fits on no runtime: it needs ${bytes(amount(numbers, 'needed'))}, and ${room}${bytes(amount(numbers, 'allowed'))}; ${mend}`;
  },
  'never-fits': (_, { numbers, product }) => {
    const limit = String(numbers.limit);
    const show = shown[limit] ?? String;
    const whose =
      numbers.scope === 'fleet' ? `the fleet's whole ${limit} budget` : `${product}'s ${limit} cap`;
    const needed = typeof numbers.needed === 'number' ? `it needs ${show(numbers.needed)} and ` : '';
    return `can never run: ${needed}${whose} is ${show(amount(numbers, 'allowed'))}; raise that or cancel it`;
  },
};

/** What is said of an objective or a session whose account is closed, after its name. */
export function atLimitSentence(
  { atMs }: Pick<Plan, 'atMs'>,
  { account, window, untilMs }: Omit<AtLimit, 'objective'>,
): string {
  const opens =
    untilMs === null
      ? 'when it ends is not known, it is tried now and then'
      : `it opens ${fromNow(untilMs - atMs)}`;
  return `waits for account ${account}: ${windowText(window)} is reached; ${opens}`;
}

/** Why this objective waits, without a full stop, so that more can follow. */
export function waitSentence(plan: Plan, wait: Wait): string {
  return `${wait.objective} on ${wait.product} ${because[wait.rule](plan, wait)}`;
}

export function admissionSentence({ objective, product, numbers }: Admission): string {
  return `${objective} on ${product} starts now, in slot ${numbers.slotsUsed} of ${numbers.slots}`;
}

/** A notice for the human: what is over, and what is done or asked. */
export function enforcementSentence({ kind, product, rule, numbers }: Enforcement): string {
  const own = numbers.scope === 'product';
  const over = (what: string, used: string, most: string) =>
    own
      ? `${product} is over its ${what} cap: ${used} used of ${most}`
      : `${what} is over budget: ${used} used of ${most}`;
  if (rule === 'over-memory') {
    const said = over('memory', bytes(amount(numbers, 'memoryBytes')), bytes(amount(numbers, 'budgetBytes')));
    if (own)
      return `${said}; it is paused ${kind === 'pause' ? 'until you resume it' : 'unless it shrinks soon'}`;
    return kind === 'pause'
      ? `${said}; ${product} is paused as the one with the least priority`
      : `${said}; nothing new starts`;
  }
  if (rule === 'over-cpu') {
    const said = over('CPU', cores(amount(numbers, 'cpuCores')), cores(amount(numbers, 'budgetCores')));
    return own ? `${said}; it runs on, and others start only in what is left` : `${said}; nothing new starts`;
  }
  return (
    `${product ?? 'the fleet'} has reached its cost limit: ${money(numbers, 'spentUsd')} spent of ` +
    `${money(numbers, 'limitUsd')} a day; ${product ?? 'everything'} is paused until you raise the limit or resume`
  );
}
