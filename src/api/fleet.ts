// Answers about the whole fleet: how it stands, what was, its limits and accounts, and fleetd itself.
import type { accountRoutes } from '../contract/accounts.ts';
import type { doctorRoutes } from '../contract/doctor.ts';
import type { reportRoutes } from '../contract/reports.ts';
import type { Surface } from '../contract/route.ts';
import type { runtimeRoutes } from '../contract/runtimes.ts';
import type { Fleet } from '../fleet/index.ts';
import type { Handlers } from './handlers.ts';

const hourMs = 3_600_000;

/** @param dashboardPort once it listens; null: it is off */
export function fleetHandlers(
  fleet: Fleet,
  surface: Surface,
  dashboardPort: () => number | null,
): Handlers<
  | 'health'
  | 'status'
  | 'cap'
  | 'undo'
  | 'backup'
  | 'eventsOf'
  | keyof typeof accountRoutes
  | keyof typeof runtimeRoutes
  | keyof typeof doctorRoutes
  | keyof typeof reportRoutes
> {
  const { controls, history } = fleet;
  return {
    health: () => ({
      ready: true,
      version: fleet.version,
      surface,
      dashboardPort: dashboardPort(),
      ...(surface === 'operator' && { registry: registryOf(fleet) }),
    }),
    status: ({ product }) => fleet.status(product ?? null),
    cap: ({ scope, what, value, source }) => controls.cap(scope, what, value, source),
    undo: ({ source, change }) => controls.undo(source, change),
    backup: () => fleet.backup(),
    openAccount: (name, { source }) => fleet.accounts.open(name, source),
    forgetRuntime: (name, { machineIsOff, source }) => fleet.forgetRuntime(name, machineIsOff, source),
    moveProduct: (name, { runtime, salvage, source }) => fleet.moveProduct(name, runtime, salvage, source),
    doctor: ({ fix }) => fleet.doctor(fix),

    report: ({ since }) => fleet.report(since),
    spending: ({ days }) => history.spending(days),
    timeline: ({ hours, product }) => history.timeline(hours * hourMs, product ?? null),
    usage: ({ hours, points }) => history.usage(hours * hourMs, points),
    eventsOf: (product, { limit }) => history.events(product, limit),
  };
}

function registryOf({ loop }: Fleet) {
  const { file, digest, workspaceRoot, projectsRoot } = loop.context.registry.current();
  return { file, digest, workspaceRoot, projectsRoot };
}
