// What the holder and the watchdog of a workspace's lease stand on: its files, its machine's clock, what lives there. A
// simulation has its own.
import type { Roots } from '../find.ts';
import { now, readLease, upMs, writeLease } from './file.ts';
import { somethingLives } from './living.ts';
import type { Lease, Now } from './state.ts';
import { ensureWatcher, watcherPid } from './watcher.ts';

export interface Ground {
  /** null: there is none */
  read(): Promise<Lease | null>;
  /** @throws FleetError LEASE_NOT_KEPT */
  write(lease: Lease): Promise<void>;
  /** ms of the machine's clock that nobody sets */
  upMs(): number;
  now(): Promise<Now>;
  /** A coordinator, or a process with overstory's mark. */
  somethingLives(): Promise<boolean>;
  isWatched(): Promise<boolean>;
  /** Starts a watchdog where none lives. */
  ensureWatcher(): Promise<void>;
}

export const groundOf = (roots: Roots): Ground => ({
  read: () => readLease(roots.workspaceRoot),
  write: (lease) => writeLease(roots.workspaceRoot, lease),
  upMs,
  now,
  somethingLives: () => somethingLives(roots),
  isWatched: async () => (await watcherPid(roots.workspaceRoot)) !== null,
  ensureWatcher: () => ensureWatcher(roots.workspaceRoot),
});
