// The lease of a workspace, as a pure model: who holds it, until when, and who may write. All moments are ms of this
// machine's own clock since its boot (file.ts), which nobody sets.
//
//   held ── untilMs ──► lapsed: nothing new starts ── secondMs more ──► over: what runs is stopped (watch.ts)
//
// A moment is never taken from another machine: fleetd says the end by the clock that hello told it, so that a renewal that
// was long on its way gives no more time than fleetd counts with.
import { z } from 'zod';
import { FleetError } from '../../../common/errors.ts';
import type { Hold } from '../../../contract/runtime/hold.ts';

export const leaseSchema = z.object({
  /** who holds it */
  fleet: z.string(),
  /** what that fleet calls this runtime */
  runtime: z.string(),
  /** of the fleet: one that has taken over has a higher one */
  epoch: z.number(),
  /** when the agent began that was asked to hold it: a later one takes it over */
  sinceMs: z.number(),
  /** of the boot of this machine that the moments belong to */
  boot: z.string(),
  /** when it was written */
  atMs: z.number(),
  /** null: it was given back, and who held it may not write until it holds it again */
  untilMs: z.number().nullable(),
  /** from then on, until what runs is stopped */
  secondMs: z.number(),
});
export type Lease = z.infer<typeof leaseSchema>;

/** This machine's moment. */
export interface Now {
  ms: number;
  boot: string;
}

/** What one stream asked for, or asks for now; sinceMs: when its agent began. */
export type Holder = Pick<Hold, 'fleet' | 'epoch'> & { sinceMs: number };

export type LeaseState = 'none' | 'held' | 'lapsed' | 'over';

/** After a boot, or where the clock went back (a container of another life), nothing of before it runs: it is over. */
export function leaseState(lease: Lease | null, now: Now): LeaseState {
  if (lease === null || lease.untilMs === null) return 'none';
  if (lease.boot !== now.boot || now.ms < lease.atMs) return 'over';
  if (now.ms < lease.untilMs) return 'held';
  return now.ms < lease.untilMs + lease.secondMs ? 'lapsed' : 'over';
}

/** A stream that fleetd has given up may still bring what was on its way: a later one has taken its place. */
const isReplaced = (lease: Lease, by: Holder): boolean =>
  lease.fleet === by.fleet && lease.epoch === by.epoch && lease.sinceMs > by.sinceMs;

/**
 * The lease as it stands after this hold. @param sinceMs  when the agent began that is asked
 * @throws FleetError EPOCH_OLD: this fleet has been taken over; LEASE_OF_ANOTHER: another fleet's has not ended; LEASE_OVER:
 *   the hold came too late
 */
export function renewed(lease: Lease | null, hold: Hold, sinceMs: number, now: Now): Lease {
  const state = leaseState(lease, now);
  const same = lease?.fleet === hold.fleet;
  if (lease !== null && !same && (state === 'held' || state === 'lapsed')) throw ofAnother(lease);
  if (lease !== null && same && hold.epoch < lease.epoch) throw epochOld(lease, hold.epoch);
  if (lease !== null && state === 'held' && isReplaced(lease, { ...hold, sinceMs }))
    throw over('a later stream of the same fleet');
  if (hold.untilMs <= now.ms) throw over('a renewal that came after its end');
  // Of one holder's the later end counts: two that were sent may come in either order.
  const earlier = same && state === 'held' && hold.epoch === lease?.epoch ? lease.untilMs : null;
  const { fleet, runtime, epoch, secondMs } = hold;
  return {
    ...{ fleet, runtime, epoch, secondMs, sinceMs, boot: now.boot, atMs: now.ms },
    untilMs: Math.max(hold.untilMs, earlier ?? 0),
  };
}

/** Whether what one stream asks for may write. @param mine  what that stream holds; null: it has never asked to */
export function requireHeld(lease: Lease | null, mine: Holder | null, now: Now): void {
  const state = leaseState(lease, now);
  if (mine === null) {
    // Only a fleet that has this runtime for its one and only does not ask: as if there were no leases.
    if (lease !== null && (state === 'held' || state === 'lapsed')) throw ofAnother(lease);
    return;
  }
  if (lease === null) throw over('none');
  if (lease.fleet !== mine.fleet) throw ofAnother(lease);
  if (lease.epoch > mine.epoch) throw epochOld(lease, mine.epoch);
  if (isReplaced(lease, mine)) throw over('a later stream of the same fleet');
  if (state !== 'held') throw over(state === 'none' ? 'one that was given back' : 'one that has ended');
}

const over = (got: string) =>
  new FleetError({
    code: 'LEASE_OVER',
    message: `Expected a lease of this runtime that holds, got ${got}.`,
    mend: 'Nothing was done. fleetd renews it by itself as long as it reaches the runtime.',
  });

/** A renewal now would come between the watchdog and what it ends: it is for a moment, and then nothing runs. */
export const stopsWhatRuns = () => over('one whose work is being stopped');

const ofAnother = ({ fleet, runtime }: Lease) =>
  new FleetError({
    code: 'LEASE_OF_ANOTHER',
    message: `Expected this runtime to be free, got the lease of the fleet ${fleet.slice(0, 64)}, which calls it ${runtime.slice(0, 64)}.`,
    mend: 'Take it out of the products.yaml of one of the two; the lease of a fleet that is no more ends by itself.',
  });

const epochOld = (lease: Lease, got: number) =>
  new FleetError({
    code: 'EPOCH_OLD',
    message: `Expected epoch ${lease.epoch} of the fleet ${lease.fleet.slice(0, 64)}, got the older ${got}.`,
    mend: 'Another fleetd has taken over: stop this one.',
  });
