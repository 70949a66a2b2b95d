// Start/stop cycles of the simulator with random faults: whatever goes wrong, nothing may be left alive.
// 20 of them in cycles.test.ts, 200 by `npm run test:cycles`.
import { rmSync } from 'node:fs';
import type { Fault } from '../../src/simulator/faults.ts';
import { createRandom } from '../simulation/random.ts';
import { openRealFleet } from '../support/real-fleet.ts';
import { openSimOv } from '../support/sim-ov.ts';

const faults: readonly [Fault | null, ...(Fault | null)[]] = [
  null,
  { command: 'coordinator start', kind: 'crash-after', text: 'no-pid', times: 1 },
  { command: 'coordinator start', kind: 'fail', text: 'died-during-startup', times: 1 },
  { command: 'coordinator start', kind: 'fail', text: 'duplicate-session', times: 1 },
  { command: 'coordinator stop', kind: 'server-exited', times: 1 },
  { command: 'coordinator stop', kind: 'fail', text: 'db-locked', times: 2 },
  { command: 'coordinator stop', kind: 'garbage', times: 1 },
  { command: 'coordinator send', kind: 'not-nudged', times: 1 },
  { command: 'coordinator', kind: 'die', ms: 300, times: 1 },
  { command: 'coordinator', kind: 'hang-busy', times: 1 },
  { command: 'coordinator', kind: 'logged-out', times: 1 },
  { command: 'worker', kind: 'crash', ms: 50, times: 1 },
  { command: 'worker', kind: 'endless' },
  { command: 'worker', kind: 'leak' },
  { command: 'status', kind: 'fail', text: 'db-locked', times: 3 },
  { command: 'stop', kind: 'fail', text: 'db-locked', times: 1 },
];

export interface Cycles {
  /** how the objectives ended, by state */
  ends: Record<string, number>;
  /** processes and tmux sessions alive at the end: none is right */
  left: string[];
}

/**
 * @param count  cycles, spread over four products
 * @param seed   of the faults and of when each stop comes
 * @param say    called after each cycle
 */
export async function runCycles(count: number, seed: number, say: (line: string) => void): Promise<Cycles> {
  const random = createRandom(seed);
  await using sim = await openSimOv();
  const names = ['ant', 'bee', 'cat', 'dog'].slice(0, Math.min(4, count));
  const roots = new Map<string, string>();
  for (const name of names) roots.set(name, await sim.lab.product(name));
  const ends: Record<string, number> = {};
  const left: string[] = [];
  {
    await using fleet = await openRealFleet({
      channel: sim.channel(),
      workspace: sim.folder,
      products: names,
      tuning: {
        sweepLiveMs: 300,
        screenEveryMs: 200,
        screenConfirmMs: 300,
        hungAfterMs: 60_000,
        askDeafMs: 300,
        askAgainMs: [1_000, 2_000, 4_000],
        stopGraceMs: 500,
        lookAgainMs: 50,
        startRetryMs: [100],
        startPacingMs: 0,
        breakerFailures: 1_000,
      },
    });
    const { commands, loop } = fleet.fleetd.fleet;
    let next = 0;
    async function cycle(name: string, n: number): Promise<void> {
      const root = roots.get(name) ?? '';
      rmSync(`${root}/.overstory/sim/used`, { recursive: true, force: true });
      const fault = random.pick(faults);
      sim.faults(root, fault ? [{ ...fault, id: String(n) }] : []);
      const id = fleet.start(name, 'ship it');
      const stop = setTimeout(
        () => {
          const { state } = commands.objective(id);
          if (state === 'queued' || state === 'starting' || state === 'running')
            commands.cancel(id, null, { via: 'cli', sender: 'cycles', thread: null });
        },
        // Half of them are let run to their own end.
        random.chance(0.5) ? random.between(200, 3_000) : 25_000,
      );
      const { state } = await fleet.reaches(id, 'done', 'failed', 'cancelled');
      clearTimeout(stop);
      ends[state] = (ends[state] ?? 0) + 1;
      say(`${n} ${name}: ${fault ? `${fault.command} ${fault.kind}` : 'no fault'} → ${state}`);
    }
    await Promise.all(
      names.map(async (name) => {
        while (next < count) await cycle(name, ++next);
      }),
    );
    const report = await loop.context.runtime.footprint(
      names.map((name) => ({ name, root: roots.get(name) ?? '' })),
    );
    for (const one of report.products)
      for (const { pid, command } of one.processes) left.push(`${one.product}: ${pid} ${command}`);
  }
  const sessions = (await sim.tmux('list-sessions', '-F', '#{session_name}')).split('\n');
  left.push(...sessions.filter((name) => name !== 'keeper' && name !== ''));
  return { ends, left };
}
