// Marks the operator's mail as read, once it is in the journal.
import type { ProductSnapshot } from '../../contract/runtime/snapshot.ts';
import { type FleetContext, productOf } from '../context.ts';

/** Mails marked read between two looks. */
const atOnce = 50;

/** @param look called when more is left than was marked */
export function createAcknowledging(
  context: Pick<FleetContext, 'registry' | 'runtime' | 'log'>,
  look: (product: string) => void,
): (product: string, snapshot: ProductSnapshot) => void {
  const { runtime, log } = context;
  const busy = new Set<string>();
  // Each is an `ov` of its own, ahead of every look: a flood of mail must not be one of processes.
  return (name, { operatorMail }) => {
    const product = productOf(context, name);
    if (product === null || busy.has(name)) return;
    busy.add(name);
    void (async () => {
      for (const { id } of operatorMail.slice(0, atOnce))
        await runtime.ov(product, 'mail.read', { id }).catch((error) => log.debug({ err: error }, 'ack'));
      busy.delete(name);
      if (operatorMail.length > atOnce) look(name);
    })();
  };
}
