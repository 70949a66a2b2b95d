// What applying a blueprint would change: pure.
import { isDeepStrictEqual } from 'node:util';
import type { Change } from '../../../contract/blueprints.ts';
import type { ObjectiveView } from '../../../contract/objectives.ts';
import type { KnownStep, Step } from '../../../journal/blueprint/step.ts';

type State = ObjectiveView['state'];
const working = new Set<State>(['starting', 'running']);

const sameStep = ({ name, product, text, acceptance, needs, kind }: Step, known: KnownStep): boolean =>
  isDeepStrictEqual(
    { name, product, text, acceptance, needs, kind },
    {
      name: known.name,
      product: known.product,
      text: known.text,
      acceptance: known.acceptance,
      needs: known.needs,
      kind: known.kind,
    },
  );

/**
 * @param steps   in order, each after what it needs
 * @param known   of the same blueprint
 * @param stateOf of an objective; undefined: there is none
 * @returns one change per step of the file, in its order, then those for steps that are gone
 */
export function planBlueprint(
  steps: readonly Step[],
  known: readonly KnownStep[],
  stateOf: (objective: string) => State | undefined,
): Change[] {
  const before = new Map(known.map((step) => [step.name, step]));
  const fresh = new Set<string>();
  const changes = steps.map((step): Change => {
    const change = changeOf(step, before.get(step.name), fresh, stateOf);
    if (change.action === 'add' || change.action === 'replace') fresh.add(step.name);
    return change;
  });
  const kept = new Set(steps.map(({ name }) => name));
  return [...changes, ...known.filter(({ name }) => !kept.has(name)).map((step) => removed(step, stateOf))];
}

function changeOf(
  step: Step,
  known: KnownStep | undefined,
  fresh: ReadonlySet<string>,
  stateOf: (objective: string) => State | undefined,
): Change {
  const { name, product } = step;
  const state = known && stateOf(known.objective);
  const said = (action: Change['action'], why: string): Change => ({
    step: name,
    product,
    objective: known?.objective ?? null,
    action,
    why,
  });
  if (known === undefined || state === undefined) return said('add', 'new');
  if (sameStep(step, known)) {
    const need = step.needs.find((one) => fresh.has(one));
    if (need !== undefined && state === 'queued')
      return said('replace', `${need}, which it needs, is done anew`);
    return said('keep', `${known.objective} is ${state}`);
  }
  if (working.has(state))
    return said('refuse', `it differs, and ${known.objective} is at work on it as it was`);
  if (state === 'done')
    return said('add', `it differs from what ${known.objective} did: done again as it is now`);
  return said('replace', `it differs from ${known.objective}, which is ${state}`);
}

function removed(
  { name, product, objective }: KnownStep,
  stateOf: (objective: string) => State | undefined,
): Change {
  const state = stateOf(objective);
  const change = { step: name, product, objective };
  if (state === 'queued')
    return { ...change, action: 'remove', why: `not in the file any more: ${objective} is cancelled` };
  if (state !== undefined && working.has(state))
    return { ...change, action: 'let-go', why: `not in the file any more: ${objective} goes on by itself` };
  return {
    ...change,
    action: 'let-go',
    why: `not in the file any more: ${objective} is ${state ?? 'unknown'}`,
  };
}

/** In a few words, how many steps there are of each change. */
export function summary(changes: readonly Change[]): string {
  const count = (action: Change['action'], word: string) => {
    const n = changes.filter((change) => change.action === action).length;
    return n > 0 ? [`${n} ${word}`] : [];
  };
  return [
    ...count('add', 'new'),
    ...count('replace', 'replaced'),
    ...count('remove', 'removed'),
    ...count('let-go', 'let go'),
    ...count('keep', 'as before'),
  ].join(', ');
}
