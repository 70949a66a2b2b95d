// Seed → several machines, and what happens to them. From a source of its own: what seeds of one runtime find stays where it
// was found.
import { createRandom, type Random } from '../random.ts';
import type { Action, MachineAction, MachineSpec, Step } from '../schedule.ts';

const second = 1_000;
const minute = 60 * second;

/** Every ninth. */
export const hasMachines = (seed: number): boolean => seed % 9 === 0;

export function machinesOf(
  seed: number,
  steps: Step[],
  products: readonly [string, ...string[]],
): { machines: MachineSpec[]; steps: Step[] } {
  const random = createRandom(seed ^ 0x3ac41);
  const machines = Array.from(
    { length: random.pick([1, 2, 2, 3, 4] as const) },
    (_, index): MachineSpec => ({
      name: `m${index + 1}`,
      maxMemoryGiB: random.pick([null, 1, 1, 2, 3] as const),
      rate: 1 + (random.next() - 0.5) / 51,
      delayMs: random.pick([1, 20, 100] as const),
    }),
  );
  const names = machines.map(({ name }) => name) as [string, ...string[]];
  // In half of them the world does nothing that an objective may fail for.
  const isKind = random.chance(0.5);
  const more = steps.flatMap((step, index): Step[] => {
    const action = longer(random, step.action);
    const kind = isKind ? kindly(action) : action;
    const kept = kind === null ? [] : [{ ...step, action: kind }];
    if (step.action.do === 'kill' || step.untilKilled || !random.chance(0.35)) return kept;
    const afterMs = random.pick([0, 300, 5 * second, 40 * second] as const);
    const broken = actionOf(random, names, products, isKind);
    // Who forgets a machine has seen it silent for a while.
    if (broken.do === 'partition' && random.chance(0.6)) {
      // Nobody has noticed it yet.
      const asked = askedOf(random, random.pick(products), index);
      const soonMs = random.pick([100, 2 * second, 8 * second] as const);
      return [...kept, { afterMs, action: broken }, { afterMs: soonMs, action: asked }];
    }
    if (broken.do !== 'forget') return [...kept, { afterMs, action: broken }];
    const partition: MachineAction = {
      do: 'partition',
      machine: broken.machine,
      way: 'both',
      forMs: 16 * minute,
    };
    return [
      ...kept,
      { afterMs, action: partition },
      { afterMs: random.pick([minute, 5 * minute, 15 * minute] as const), action: broken },
    ];
  });
  return { machines, steps: more };
}

/** What is written at once. */
function askedOf(random: Random, product: string, index: number): Action {
  if (random.chance(0.5)) return { do: 'message', product, text: `note ${index}` };
  if (random.chance(0.3)) return { do: 'stop', product };
  const fate = { kind: 'completes', afterMs: 30 * second, asks: null, waits: false } as const;
  return { do: 'start', product, key: `key-${2_000 + index}`, fate, needs: [] };
}

/** Work that outlasts a lease. */
function longer(random: Random, action: Action): Action {
  if (action.do !== 'start' || !random.chance(0.25)) return action;
  return { ...action, fate: { ...action.fate, afterMs: 16 * minute } };
}

/** null: left out */
function kindly(action: Action): Action | null {
  switch (action.do) {
    case 'start':
      return action.fate.kind === 'dies'
        ? { ...action, fate: { ...action.fate, kind: 'completes' } }
        : action;
    case 'kill coordinator':
    case 'restart runtime':
    case 'refuse':
    case 'start by hand':
    case 'cut link at':
      return null;
    default:
      return action;
  }
}

function actionOf(
  random: Random,
  machines: readonly [string, ...string[]],
  products: readonly [string, ...string[]],
  isKind: boolean,
): MachineAction {
  const machine = random.pick(machines);
  const choice = random.between(0, 99);
  if (choice < 40)
    return {
      do: 'partition',
      machine,
      way: random.pick(['there', 'back', 'both', 'both'] as const),
      forMs: random.pick([
        2 * second,
        20 * second,
        2 * minute,
        9 * minute,
        12 * minute,
        15 * minute,
      ] as const),
    };
  if (choice < 48)
    return {
      do: 'slow link',
      machine,
      byMs: random.pick([500, 4 * second, 20 * second] as const),
      forMs: random.pick([20 * second, 2 * minute] as const),
    };
  if (choice < 54) return { do: 'kill agents', machine };
  if (choice < 59 && !isKind)
    return { do: 'reboot', machine, forMs: random.pick([5 * second, 3 * minute] as const) };
  if (choice < 90)
    return { do: 'move', machine, product: random.pick(products), salvage: random.chance(0.5) };
  return { do: 'forget', machine, isOff: random.chance(0.7) };
}
