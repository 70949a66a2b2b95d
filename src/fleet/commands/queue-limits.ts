// How much may wait at once. A queue has an end so that nobody, a gateway that was taken over least of all, can fill
// the journal's disk with objectives or make every decision slow.
import { FleetError } from '../../common/errors.ts';

/** Twice of what a busy fleet was measured with. */
export const maxQueued = 20_000;
/** Texts of all that wait or run: 32 of the longest, 8,000 of a kilobyte. Each decision passes over them. */
export const maxQueuedBytes = 8 * 1024 * 1024;

/** Of an objective's own words. */
export const sizeOf = (text: string, acceptance: string | null): number =>
  Buffer.byteLength(text) + Buffer.byteLength(acceptance ?? '');

/**
 * @param open queued, starting and running objectives
 * @throws FleetError QUEUE_FULL when one more would be too many, or too long
 */
export function requireRoom(
  open: { count: number; bytes: number },
  text: string,
  acceptance: string | null,
): void {
  if (open.count >= maxQueued) throw full(`at most ${maxQueued} objectives that wait or run`, 'one more');
  if (open.bytes + sizeOf(text, acceptance) > maxQueuedBytes)
    throw full(`at most ${maxQueuedBytes / 1024 ** 2} MiB of text in objectives that wait or run`, 'more');
}

function full(expected: string, got: string): FleetError {
  return new FleetError({
    code: 'QUEUE_FULL',
    message: `Expected ${expected}, got ${got}.`,
    mend: 'Cancel what is not wanted any more (`fleet queue`, `fleet cancel <id>`), then ask again. If nobody asked for this much, look into the gateway: docs/security.md.',
  });
}
