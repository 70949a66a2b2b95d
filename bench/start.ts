// From an objective accepted to the `ov coordinator start` that it causes, with a free slot.
import { readFileSync, watch } from 'node:fs';
import { atMost, type Figure, quantile, spread } from './figure.ts';
import { openLab } from './lab.ts';

const samples = 24;

export async function run(): Promise<Figure[]> {
  await using lab = await openLab({ products: samples });
  const { client } = await lab.fleetd();
  const source = { via: 'cli', sender: 'bench', thread: null } as const;
  await lab.quiet();
  const walls: number[] = [];
  const before: string[] = [];
  for (const { name, root } of lab.products) {
    const already = lab.calls().length;
    const spawned = Promise.withResolvers<number>();
    const watcher = watch(lab.callsFile, () => {
      if (readFileSync(lab.callsFile, 'utf8').includes(`${root} coordinator start`))
        spawned.resolve(performance.now());
    });
    await client.start({
      product: name,
      text: 'Say hello',
      acceptance: null,
      needs: [],
      source,
      idempotencyKey: null,
    });
    const accepted = performance.now();
    walls.push(Math.max(0, (await spawned.promise) - accepted));
    watcher.close();
    before.push(
      ...lab
        .calls()
        .slice(already)
        .map((call) => call.slice(root.length + 1)),
    );
    before.splice(before.findIndex((words) => words.startsWith('coordinator start')));
    await client.stop(name, { reason: 'measured', source });
    await lab.quiet(800);
  }
  return [
    atMost(
      'objective accepted → ov coordinator start spawned',
      'absolute',
      quantile(walls, 0.95),
      50,
      'ms',
      `${spread(walls)}; before it: ${before.join(', ') || 'no ov'}`,
    ),
  ];
}
