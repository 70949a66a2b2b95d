// The epoch of the fleet: it goes with every renewal of a lease, and a runtime refuses the lower one. A fleetd that takes the
// place of another, on a machine that may still run it, raises it.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../common/clock.ts';

const fileOf = (stateDir: string): string => join(stateDir, 'fleet-epoch');

/** @returns 1 where nobody took over */
export async function fleetEpoch(stateDir: string): Promise<number> {
  const known = Number(await readFile(fileOf(stateDir), 'utf8').catch(() => '1'));
  return Number.isSafeInteger(known) && known >= 1 ? known : 1;
}

/**
 * Raises it above that of every fleetd before, also of one that took over and of which this state folder knows nothing: the
 * seconds of the wall's clock do, and no fleet takes over twice in one.
 * @returns the new one
 */
export async function takeOver(stateDir: string, clock: Pick<Clock, 'nowMs'>): Promise<number> {
  const epoch = Math.max((await fleetEpoch(stateDir)) + 1, Math.floor(clock.nowMs() / 1_000));
  await mkdir(stateDir, { recursive: true });
  await writeFile(fileOf(stateDir), `${epoch}\n`, { mode: 0o600 });
  return epoch;
}
