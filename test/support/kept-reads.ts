// What the journal keeps of its reads, beside the same read anew: in a transaction it keeps nothing.
import type { DatabaseSync } from 'node:sqlite';
import { schedulerState } from '../../src/fleet/decide/scheduler-state.ts';
import type { Fleet } from '../../src/fleet/index.ts';
import type { Journal } from '../../src/journal/journal.ts';

const dayMs = 86_400_000;

function readsOf(journal: Journal, products: readonly string[], nowMs: number) {
  return {
    open: journal.openObjectives(),
    endedNeeds: journal.endedNeeds(),
    // In no order of their own.
    rules: [...journal.waitRules()].sort(),
    live: journal.liveSessions(),
    served: [...journal.served()].sort(),
    finished: journal.finishedSessions(1_000),
    spent: [...journal.spent(nowMs - (nowMs % dayMs))].sort(),
    lastStartMs: journal.lastStartMs(),
    outcomes: journal.outcomes.latest(2_000),
    overrides: journal.overrides(),
    breakers: journal.breakers(),
    broken: journal.brokenBudgets(),
    placements: journal.placements(),
    moves: journal.moves.open(),
    gates: journal.gates.openGates(),
    pullRequests: journal.pullRequests.open(),
    closed: journal.accounts.closed(),
    limited: journal.accounts.limited(),
    shares: journal.accounts.shares(),
    of: products.map((product) => [
      journal.liveSession(product),
      journal.trouble(product),
      journal.placement(product),
      journal.gates.openGates(product),
      journal.pullRequests.open(product),
    ]),
  };
}

/** @returns as it is given, and as the tables have it */
export function keptReads(fleet: Fleet, tables: DatabaseSync): Record<'given' | 'anew', unknown> {
  const { context } = fleet.loop;
  const products = context.registry.current().products.map(({ name }) => name);
  const read = (of: typeof context) => ({
    ...readsOf(of.journal, products, of.clock.nowMs()),
    state: schedulerState(of),
    status: fleet.status(null),
  });
  const given = read(context);
  tables.exec('BEGIN');
  try {
    // What is kept beside the journal is kept by context: another one has nothing.
    return { given, anew: read({ ...context }) };
  } finally {
    tables.exec('ROLLBACK');
  }
}
