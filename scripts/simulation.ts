// `npm run test:simulation -- --seeds 2000 --from 1`: runs seeds on all cores. A seed that fails is shrunk and
// printed with the command that runs it again: `--seeds 1 --from <seed>` (--log: everything that happened). --record
// keeps the figures for docs/reliability.md. --planted <name>: of a copy of the program with that bug. --every 9 --from 9:
// only those with several runtimes.
import { writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { plantedBugs, withBug } from '../test/simulation/planted.ts';
import { type KillPoint, killPoints, makeSchedule, mostN } from '../test/simulation/schedule.ts';
import { shrink } from '../test/simulation/shrink.ts';
import { type Program, program, simulate } from '../test/simulation/simulate.ts';

interface Asked {
  log: boolean;
  /** name of a planted bug */
  planted: string | undefined;
}

interface Result {
  seed: number;
  text: string | null;
  calls: number;
  writes: number;
  kills: number;
  killedAt: { point: KillPoint; n: number }[];
  accepted: number;
  gates: number;
  notices: number;
  simulatedMs: number;
}

async function run(seed: number, { log, planted }: Asked, tested: Program): Promise<Result> {
  const schedule = makeSchedule(seed);
  const outcome = await simulate(schedule, tested);
  let text: string | null = null;
  if (outcome.violation) {
    const small = await shrink(schedule, outcome, tested);
    text = [
      `seed ${seed} FAILED: ${outcome.violation.message}`,
      `shrunk from ${Math.min(outcome.atStep + 1, schedule.steps.length)} to ${small.schedule.steps.length} steps: ${small.outcome.violation?.message}`,
      `  ${small.schedule.products.length} products, ${small.schedule.slots} slots`,
      ...small.schedule.steps.map((s) => `  +${s.afterMs} ms ${JSON.stringify(s.action)}`),
      ...(log ? small.outcome.log : small.outcome.log.slice(-15)),
      `again: npm run test:simulation -- --seeds 1 --from ${seed} --log${planted ? ` --planted '${planted}'` : ''}`,
    ].join('\n');
  } else if (log) text = outcome.log.join('\n');
  const { calls, writes, kills, killedAt, accepted, gates, notices, simulatedMs } = outcome;
  return { seed, text, calls, writes, kills, killedAt, accepted, gates, notices, simulatedMs };
}

if (!isMainThread && parentPort) {
  const port = parentPort;
  const { first, last, step, asked } = workerData as {
    first: number;
    last: number;
    step: number;
    asked: Asked;
  };
  const all = async (tested: Program): Promise<void> => {
    for (let seed = first; seed <= last; seed += step) port.postMessage(await run(seed, asked, tested));
  };
  const bug = plantedBugs.find(({ name }) => name === asked.planted);
  if (asked.planted && !bug) throw new Error(`Expected the name of a planted bug, got ${asked.planted}`);
  await (bug ? withBug(bug, all) : all(program));
} else {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '2000' },
      from: { type: 'string', default: '1' },
      every: { type: 'string', default: '1' },
      log: { type: 'boolean', default: false },
      record: { type: 'boolean', default: false },
      planted: { type: 'string' },
    },
  });
  const from = Number(values.from);
  const seeds = Number(values.seeds);
  const every = Number(values.every);
  const startedAt = performance.now();
  const total = {
    runs: 0,
    failed: 0,
    calls: 0,
    writes: 0,
    kills: 0,
    accepted: 0,
    gates: 0,
    notices: 0,
    simulatedMs: 0,
  };
  const reached = new Map<KillPoint, Set<number>>();
  const failed: number[] = [];
  const workers = Math.min(availableParallelism(), seeds);
  await Promise.all(
    Array.from(
      { length: workers },
      (_, i) =>
        new Promise<void>((resolve, reject) => {
          const worker = new Worker(fileURLToPath(import.meta.url), {
            workerData: {
              first: from + i * every,
              last: from + (seeds - 1) * every,
              step: workers * every,
              asked: { log: values.log, planted: values.planted } satisfies Asked,
            },
          });
          worker.on('error', reject);
          worker.on('exit', () => resolve());
          worker.on('message', (r: Result) => {
            total.runs += 1;
            for (const key of [
              'calls',
              'writes',
              'kills',
              'accepted',
              'gates',
              'notices',
              'simulatedMs',
            ] as const)
              total[key] += r[key];
            for (const { point, n } of r.killedAt)
              reached.set(point, (reached.get(point) ?? new Set()).add(n));
            if (r.text?.includes('FAILED')) failed.push(r.seed);
            if (r.text) console.log(`${r.text}\n`);
          });
        }),
    ),
  );
  console.log(
    `${total.runs} seeds from ${from}: ${failed.length} failed${failed.length > 0 ? ` (${failed.slice(0, 20).join(', ')})` : ''}; ${total.accepted} objectives, ${total.gates} gates, ${total.notices} notices, ${total.calls} calls, ${total.writes} writes, ${total.kills} kills, ${Math.round(total.simulatedMs / 3_600_000)} simulated hours in ${Math.round((performance.now() - startedAt) / 1000)} s`,
  );
  /** Every n up to which fleetd was killed at this point, without a gap. */
  const everyUpTo = Object.fromEntries(
    [...reached].map(([point, seen]) => {
      let n = 0;
      while (seen.has(n + 1)) n += 1;
      return [point, n];
    }),
  );
  console.log(`killed at every n up to: ${JSON.stringify(everyUpTo)}`);
  const gaps = killPoints.filter((point) => (everyUpTo[point] ?? 0) < mostN(point));
  const whole = seeds >= 4 * mostN('before call') && every === 1 && !values.planted;
  if (whole && gaps.length > 0) console.log(`FAILED: not at every n that was meant: ${gaps.join(', ')}`);
  if (values.record) {
    const { simulatedMs, failed: _failed, ...counted } = total;
    // Of all threads: what it takes where nothing else runs.
    const { user, system } = process.cpuUsage();
    const figures = {
      from,
      ...counted,
      failed: failed.length,
      everyUpTo,
      simulatedHours: Math.round(simulatedMs / 3_600_000),
      seconds: Math.round((performance.now() - startedAt) / 1000),
      cpuSeconds: Math.round((user + system) / 1e6),
      // Over the last fifteen minutes: at its end alone other work may just have ended.
      machine: `${availableParallelism()} cores, load ${loadavg()[2]?.toFixed(1)}`,
    };
    const file = fileURLToPath(new URL('../docs/results/simulation.json', import.meta.url));
    writeFileSync(file, `${JSON.stringify(figures, null, 2)}\n`);
  }
  process.exitCode = failed.length === 0 && total.runs === seeds && !(whole && gaps.length > 0) ? 0 : 1;
}
