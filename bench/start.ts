// From an objective accepted to the `ov coordinator start` that it causes, with a free slot.
import { readFileSync, watch } from 'node:fs';
import type { ProductRef } from '../src/contract/runtime/protocol.ts';
import { atMost, type Figure, quantile, spread } from './figure.ts';
import { openLab } from './lab.ts';

const samples = 24;

const source = { via: 'cli', sender: 'bench', thread: null } as const;
/** As many as may run at once: none waits for a slot. */
const inARow = 8;

export async function run(): Promise<Figure[]> {
  await using lab = await openLab({ products: samples });
  const { client } = await lab.fleetd();
  await lab.quiet();
  const give = async (product: string) => {
    await client.start({
      product,
      text: 'Say hello',
      acceptance: null,
      needs: [],
      source,
      idempotencyKey: null,
    });
    return performance.now();
  };
  /** When its `ov coordinator start` is spawned. */
  const spawned = ({ root }: ProductRef): { at: Promise<number>; close(): void } => {
    const { promise, resolve } = Promise.withResolvers<number>();
    const watcher = watch(lab.callsFile, () => {
      if (readFileSync(lab.callsFile, 'utf8').includes(`${root} coordinator start`))
        resolve(performance.now());
    });
    return { at: promise, close: () => watcher.close() };
  };
  const end = async (products: readonly ProductRef[]) => {
    for (const { name } of products) await client.stop(name, { reason: 'measured', source });
    await lab.quiet(800);
  };
  const alone = lab.products.slice(inARow);
  const walls: number[] = [];
  const before: string[] = [];
  for (const product of alone) {
    const already = lab.calls().length;
    const start = spawned(product);
    const accepted = await give(product.name);
    walls.push(Math.max(0, (await start.at) - accepted));
    start.close();
    before.push(
      ...lab
        .calls()
        .slice(already)
        .map((call) => call.slice(product.root.length + 1)),
    );
    before.splice(before.findIndex((words) => words.startsWith('coordinator start')));
    await end([product]);
  }
  const together = lab.products.slice(0, inARow);
  const starts = together.map(spawned);
  const accepted: number[] = [];
  for (const { name } of together) accepted.push(await give(name));
  const row = (await Promise.all(starts.map(({ at }) => at))).map(
    (at, n) => at - (accepted[n] ?? Number.NaN),
  );
  for (const start of starts) start.close();
  await end(together);
  return [
    atMost(
      'objective accepted → ov coordinator start spawned',
      'absolute',
      quantile(walls, 0.95),
      40,
      'ms',
      `${spread(walls)}; before it: ${before.join(', ') || 'no ov'}`,
    ),
    atMost(
      `the same, ${inARow} in a row without waiting, p50, against one alone`,
      'ratio',
      quantile(row, 0.5) / quantile(walls, 0.5),
      2,
      '×',
      spread(row),
    ),
    atMost(
      'the same, p95',
      'ratio',
      quantile(row, 0.95) / quantile(walls, 0.95),
      2,
      '×',
      `alone ${spread(walls)}`,
    ),
  ];
}
