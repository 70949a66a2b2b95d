// `npm run test:cycles [-- <cycles> [<seed>]]`: start/stop cycles of the simulator with random faults, 200 by
// default. Exits 1 when anything is left alive; the seed repeats a run.
import { runCycles } from '../test/sessions/cycles.ts';

const [count = 200, seed = Date.now() % 1_000_000] = process.argv.slice(2).map(Number);
console.log(`${count} cycles, seed ${seed}`);
const { ends, left } = await runCycles(count, seed, (line) => console.log(line));
console.log(`${JSON.stringify(ends)}; left: ${left.join(', ') || 'nothing'}`);
process.exitCode = left.length === 0 ? 0 : 1;
