// A fleet in which nothing happens: what fleetd and its agent use, and what they start.
import { setTimeout as sleep } from 'node:timers/promises';
import { atMost, type Figure } from './figure.ts';
import { openLab } from './lab.ts';
import { cpuSeconds } from './machine.ts';

export async function run({ quick }: { quick: boolean }): Promise<Figure[]> {
  const seconds = quick ? 20 : 60;
  await using lab = await openLab({ products: 50 });
  const { pid, agentPid } = await lab.fleetd();
  await lab.quiet(2_000);
  const before = { calls: lab.calls().length, fleetd: cpuSeconds(pid), agent: cpuSeconds(agentPid) };
  await sleep(seconds * 1000);
  const percent = (used: number) => (used / seconds) * 100;
  const [fleetd, agent] = [cpuSeconds(pid) - before.fleetd, cpuSeconds(agentPid) - before.agent];
  const started = lab.calls().length - before.calls;
  return [
    atMost(
      'idle fleet of 50: CPU of fleetd and agent',
      'absolute',
      percent(fleetd + agent),
      1,
      '%',
      `of one core over ${seconds} s; fleetd ${percent(fleetd).toFixed(2)}, agent ${percent(agent).toFixed(2)}`,
    ),
    atMost(
      'idle fleet of 50: ov processes started',
      'count',
      (started / seconds) * 60,
      0,
      '/min',
      `${started} in ${seconds} s`,
    ),
  ];
}
