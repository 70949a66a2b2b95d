// What the fleet sent for an objective and nobody has read when its session ends. overstory shows a new coordinator
// all unread mail: it would take up what is over, and close the run of its own objective with it.
import { FleetError } from '../../../common/errors.ts';
import type { ProductRef } from '../../../contract/runtime/protocol.ts';
import type { SessionRow } from '../../../journal/journal.ts';
import type { FleetContext } from '../../context.ts';

/**
 * Marks it read. Answers to gates stay: the next session is to have them.
 * @throws FleetError when the product is out of reach
 */
export async function closeUnread(
  { runtime, log }: FleetContext,
  product: ProductRef,
  session: SessionRow,
): Promise<void> {
  try {
    const { messages } = await runtime.ov(product, 'mail.list', { from: 'operator', unread: true });
    for (const mail of messages)
      if (mail.subject.includes(`[${session.objective}.`))
        await runtime.ov(product, 'mail.read', { id: mail.id });
  } catch (thrown) {
    const error = FleetError.wrap(thrown, product.name);
    if (error.class === 'unavailable') throw error;
    log.info({ product: product.name, code: error.code }, `unread mail stays: ${error.message}`);
  }
}
