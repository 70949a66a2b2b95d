// The columns of lists: what `--output table` shows of each thing, and what `--columns` may ask for.
import { bytes, clockText, decimal, duration, usd } from '../common/units.ts';
import type { AccountView } from '../contract/accounts.ts';
import type { BlueprintView } from '../contract/blueprints.ts';
import type { GateView } from '../contract/gates.ts';
import type { LessonView, ProposalView } from '../contract/lessons.ts';
import type { ObjectiveView } from '../contract/objectives.ts';
import type { ProductView } from '../contract/products.ts';
import type { RecurringView } from '../contract/recurring.ts';
import type { RuntimeView } from '../contract/runtimes.ts';
import { stateOf } from '../text/index.ts';

type Cell = string | number | null | undefined;
export interface Table {
  columns: Record<string, (one: never) => Cell>;
  /** without `--columns` */
  usual: readonly string[];
}

const table = <One>(columns: Record<string, (one: One) => Cell>, ...usual: string[]): Table => ({
  columns,
  usual,
});
/** With its zone: what is read in a file is read elsewhere. */
const at = (iso: string | null | undefined) => (iso ? clockText(Date.parse(iso)) : null);
const size = (count: number | null | undefined) => (typeof count === 'number' ? bytes(count) : null);
const money = (amount: number | null | undefined) => (typeof amount === 'number' ? usd(amount) : null);
const number = (amount: number | null | undefined) => (typeof amount === 'number' ? decimal(amount) : null);
const took = (from: string | null, to: string | null) =>
  from && to ? duration(Date.parse(to) - Date.parse(from)) : null;

export const productTable = table<ProductView>(
  {
    name: ({ name }) => name,
    type: ({ type }) => type,
    state: (one) => stateOf(one).state,
    priority: ({ priority }) => priority,
    objective: ({ objective }) => objective?.id,
    queued: ({ queued }) => queued,
    gates: ({ gates }) => gates,
    workers: ({ workers }) => workers.length,
    memory: ({ footprint }) => size(footprint?.memoryBytes),
    cpu: ({ footprint }) => number(footprint?.cpuCores),
    cost: ({ spend }) => money(spend?.costUsd),
    disk: ({ diskBytes }) => size(diskBytes),
    runtime: ({ runtime }) => runtime,
    description: ({ description }) => description,
  },
  'name',
  'state',
  'priority',
  'objective',
  'queued',
  'memory',
  'cpu',
);

const objectiveColumns: Record<string, (one: ObjectiveView) => Cell> = {
  id: ({ id }) => id,
  product: ({ product }) => product,
  state: ({ state }) => state,
  place: ({ position }) => position,
  asked: ({ createdAt }) => at(createdAt),
  started: ({ startedAt }) => at(startedAt),
  ended: ({ endedAt }) => at(endedAt),
  took: ({ startedAt, endedAt }) => took(startedAt, endedAt),
  cost: ({ outcome }) => money(outcome?.costUsd),
  text: ({ text }) => text,
  why: ({ why }) => why,
};
export const queueTable = table(objectiveColumns, 'place', 'id', 'product', 'asked', 'text');
export const historyTable = table(
  objectiveColumns,
  'id',
  'product',
  'state',
  'ended',
  'took',
  'cost',
  'text',
);

export const gateTable = table<GateView>(
  {
    n: ({ n }) => n,
    product: ({ product }) => product ?? 'fleet',
    objective: ({ objective }) => objective,
    kind: ({ kind }) => kind,
    state: ({ state }) => state,
    asker: ({ asker }) => asker,
    asked: ({ askedAt }) => at(askedAt),
    answered: ({ resolution }) => at(resolution?.at),
    subject: ({ subject }) => subject,
  },
  'n',
  'product',
  'kind',
  'state',
  'asked',
  'subject',
);

const having = ({ steps }: BlueprintView, ...states: string[]) =>
  steps.filter(({ state }) => states.includes(state)).length;
export const blueprintTable = table<BlueprintView>(
  {
    name: ({ name }) => name,
    draft: ({ draft }) => draft,
    at: (one) => at(one.at),
    steps: ({ steps }) => steps.length,
    done: (one) => having(one, 'done'),
    failed: (one) => having(one, 'failed', 'cancelled'),
    description: ({ description }) => description,
  },
  'name',
  'draft',
  'at',
  'steps',
  'done',
  'failed',
);

export const recurringTable = table<RecurringView>(
  {
    name: ({ name }) => name,
    product: ({ product }) => product,
    every: ({ every }) => every,
    zone: ({ timeZone }) => timeZone,
    next: ({ next }) => at(next[0]),
    paused: ({ paused }) => at(paused),
    runs: ({ runs }) => runs,
    last: ({ lastObjective }) => lastObjective,
    from: ({ from }) => from,
    text: ({ objective }) => objective,
  },
  'name',
  'product',
  'every',
  'next',
  'runs',
  'text',
);

export const lessonTable = table<LessonView>(
  {
    n: ({ n }) => n,
    product: ({ product }) => product,
    at: (one) => at(one.at),
    text: ({ text }) => text,
  },
  'n',
  'product',
  'at',
  'text',
);
export const proposalTable = table<ProposalView>(
  {
    n: ({ n }) => n,
    product: ({ product }) => product ?? 'fleet',
    state: ({ state }) => state,
    at: (one) => at(one.at),
    title: ({ title }) => title,
  },
  'n',
  'product',
  'state',
  'at',
  'title',
);

export const accountTable = table<AccountView>(
  {
    name: ({ name }) => name,
    state: ({ state }) => state,
    window: ({ window }) => window,
    until: ({ until }) => at(until),
    used: ({ shares }) => shares.map((one) => `${one.window} ${Math.round(one.usedPercent)} %`).join(', '),
    products: ({ products }) => products.join(', '),
    waiting: ({ waiting }) => waiting.join(', '),
  },
  'name',
  'state',
  'until',
  'used',
  'products',
);
export const runtimeTable = table<RuntimeView>(
  {
    name: ({ name }) => name,
    kind: ({ kind }) => kind,
    state: ({ state }) => state,
    since: ({ since }) => at(since),
    ov: ({ ovVersion }) => ovVersion,
    memory: ({ memoryBytes }) => size(memoryBytes),
    cpu: ({ cpuCores }) => number(cpuCores),
    products: ({ products }) => products.join(', '),
    labels: ({ labels }) => labels.join(', '),
  },
  'name',
  'kind',
  'state',
  'memory',
  'cpu',
  'products',
);
