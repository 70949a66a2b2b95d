// Ends what a stop left alive. A pid alone names nothing (it is used again), so each process must still have
// the start time that fleetd saw, belong to this product, and carry overstory's own mark in its environment:
// a human's shell or editor in the same folder is never touched.
import { setTimeout as sleep } from 'node:timers/promises';
import type { MaintenanceReply } from '../../../contract/runtime/maintenance.ts';
import { attribute } from '../attribution.ts';
import { backToTheirFolder } from '../moved.ts';
import { environmentOf, type ProcessEntry, programOf, readProcesses } from '../processes.ts';
import type { Place } from './place.ts';

/** From SIGTERM to SIGKILL, and then until the kernel has let go. */
const graceMs = 2_000;
const lookMs = 100;

type Known = { pid: number; startTicks: number };

export async function endProcesses(place: Place, asked: Known[]): Promise<MaintenanceReply> {
  const first = await ours(place, asked);
  const done = await Promise.all(first.map(async (entry) => `${entry.pid} ${await programOf(entry)}`));
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    let left = await ours(place, asked);
    for (const { pid } of left) send(pid, signal);
    for (let waited = 0; left.length > 0 && waited < graceMs; waited += lookMs) {
      await sleep(lookMs);
      left = await ours(place, asked);
    }
    if (left.length === 0) break;
  }
  const left = await stillThere(place, asked);
  return {
    done,
    left: await Promise.all(left.map(async (entry) => `${entry.pid} ${await programOf(entry)}`)),
  };
}

async function stillThere({ product, folder, servePids }: Place, asked: Known[]): Promise<ProcessEntry[]> {
  const entries = await backToTheirFolder((await readProcesses()) ?? [], [folder]);
  const owned = attribute(entries, [{ product: product.name, root: folder }], process.pid, servePids());
  return (owned.get(product.name) ?? []).filter((entry) =>
    asked.some(({ pid, startTicks }) => pid === entry.pid && startTicks === entry.startTicks),
  );
}

async function ours(place: Place, asked: Known[]): Promise<ProcessEntry[]> {
  const marked = await Promise.all(
    (await stillThere(place, asked)).map(async (entry) => {
      const environment = await environmentOf(entry.pid);
      return environment.some((one) => /^(OVERSTORY_AGENT_NAME|FLEET_SERVE)=./.test(one)) ? entry : null;
    }),
  );
  return marked.filter((entry) => entry !== null);
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // it has ended by itself
  }
}
