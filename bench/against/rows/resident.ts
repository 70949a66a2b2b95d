// Memory of fleetd and its agent with 50 products that do nothing.
import { setTimeout as sleep } from 'node:timers/promises';
import { openLab } from '../../lab.ts';
import { cpuSeconds, proportionalMb } from '../../machine.ts';
import { alternate, type Row, ratio } from '../pair.ts';

export const row: Row = {
  title: 'fleetd and agent, 50 products idle: memory and CPU',
  limit:
    'An empty Node is about 45 MB of its own each; code that is compiled, and the last state of each product.',
  async run({ older, ours, quick }) {
    await using before = await openLab({ products: 50, build: older });
    await using after = await openLab({ products: 50, build: ours });
    const fleets = { older: await before.fleetd(), ours: await after.fleetd() };
    const idleMs = quick ? 10_000 : 60_000;
    // Started and looked at once; from here on nothing happens.
    await sleep(idleMs);
    const mbOf = ({ pid, agentPid }: { pid: number; agentPid: number }) =>
      [pid, agentPid].map(proportionalMb);
    const cpuOf = ({ pid, agentPid }: { pid: number; agentPid: number }) =>
      cpuSeconds(pid) + cpuSeconds(agentPid);
    const started = { older: cpuOf(fleets.older), ours: cpuOf(fleets.ours) };
    const memory = await alternate(quick ? 2 : 12, {
      older: async () => {
        await sleep(idleMs / 6);
        return sum(mbOf(fleets.older));
      },
      ours: () => sum(mbOf(fleets.ours)),
    });
    const seconds = ((quick ? 2 : 12) * idleMs) / 6_000;
    const share = (which: 'older' | 'ours') => [((cpuOf(fleets[which]) - started[which]) / seconds) * 100];
    const parts = (which: 'older' | 'ours') =>
      mbOf(fleets[which])
        .map((mb) => mb.toFixed(0))
        .join(' + ');
    return [
      ratio('fleetd and agent, PSS, 50 products idle', memory, 0.65, 'MB', {
        why: `fleetd + agent: ${parts('older')} then, ${parts('ours')} now`,
      }),
      ratio(
        'fleetd and agent, CPU, 50 products idle',
        { older: share('older'), ours: share('ours') },
        1,
        '% of a core',
        {
          digits: 2,
        },
      ),
    ];
  },
};

const sum = (numbers: number[]): number => numbers.reduce((total, each) => total + each, 0);
