// What one stream of fleetd holds of a workspace, and whether what it asks for may write.
import type { Hold } from '../../../contract/runtime/hold.ts';
import type { Ground } from './ground.ts';
import { type Holder, leaseState, renewed, requireHeld, stopsWhatRuns } from './state.ts';

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

export function createLeaseHolder(ground: Ground): LeaseHolder {
  /** What this stream holds, or held. */
  let mine: Holder | null = null;
  const sinceMs = ground.upMs();
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
        const [lease, at] = [await ground.read(), await ground.now()];
        if (leaseState(lease, at) === 'over' && (await ground.isWatched()) && (await ground.somethingLives()))
          throw stopsWhatRuns();
        await ground.write(renewed(lease, asked, sinceMs, at));
        // One that was killed is not missed until something lives that it would have to stop.
        if (!(await ground.isWatched()) && (await ground.somethingLives())) await ground.ensureWatcher();
      }),
    giveBack: (asked) =>
      inTurn(async () => {
        const lease = await ground.read();
        if (lease === null) return;
        requireHeld(
          { ...lease, untilMs: Number.POSITIVE_INFINITY },
          { ...asked, sinceMs },
          {
            ms: lease.atMs,
            boot: lease.boot,
          },
        );
        await ground.write({ ...lease, untilMs: null });
      }),
    requireHeld: async () => requireHeld(await ground.read(), mine, await ground.now()),
    async watched(start) {
      if (mine === null) return await start();
      await ground.ensureWatcher();
      try {
        return await start();
      } finally {
        // Before it began there may have been one that was just leaving.
        await ground.ensureWatcher();
      }
    },
  };
}
