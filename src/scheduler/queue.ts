// The queue as decide() walks it: in order, and with the states that needs ask for.
import { type Candidate, type Lane, lanesOf, queueOrder } from './order.ts';
import type { FleetState, ObjectiveState } from './state.ts';

/** Of an objective; undefined: not in the state. */
export type StateOf = (id: string) => ObjectiveState['state'] | undefined;

export interface Queue {
  order: readonly Candidate[];
  stateOf: StateOf;
  /** by the product's name: of each in the state, and of each that an objective names */
  lanes: ReadonlyMap<string, Lane>;
}

export function queueOf(state: FleetState): Queue {
  const states = statesOfNeeds(state);
  const lanes = lanesOf(state);
  return { order: queueOrder(state, lanes), stateOf: (id) => states.get(id), lanes };
}

/** Only those that queued objectives need are looked up: most of ten thousand are not. */
function statesOfNeeds({ objectives }: FleetState): Map<string, ObjectiveState['state']> {
  const needed = new Set<string>();
  for (const { state, needs } of objectives) if (state === 'queued') for (const id of needs) needed.add(id);
  const states = new Map<string, ObjectiveState['state']>();
  if (needed.size === 0) return states;
  for (const { id, state } of objectives) if (needed.has(id)) states.set(id, state);
  return states;
}
