// What could not be done now at a remote or forge, and when it is tried again.
import type { FleetError } from '../../../common/errors.ts';
import { NotYet } from '../../../runtime/deliver/deliverer.ts';
import type { FleetContext } from '../../context.ts';

type Waits = FleetContext['deliveryWaits'];

/**
 * By backoff, or when the forge says that its limit ends.
 * @param firstMs  after the first failure; doubled at each further one, up to mostMs
 */
export function waitLonger(
  waits: Waits,
  key: string,
  error: FleetError,
  nowMs: number,
  { firstMs, mostMs }: { firstMs: number; mostMs: number },
): void {
  const tries = (waits.get(key)?.tries ?? 0) + 1;
  const backoffMs = Math.min(mostMs, firstMs * 2 ** (tries - 1));
  const untilMs = error instanceof NotYet ? error.untilMs : nowMs + backoffMs;
  waits.set(key, { tries, untilMs, error: error.toJSON() });
}
