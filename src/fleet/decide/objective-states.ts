// Objectives as the scheduler sees them: of those that nobody wrote since it asked last, the same objects as then.
import type { ListedRow } from '../../journal/journal.ts';
import type { ObjectiveState } from '../../scheduler/state.ts';
import type { FleetContext } from '../context.ts';
import { type Estimates, estimates } from './estimate.ts';

interface Made {
  open: readonly ListedRow[];
  ended: readonly ListedRow[];
  known: Estimates;
  /** none of them had to be brought nearer */
  asWritten: boolean;
  states: readonly ObjectiveState[];
}

const madeOf = new WeakMap<object, Made>();
const stateOf = new WeakMap<ListedRow, { known: Estimates; state: ObjectiveState }>();

/** @param latestRetryMs  A clock that was set back must make no retry wait longer than it ever would: until then at most. */
export function objectiveStates(
  context: Pick<FleetContext, 'journal' | 'registry'>,
  latestRetryMs: number,
): readonly ObjectiveState[] {
  const { journal } = context;
  const known = estimates(context);
  const open = journal.openObjectives();
  const ended = journal.endedNeeds();
  const before = madeOf.get(context);
  const same = before?.open === open && before.ended === ended && before.known === known && before.asWritten;
  if (same && before.states.every(({ notBeforeMs }) => (notBeforeMs ?? 0) <= latestRetryMs))
    return before.states;
  let asWritten = true;
  const products = new Map(context.registry.current().products.map((product) => [product.name, product]));
  const states = open.concat(ended).map((row): ObjectiveState => {
    const notBeforeMs = row.notBeforeMs && Math.min(row.notBeforeMs, latestRetryMs);
    if (notBeforeMs !== row.notBeforeMs) asWritten = false;
    const made = stateOf.get(row);
    if (made?.known === known && made.state.notBeforeMs === notBeforeMs) return made.state;
    const product = products.get(row.product);
    const expected = product ? known.of(product, row.kind, row.direct) : null;
    const state: ObjectiveState = {
      id: row.id,
      product: row.product,
      state: row.state,
      queuedAtMs: row.queuedAtMs,
      arrival: row.n,
      needs: row.needs,
      paused: null,
      notBeforeMs,
      expectedMs: expected?.workMs.p50 ?? null,
      // Half of the runs cost more than the middle one: a budget is kept by the dear ones.
      expectedCostUsd: expected?.costUsd?.p90 ?? null,
    };
    stateOf.set(row, { known, state });
    return state;
  });
  madeOf.set(context, { open, ended, known, asWritten, states });
  return states;
}
