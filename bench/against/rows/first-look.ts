// The first look of a fleetd that was restarted, at products that nothing was written in meanwhile.
import { join } from 'node:path';
import { atMost, type Figure } from '../../figure.ts';
import { type Lab, openLab } from '../../lab.ts';
import { childrenCpuSeconds } from '../../machine.ts';
import { alternate, type Row, ratio, type Samples } from '../pair.ts';

export const row: Row = {
  title: 'The first look after a restart of fleetd',
  limit:
    'Its own start and that of its agent, and one `ov --version`. Until every product was looked at; a product at rest in which nothing was written since the last look starts no `ov`.',
  async run({ older, ours, quick }) {
    const products = quick ? 4 : 16;
    await using before = await openLab({ products, build: older });
    await using after = await openLab({ products, build: ours });
    const cpu: Samples = { older: [], ours: [] };
    const started: Samples = { older: [], ours: [] };
    const restart = (which: keyof Samples, lab: Lab) => async () => {
      const calls = lab.calls().length;
      const used = childrenCpuSeconds();
      const began = performance.now();
      const fleetd = await lab.fleetd({ stateDir: join(lab.folder, 'state') });
      const ms = performance.now() - began;
      await lab.quiet(300);
      await fleetd.close();
      cpu[which].push((childrenCpuSeconds() - used) * 1_000);
      started[which].push(lab.calls().slice(calls).filter(isLook).length);
      return ms;
    };
    const [then, now] = [restart('older', before), restart('ours', after)];
    // What it knows from then on.
    for (const once of [then, now]) await once();
    for (const all of [cpu, started]) for (const which of ['older', 'ours'] as const) all[which].pop();
    const walls = await alternate(quick ? 2 : 7, { older: then, ours: now });
    const figures: Figure[] = [
      ratio(`fleetd restarted to all ${products} products looked at`, walls, 0.5, 'ms', { digits: 0 }),
      ratio('the same, CPU of fleetd, its agent and every ov', cpu, 0.5, 'ms', { digits: 0 }),
      atMost(
        'ov status started by it',
        'count',
        Math.max(...started.ours),
        0,
        '',
        `${started.older[0]} then`,
      ),
    ];
    return figures;
  },
};

const isLook = (call: string) => / (status|mail list)\b/.test(call);
