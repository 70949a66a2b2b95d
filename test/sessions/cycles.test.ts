import { expect, it } from 'vitest';
import { runCycles } from './cycles.ts';

it('20 start/stop cycles with random faults leave no process and no tmux session', async () => {
  const told: string[] = [];
  const { ends, left } = await runCycles(20, 20_261_120, (line) => told.push(line));
  expect({ left, told: told.length }).toEqual({ left: [], told: 20 });
  // Faults differ, and so must the ends: a fleet that fails everything would also leave nothing.
  expect(Object.keys(ends).length).toBeGreaterThan(1);
}, 180_000);
