// When a message that was cut off can be said not to have arrived.
import type { FleetContext } from '../context.ts';

/**
 * Whether the `ov` that may still be sending it has surely ended; true ends the doubt, and the next one starts anew.
 * Timed from when this process first saw the doubt, on a timer: the clock of the wall may jump.
 */
export function doubtIsOver(
  { doubts, clock, tuning }: Pick<FleetContext, 'doubts' | 'clock' | 'tuning'>,
  action: string,
): boolean {
  if (!doubts.has(action)) {
    doubts.set(action, false);
    clock.after(tuning.sendDoubtMs, () => doubts.set(action, true));
  }
  if (doubts.get(action) !== true) return false;
  doubts.delete(action);
  return true;
}
