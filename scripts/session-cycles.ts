// `npm run test:cycles [-- <cycles> [<seed>]] [--record]`: start/stop cycles of the simulator with random faults, 200 by
// default. Exits 1 when anything is left alive; the seed repeats a run. --record keeps the outcome in
// docs/results/cycles.json.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCycles } from '../test/sessions/cycles.ts';

const words = process.argv.slice(2).filter((word) => word !== '--record');
const [count = 200, seed = Date.now() % 1_000_000] = words.map(Number);
console.log(`${count} cycles, seed ${seed}`);
const since = Date.now();
const { ends, left } = await runCycles(count, seed, (line) => console.log(line));
const seconds = Math.round((Date.now() - since) / 1_000);
console.log(`${JSON.stringify(ends)} in ${seconds} s; left: ${left.join(', ') || 'nothing'}`);
if (process.argv.includes('--record')) {
  const date = new Date().toISOString().slice(0, 10);
  const file = join(import.meta.dirname, '../docs/results/cycles.json');
  writeFileSync(file, `${JSON.stringify({ date, count, seed, ends, left, seconds }, null, 2)}\n`);
}
process.exitCode = left.length === 0 ? 0 : 1;
