// From a write into a product's database to the event that fleetd sends out.
import { atMost, type Figure, quantile, spread } from './figure.ts';
import { type Lab, mailOperator, openLab, ovArgv } from './lab.ts';

const changes = 20;

export async function run({ quick }: { quick: boolean }): Promise<Figure[]> {
  const { argv, real } = ovArgv();
  const figures: Figure[] = [];
  {
    await using lab = await openLab({ products: 50 });
    figures.push(await measure(lab, 'simulator', 500, quick ? 8 : changes));
  }
  if (real !== null) {
    await using lab = await openLab({ products: 10, ov: argv });
    figures.push(await measure(lab, 'real ov', 700, quick ? 8 : changes));
  }
  return figures;
}

async function measure(lab: Lab, where: string, limit: number, samples: number): Promise<Figure> {
  const { client } = await lab.fleetd();
  await lab.quiet();
  const stop = new AbortController();
  const heard = new Map<string, number>();
  const wakes = new Map<string, () => void>();
  const listening = (async () => {
    for await (const event of client.events({ signal: stop.signal })) {
      const { mail } = event.data as { mail?: { id: string } };
      if (event.kind !== 'mail.received' || mail === undefined) continue;
      heard.set(mail.id, performance.now());
      wakes.get(mail.id)?.();
    }
  })();
  const walls: number[] = [];
  for (let n = 0; n < samples; n += 1) {
    const product = lab.products[n % lab.products.length];
    if (product === undefined) break;
    const waited = Promise.withResolvers<void>();
    wakes.set(`msg-bench-${n}`, waited.resolve);
    const written = performance.now();
    const id = mailOperator(product, n);
    await waited.promise;
    walls.push((heard.get(id) ?? Number.NaN) - written);
    // fleetd marks it read with an `ov` of its own: that belongs to no sample.
    await lab.quiet(400);
  }
  stop.abort();
  await listening;
  return atMost(
    `change in a database → event out of fleetd: ${where}`,
    'absolute',
    quantile(walls, 0.95),
    limit,
    'ms',
    spread(walls),
  );
}
