// What one stream of fleetd holds of a workspace, and whether what it asks for may write.
import type { Hold } from '../../../contract/runtime/hold.ts';
import type { Roots } from '../find.ts';
import { now, readLease, upMs, writeLease } from './file.ts';
import { somethingLives } from './living.ts';
import { type Holder, renewed, requireHeld } from './state.ts';
import { ensureWatcher, watcherPid } from './watcher.ts';

export interface LeaseHolder {
  /** @throws FleetError EPOCH_OLD, LEASE_OF_ANOTHER, LEASE_OVER, LEASE_NOT_KEPT */
  hold(asked: Hold): Promise<void>;
  /** The workspace is held by nobody: what runs goes on. @throws as hold() */
  giveBack(asked: Pick<Hold, 'fleet' | 'epoch'>): Promise<void>;
  /** @throws FleetError LEASE_OVER, LEASE_OF_ANOTHER, EPOCH_OLD: nothing may be started or written */
  requireHeld(): Promise<void>;
  /** Runs what starts a coordinator, with the watchdog beside it where there is a lease. */
  watched<T>(start: () => Promise<T>): Promise<T>;
}

export function createLeaseHolder(roots: Roots): LeaseHolder {
  const { workspaceRoot } = roots;
  /** What this stream holds, or held. */
  let mine: Holder | null = null;
  const sinceMs = upMs();
  /** One after the other: each reads what the one before has written. */
  let last: Promise<unknown> = Promise.resolve();
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = last.then(work);
    last = turn.catch(() => {});
    return turn;
  }

  return {
    hold: (asked) =>
      inTurn(async () => {
        mine = { fleet: asked.fleet, epoch: asked.epoch, sinceMs };
        await writeLease(workspaceRoot, renewed(await readLease(workspaceRoot), asked, sinceMs, await now()));
        // One that was killed is not missed until something lives that it would have to stop.
        if ((await watcherPid(workspaceRoot)) === null && (await somethingLives(roots)))
          await ensureWatcher(workspaceRoot);
      }),
    giveBack: (asked) =>
      inTurn(async () => {
        const lease = await readLease(workspaceRoot);
        if (lease === null) return;
        requireHeld(
          { ...lease, untilMs: Number.POSITIVE_INFINITY },
          { ...asked, sinceMs },
          {
            ms: lease.atMs,
            boot: lease.boot,
          },
        );
        await writeLease(workspaceRoot, { ...lease, untilMs: null });
      }),
    requireHeld: async () => requireHeld(await readLease(workspaceRoot), mine, await now()),
    async watched(start) {
      if (mine === null) return await start();
      await ensureWatcher(workspaceRoot);
      try {
        return await start();
      } finally {
        // Before it began there may have been one that was just leaving.
        await ensureWatcher(workspaceRoot);
      }
    },
  };
}
