// Ten minutes of a busy fleet of 50: memory and descriptors of fleetd and its agent must not grow.
import { setTimeout as sleep } from 'node:timers/promises';
import { atMost, type Figure, median } from './figure.ts';
import { openLab, touch } from './lab.ts';
import { descriptors, residentMb } from './machine.ts';

interface Sample {
  memoryMb: number;
  files: number;
}

export async function run({ quick }: { quick: boolean }): Promise<Figure[]> {
  const seconds = quick ? 60 : 600;
  await using lab = await openLab({ products: 50 });
  const { client, pid, agentPid } = await lab.fleetd();
  await lab.quiet();
  const samples: Record<'fleetd' | 'agent', Sample[]> = { fleetd: [], agent: [] };
  const end = Date.now() + seconds * 1000;
  for (let n = 0; Date.now() < end; n += 1) {
    const product = lab.products[(n * 7) % lab.products.length];
    if (product) touch(product);
    await client.status();
    if (n % 5 === 0)
      for (const [name, of] of [
        ['fleetd', pid],
        ['agent', agentPid],
      ] as const)
        samples[name].push({ memoryMb: residentMb(of), files: descriptors(of) });
    await sleep(500);
  }
  const minutes = `${seconds / 60} min, a change and a status every half second`;
  return (['fleetd', 'agent'] as const).flatMap((name) => {
    const series = samples[name];
    const quarter = (n: number) =>
      series.slice(Math.floor((series.length * n) / 4), Math.floor((series.length * (n + 1)) / 4));
    const memory = (n: number) => median(quarter(n).map(({ memoryMb }) => memoryMb));
    // A connection that comes and goes is no growth; what is never given back raises the least there was.
    const files = (n: number) => Math.min(...quarter(n).map((sample) => sample.files));
    return [
      atMost(
        `soak: memory of ${name}, last quarter against the second`,
        'ratio',
        memory(3) / memory(1),
        1.1,
        '×',
        `${[0, 1, 2, 3].map((n) => memory(n).toFixed(0)).join(' → ')} MB by quarter; ${minutes}`,
      ),
      atMost(
        `soak: more descriptors of ${name}`,
        'count',
        files(3) - files(1),
        0,
        '',
        `${[0, 1, 2, 3].map(files).join(' → ')} by quarter`,
      ),
    ];
  });
}
