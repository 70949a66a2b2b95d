// How much may wait at once. A queue has an end so that nobody, a gateway that was taken over least of all, can fill
// the journal's disk with objectives or make every decision slow.
import { FleetError } from '../errors.ts';
import type { ObjectiveRow } from './journal.ts';

/** Twice of what a busy fleet was measured with. */
export const maxQueued = 20_000;
/** Texts of all that wait or run, in characters: each decision reads them. */
export const maxQueuedCharacters = 64 * 1024 * 1024;

const size = (text: string, acceptance: string | null) => text.length + (acceptance?.length ?? 0);

/**
 * @param open queued, starting and running objectives
 * @throws FleetError QUEUE_FULL when one more would be too many, or too long
 */
export function requireRoom(
  open: readonly Pick<ObjectiveRow, 'text' | 'acceptance'>[],
  text: string,
  acceptance: string | null,
): void {
  const characters = open.reduce((sum, one) => sum + size(one.text, one.acceptance), 0);
  if (open.length >= maxQueued) throw full(`at most ${maxQueued} objectives that wait or run`, 'one more');
  if (characters + size(text, acceptance) > maxQueuedCharacters)
    throw full(
      `at most ${maxQueuedCharacters / 1024 ** 2} million characters in objectives that wait or run`,
      'more',
    );
}

function full(expected: string, got: string): FleetError {
  return new FleetError({
    code: 'QUEUE_FULL',
    class: 'refused',
    message: `Expected ${expected}, got ${got}.`,
    mend: 'Cancel what is not wanted any more (`fleet queue`, `fleet cancel <id>`), then ask again. If nobody asked for this much, look into the gateway: docs/security.md.',
  });
}
