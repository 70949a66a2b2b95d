// Is the simulation sharp enough? Prints each planted bug with the invariant and the seed that show it; exits 1
// if one stays hidden. (The night's test run does the same for all that are not seldom.) --only <text>: whose name has
// it, several times for several; --record: keeps each seed as it is found, to be looked at first from then on.
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { find, plantedBugs } from '../test/simulation/planted.ts';

type Found = { name: string; right: boolean; seed: number; line: string };

async function look(name: string): Promise<Found> {
  const planted = plantedBugs.find((one) => one.name === name);
  if (!planted) throw new Error(`Expected a planted bug, got ${name}`);
  const found = await find(planted, planted.seldom ? 2000 : 300).catch((error) => ({
    invariant: 'ERROR',
    seed: 0,
    what: String(error),
  }));
  const right = found !== null && planted.breaks.some((one) => one === found.invariant);
  const what =
    found === null ? 'NOTHING' : `${found.invariant} (seed ${found.seed}) ${right ? '' : found.what}`;
  return {
    name,
    right,
    seed: found?.seed ?? 0,
    line: `${right ? '     ' : 'WRONG'} ${name.padEnd(60)} ${what}`,
  };
}

function keep({ name, seed }: Found): void {
  const file = fileURLToPath(new URL('../test/simulation/planted-seeds.json', import.meta.url));
  const kept: Record<string, number> = { ...JSON.parse(readFileSync(file, 'utf8')), [name]: seed };
  const seeds = plantedBugs.flatMap((one) =>
    kept[one.name] === undefined ? [] : [[one.name, kept[one.name]]],
  );
  writeFileSync(file, `${JSON.stringify(Object.fromEntries(seeds), null, 2)}\n`);
}

if (!isMainThread && parentPort) {
  const port = parentPort;
  port.on('message', async (name: string) => port.postMessage(await look(name)));
} else {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', multiple: true, default: [''] },
      record: { type: 'boolean', default: false },
    },
  });
  const asked = plantedBugs.filter(({ name }) => values.only.some((text) => name.includes(text)));
  const left = asked.map(({ name }) => name);
  const found: Found[] = [];
  await Promise.all(
    Array.from({ length: availableParallelism() }, async () => {
      const worker = new Worker(fileURLToPath(import.meta.url));
      const broke = new Promise<never>((_, reject) => worker.once('error', reject));
      for (let name = left.shift(); name !== undefined; name = left.shift()) {
        const answer = new Promise<Found>((resolve) => worker.once('message', resolve));
        worker.postMessage(name);
        const one = await Promise.race([answer, broke]);
        found.push(one);
        console.log(one.line);
        if (values.record && one.right) keep(one);
      }
      await worker.terminate();
    }),
  );
  const right = found.filter((one) => one.right);
  console.log(`${right.length} of ${asked.length} planted bugs found`);
  process.exitCode = right.length === asked.length ? 0 : 1;
}
