// A status over REST of 50 products, of which some are paused and have work that waits: wall, and CPU of fleetd.
import { atMost, median } from '../../figure.ts';
import { openLab } from '../../lab.ts';
import { cpuSeconds } from '../../machine.ts';
import { ask } from '../../rest.ts';
import { alternate, type Row, ratio } from '../pair.ts';

/** The clock of /proc ticks each 10 ms: a sample is so many. */
const asks = 200;
const source = { via: 'cli', sender: 'bench', thread: null };

export const row: Row = {
  title: 'A status over REST, 50 products',
  limit:
    'The reply is as long as the fleet: it is put together, written as JSON and sent. What is read of the journal is kept until it is written.',
  async run({ older, ours, quick }) {
    await using before = await openLab({ products: 50, build: older });
    await using after = await openLab({ products: 50, build: ours });
    const fleets = { older: await before.fleetd(), ours: await after.fleetd() };
    for (const { socket } of Object.values(fleets)) await layWork(socket);
    const cpu: Record<'older' | 'ours', number[]> = { older: [], ours: [] };
    const sample = (which: 'older' | 'ours') => async () => {
      const { socket, pid } = fleets[which];
      const walls: number[] = [];
      const begun = cpuSeconds(pid);
      for (let n = 0; n < asks; n += 1) {
        const asked = performance.now();
        await ask(socket, 'GET', '/status');
        walls.push(performance.now() - asked);
      }
      cpu[which].push(((cpuSeconds(pid) - begun) / asks) * 1_000);
      return median(walls);
    };
    await sample('older')();
    await sample('ours')();
    for (const samples of Object.values(cpu)) samples.length = 0;
    const walls = await alternate(quick ? 2 : 9, { older: sample('older'), ours: sample('ours') });
    return [
      atMost(
        'status over REST, p50',
        'absolute',
        median(walls.ours),
        2,
        'ms',
        'the asking program beside it',
      ),
      ratio('the same against the older one', walls, 1, 'ms', { digits: 2 }),
      ratio('the same, CPU of fleetd', cpu, 1, 'ms', { digits: 2 }),
    ];
  },
};

async function layWork(socket: string): Promise<void> {
  for (let n = 0; n < 5; n += 1)
    await ask(socket, 'POST', `/products/product-${n}/pause`, { reason: 'bench', source });
  for (let n = 0; n < 20; n += 1)
    await ask(socket, 'POST', '/objectives', {
      product: `product-${n % 5}`,
      text: `objective ${n}`,
      acceptance: null,
      needs: [],
      source,
      idempotencyKey: null,
    });
}
