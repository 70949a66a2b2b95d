// From the start of fleetd's process until it answers, on a journal that has seen much.
import { join } from 'node:path';
import { systemClock } from '../src/common/clock.ts';
import { openJournal } from '../src/fleet/index.ts';
import { atMost, type Figure, median, shown } from './figure.ts';
import { openLab } from './lab.ts';

const events = 100_000;
const batch = 1_000;

export async function run(): Promise<Figure[]> {
  await using lab = await openLab({ products: 3 });
  const full = join(lab.folder, 'full');
  const journal = openJournal(join(full, 'journal.db'), systemClock);
  for (let n = 0; n < events; n += batch)
    journal.record(
      ...Array.from({ length: batch }, (_, k) => ({
        kind: 'mail.received' as const,
        product: `product-${k % 3}`,
        text: `Mail from coordinator of product-${k % 3}: number ${n + k}`,
        data: {
          mail: {
            id: `m-${n + k}`,
            from: 'coordinator',
            to: 'operator',
            subject: `number ${n + k}`,
            body: 'x'.repeat(300),
            type: 'status',
            priority: 'normal',
            threadId: null,
            payload: null,
            read: true,
            createdAt: new Date().toISOString(),
          },
        },
      })),
    );
  journal.close();
  const ready = async (folder: string) => {
    const times: number[] = [];
    for (let n = 0; n < 5; n += 1) {
      const fleetd = await lab.fleetd({ count: 3, stateDir: folder });
      times.push(fleetd.readyMs);
      await fleetd.close();
    }
    return median(times);
  };
  const empty = await ready(join(lab.folder, 'empty'));
  return [
    atMost(
      `fleetd ready with ${events} events in the journal`,
      'absolute',
      await ready(full),
      2_000,
      'ms',
      'median of 5, spawn to answer',
    ),
    shown('fleetd ready with an empty journal', empty, 'ms', 'the same, for comparison'),
  ];
}
