// An answer from the live view: fleetd is asked, nothing is started.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { atMost, type Figure, quantile, spread, timed } from './figure.ts';
import { dist, openLab } from './lab.ts';
import { childrenCpuSeconds } from './machine.ts';

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
  const cli = () => launched(join(dist, '..', 'bin', 'fleet'), 'status', '--socket', socket);
  await cli();
  const clis: number[] = [];
  const bare: number[] = [];
  const cpu = { cli: 0, bare: 0 };
  // in turn, so that what else the machine does meets both
  for (let n = 0; n < 20; n += 1) {
    const before = childrenCpuSeconds();
    clis.push(await cli());
    const between = childrenCpuSeconds();
    bare.push(await launched(process.execPath, '-e', '0'));
    cpu.cli += between - before;
    cpu.bare += childrenCpuSeconds() - between;
  }
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
      'fleet status, CLI wall',
      'absolute',
      quantile(clis, 0.95),
      150,
      'ms',
      `${spread(clis)}; node -e 0 beside it ${spread(bare)}`,
    ),
    atMost(
      'fleet status against node -e 0, CPU',
      'ratio',
      cpu.cli / cpu.bare,
      5,
      '×',
      `${((cpu.cli / clis.length) * 1000).toFixed(0)} ms and ${((cpu.bare / bare.length) * 1000).toFixed(0)} ms`,
    ),
    atMost('ov started by 220 answers', 'count', lab.calls().length - before, 0, '', ''),
  ];
}
