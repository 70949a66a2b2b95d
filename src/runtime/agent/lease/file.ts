// Where the lease of a workspace is kept: in a folder of the fleet's own in the workspace, so that it outlives the agent. And
// the clock it goes by.
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { uptime } from 'node:os';
import { dirname, join } from 'node:path';
import { FleetError } from '../../../common/errors.ts';
import { type Lease, leaseSchema, type Now } from './state.ts';

export const fleetFolder = (workspaceRoot: string): string => join(workspaceRoot, '.fleet');
const leaseFile = (workspaceRoot: string): string => join(fleetFolder(workspaceRoot), 'lease.json');

/** On Linux of the clock that goes on while the machine sleeps, and that no program and no time server sets. */
export const upMs = (): number => uptime() * 1_000;

/** Which boot of this machine that clock counts from; '' where it is not told. */
async function bootId(): Promise<string> {
  return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '')).trim();
}
const boot = bootId();

export const now = async (): Promise<Now> => ({ ms: upMs(), boot: await boot });

/** null: there is none. One that cannot be read is none: the next hold writes it anew. */
export async function readLease(workspaceRoot: string): Promise<Lease | null> {
  const text = await readFile(leaseFile(workspaceRoot), 'utf8').catch(() => null);
  if (text === null) return null;
  try {
    return leaseSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** Whole or not at all. @throws FleetError LEASE_NOT_KEPT */
export async function writeLease(workspaceRoot: string, lease: Lease): Promise<void> {
  await keep(leaseFile(workspaceRoot), `${JSON.stringify(lease)}\n`);
}

/** @throws FleetError LEASE_NOT_KEPT */
export async function keep(file: string, text: string): Promise<void> {
  const draft = `${file}.${process.pid}.draft`;
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(draft, text);
    await rename(draft, file);
  } catch (cause) {
    throw new FleetError({
      code: 'LEASE_NOT_KEPT',
      message: `Expected to write ${file}, got ${cause instanceof Error ? cause.message : cause}.`,
      mend: 'See whether the disk of the workspace is full or read-only.',
      cause,
    });
  }
}
