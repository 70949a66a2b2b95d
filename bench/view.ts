// An answer from the live view: fleetd is asked, nothing is started.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { atMost, type Figure, median, quantile, spread, timed } from './figure.ts';
import { dist, openLab } from './lab.ts';
import { childrenCpuSeconds } from './machine.ts';

interface Launch {
  wallMs: number;
  cpuSeconds: number;
}

export async function run(): Promise<Figure[]> {
  await using lab = await openLab({ products: 50 });
  const { client, socket } = await lab.fleetd();
  const source = { via: 'cli', sender: 'bench', thread: null } as const;
  // A queue as well: 42 wait behind eight slots that are never given to products without a start.
  for (const { name } of lab.products.slice(0, 5)) await client.pause(name, { reason: 'bench', source });
  for (let n = 0; n < 20; n += 1)
    await client.start({
      product: `product-${n % 5}`,
      text: `objective ${n}`,
      acceptance: null,
      needs: [],
      source,
      idempotencyKey: null,
    });
  await lab.quiet();
  const before = lab.calls().length;
  for (let n = 0; n < 20; n += 1) await client.status();
  const walls: number[] = [];
  for (let n = 0; n < 200; n += 1) walls.push(await timed(() => client.status()));
  const launched = async (program: string, ...words: string[]) =>
    await timed(() => execFileSync(program, words, { stdio: 'pipe' }));
  const cli = (words: string[]) => launched(join(dist, '..', 'bin', 'fleet'), ...words, '--socket', socket);
  const asked = { status: ['status'], queue: ['queue', '--json'], why: ['why', 'product-1'] };
  for (const words of Object.values(asked)) await cli(words);
  const bare: Launch[] = [];
  const clis: Record<string, Launch[]> = Object.fromEntries(Object.keys(asked).map((verb) => [verb, []]));
  const measured = async (launch: () => Promise<number>): Promise<Launch> => {
    const before = childrenCpuSeconds();
    const wallMs = await launch();
    return { wallMs, cpuSeconds: childrenCpuSeconds() - before };
  };
  // in turn, so that what else the machine does meets all
  for (let n = 0; n < 20; n += 1) {
    bare.push(await measured(() => launched(process.execPath, '-e', '0')));
    for (const [verb, words] of Object.entries(asked)) clis[verb]?.push(await measured(() => cli(words)));
  }
  const wallsOf = (launches: Launch[] = []) => launches.map(({ wallMs }) => wallMs);
  const cpu = (launches: Launch[] = []) =>
    (launches.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0) / launches.length) * 1000;
  return [
    atMost(
      'answer from the live view, 50 products, over the socket',
      'absolute',
      quantile(walls, 0.95),
      20,
      'ms',
      `${spread(walls)}; the time inside fleetd is less`,
    ),
    atMost(
      'fleet status against node -e 0, wall, p50',
      'ratio',
      median(wallsOf(clis.status)) / median(wallsOf(bare)),
      1.55,
      '×',
      `${spread(wallsOf(clis.status))}; node -e 0 beside it ${spread(wallsOf(bare))}`,
    ),
    ...Object.keys(asked).map((verb) =>
      atMost(
        `fleet ${verb} against node -e 0, CPU`,
        'ratio',
        cpu(clis[verb]) / cpu(bare),
        1.8,
        '×',
        `${cpu(clis[verb]).toFixed(0)} ms and ${cpu(bare).toFixed(0)} ms`,
      ),
    ),
    atMost('ov started by 220 answers', 'count', lab.calls().length - before, 0, '', ''),
  ];
}
