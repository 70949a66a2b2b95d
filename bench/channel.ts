// The held-open channel: one round trip, and whether a slow call holds up the others.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../src/common/clock.ts';
import { methods } from '../src/contract/runtime/protocol.ts';
import { closed } from '../src/runtime/faults.ts';
import { type Link, openLink } from '../src/runtime/link.ts';
import { engineMissing, startContainer } from './container.ts';
import { atMost, type Figure, notMeasured, quantile, spread, timed } from './figure.ts';
import { type Lab, openLab } from './lab.ts';

const trips = 500;
const together = 100;
/** How long the slow calls take; nobody else may wait for them. */
const slowMs = 1_500;

export async function run(): Promise<Figure[]> {
  const figures: Figure[] = [];
  {
    await using lab = await openLab({ products: 2 });
    figures.push(...(await measure(lab, 'local channel')));
  }
  const missing = await engineMissing();
  if (missing === null) {
    await using lab = await openLab({ products: 2, container: startContainer });
    figures.push(...(await measure(lab, 'docker exec')));
  } else
    figures.push(
      notMeasured({
        name: 'round trip: docker exec',
        kind: 'absolute',
        unit: 'ms',
        limit: 2,
        better: 'less',
        why: missing,
      }),
    );
  return figures;
}

async function measure(lab: Lab, where: string): Promise<Figure[]> {
  const link = await openLink(lab.channel(), systemClock);
  try {
    return await onLink(link, lab, where);
  } finally {
    await link.end(closed());
  }
}

async function onLink(link: Link, lab: Lab, where: string): Promise<Figure[]> {
  const hello = () => link.request(methods.hello, {}, 30_000);
  for (let n = 0; n < 50; n += 1) await hello();
  const walls: number[] = [];
  for (let n = 0; n < trips; n += 1) walls.push(await timed(hello));
  const all: number[] = [];
  await Promise.all(Array.from({ length: together }, async () => all.push(await timed(hello))));

  const [slow] = lab.products;
  if (slow === undefined) throw new Error('Expected a product');
  mkdirSync(join(slow.root, '.overstory/sim'), { recursive: true });
  writeFileSync(
    join(slow.root, '.overstory/sim/faults.json'),
    JSON.stringify([{ command: 'status', kind: 'slow', ms: slowMs }]),
  );
  let slowDone = false;
  const waiting = link.request(methods.snapshot, { product: slow, fresh: true }, 30_000).then(() => {
    slowDone = true;
  });
  let behind = 0;
  await Promise.all(
    Array.from({ length: together }, async () => {
      await hello();
      if (slowDone) behind += 1;
    }),
  );
  await waiting;
  return [
    atMost(`round trip: ${where}`, 'absolute', quantile(walls, 0.95), 2, 'ms', spread(walls)),
    atMost(
      `of ${together} concurrent calls, answered after a slow one: ${where}`,
      'count',
      behind,
      0,
      '',
      `${together} at once without it: ${spread(all)}`,
    ),
  ];
}
