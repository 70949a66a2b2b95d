// What may not come over the gateway's socket. A model lives in the gateway, and a gateway that was taken over
// can say there whatever it likes: it may not pass for the operator, and may not raise what products.yaml limits.
import { z } from 'zod';
import { FleetError } from '../common/errors.ts';
import type { AskedOf, RouteName } from '../contract/routes.ts';
import { capName, capValue } from '../fleet/decide/limits.ts';
import type { Fleet } from '../fleet/index.ts';
import { fleetScope } from '../journal/events.ts';

/** The operator's own ways in; they have the operator's socket. */
const operatorsOnly = ['cli', 'dashboard', 'fleet'] as const;
const budgets = ['memory', 'cpu', 'cost'] as const;

const sourced = z.object({ source: z.object({ via: z.string() }) });
const limitSchema = z.object({ limit: z.number().nullable() });
type Cap = AskedOf<'cap'>[0];
type Undo = AskedOf<'undo'>[0];

/** Given a route and what was asked of it, checked: refuses with SOURCE_FORGED and OPERATOR_ONLY. */
export function gatewayBox(fleet: Fleet) {
  return (name: RouteName, [asked]: unknown[]): void => {
    const via = sourced.safeParse(asked).data?.source.via;
    if (operatorsOnly.some((one) => one === via)) throw forged(via ?? '');
    if (name === 'cap') refuseRaise(fleet, asked as Cap);
    if (name === 'undo') refuseRaiseByUndo(fleet, asked as Undo);
  };
}

/** The most that chat may set: what products.yaml says, or what the operator set below it. null: no limit. */
function mostAllowed(fleet: Fleet, scope: string, name: (typeof budgets)[number]): number | null {
  const inFile = fileLimit(fleet, scope, name);
  const { journal } = fleet.loop.context;
  const at = scope === 'fleet' ? fleetScope : scope;
  // Chat may have lowered it further since: that gives it no right to more than the operator left it.
  const set = limitSchema.safeParse(journal.lastSetVia(at, name, operatorsOnly)).data?.limit ?? null;
  return set === null ? inFile : Math.min(set, inFile ?? set);
}

/** null: no limit. */
function fileLimit(fleet: Fleet, scope: string, name: (typeof budgets)[number]): number | null {
  const { products, scheduling } = fleet.loop.context.registry.current();
  const { budget } = scheduling;
  if (scope === 'fleet')
    return { memory: budget.maxMemoryBytes, cpu: budget.maxCpuPercent, cost: budget.maxCostUsdPerDay }[name];
  const caps = products.find((product) => product.name === scope)?.caps;
  if (caps === undefined) return null;
  return { memory: caps.maxMemoryBytes, cpu: caps.maxCpuCores, cost: caps.maxCostUsdPerDay }[name];
}

function refuseRaise(fleet: Fleet, asked: Cap): void {
  const kind = asked.scope === 'fleet' ? 'fleet' : 'product';
  const name = capName(asked.what, kind);
  const budget = budgets.find((one) => one === name);
  const limit =
    asked.value.trim().toLowerCase() !== 'default'
      ? capValue(name, kind, asked.value).limit
      : budget && fileLimit(fleet, asked.scope, budget);
  refuseAbove(fleet, asked.scope, name, limit ?? null);
}

/** Undo puts back what was before: an operator's raise, perhaps, that the operator took back. */
function refuseRaiseByUndo(fleet: Fleet, { change }: Undo): void {
  for (const { scope, key, before } of fleet.loop.context.journal.lastControl(change)?.data.changes ?? []) {
    const budget = budgets.find((one) => one === key);
    if (budget === undefined) continue;
    const at = scope === fleetScope ? 'fleet' : scope;
    const limit = before === null ? fileLimit(fleet, at, budget) : limitSchema.parse(before).limit;
    refuseAbove(fleet, at, budget, limit);
  }
}

function refuseAbove(fleet: Fleet, scope: string, key: string, limit: number | null): void {
  const name = budgets.find((budget) => budget === key);
  if (name === undefined) return;
  const most = mostAllowed(fleet, scope, name);
  if (most === null || (limit !== null && limit <= most)) return;
  throw new FleetError({
    code: 'OPERATOR_ONLY',
    product: scope === 'fleet' ? null : scope,
    message: `Expected a ${name} limit for ${scope} within what products.yaml and the operator have set, got a higher one from chat.`,
    mend: 'Raise it where the fleet runs: `fleet cap` in a terminal there, or products.yaml.',
  });
}

function forged(via: string): FleetError {
  return new FleetError({
    code: 'SOURCE_FORGED',
    message: `Expected chat or the model to speak over the gateway's socket, got a request marked "${via}".`,
    mend: "Use the operator's socket (`docker compose exec fleetd fleet …`); if nobody tried this, look into the gateway.",
  });
}
