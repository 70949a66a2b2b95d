// `fleet status` at 50 products: CPU of the command, beside an empty Node.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { type Build, thisBuild } from '../../build.ts';
import { atMost, median } from '../../figure.ts';
import { openLab } from '../../lab.ts';
import { childrenCpuSeconds } from '../../machine.ts';
import { alternate, type Row, ratio } from '../pair.ts';

/** The clock of /proc ticks each 10 ms: a sample is so many runs. */
const runs = 10;

export const row: Row = {
  title: '`fleet status` at 50 products, CPU',
  limit:
    'An empty Node is the floor: what is above it is reading, compiling and running our own code, once per call.',
  async run({ older, ours, quick }) {
    await using before = await openLab({ products: 50, build: older });
    await using after = await openLab({ products: 50, build: ours });
    const sockets = { older: (await before.fleetd()).socket, ours: (await after.fleetd()).socket };
    const status = (build: Build, socket: string) =>
      cpuOf(join(build.root, 'bin/fleet'), 'status', '--socket', socket);
    const empty: number[] = [];
    status(older, sockets.older);
    status(ours, sockets.ours);
    const samples = await alternate(quick ? 2 : 9, {
      older: () => {
        empty.push(cpuOf(process.execPath, '-e', '0'));
        return status(older, sockets.older);
      },
      ours: () => status(ours, sockets.ours),
    });
    const bare = median(empty);
    return [
      atMost(
        'fleet status against node -e 0, CPU',
        'ratio',
        median(samples.ours) / bare,
        1.8,
        '×',
        `${median(samples.ours).toFixed(0)} and ${bare.toFixed(0)} ms; then ${(median(samples.older) / bare).toFixed(2)}×`,
      ),
      ratio('fleet status against the older one, CPU', samples, 1, 'ms', { digits: 0 }),
    ];
  },
};

/** ms of CPU of one run */
function cpuOf(program: string, ...words: string[]): number {
  const before = childrenCpuSeconds();
  for (let n = 0; n < runs; n += 1) execFileSync(program, words, { stdio: 'pipe', cwd: thisBuild.root });
  return ((childrenCpuSeconds() - before) / runs) * 1_000;
}
