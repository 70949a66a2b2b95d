// Where what a session makes begins and ends, in the journal: what came of an objective is shown from there, also when its
// branches are gone. Once each; where it cannot be told, nothing waits for it.
import { FleetError } from '../../../common/errors.ts';
import type { ProductRef } from '../../../contract/runtime/protocol.ts';
import type { SessionRow } from '../../../journal/journal.ts';
import { marked } from '../../../journal/session-facts.ts';
import type { FleetContext } from '../../context.ts';

/** @throws FleetError of class unavailable: to be tried again */
export async function markWork(
  { runtime, journal, log }: FleetContext,
  product: ProductRef,
  session: SessionRow,
  point: 'base' | 'head',
): Promise<void> {
  const { id, objective } = session;
  if (session[`${point}Commit`] !== null) return;
  try {
    const { mark } = await runtime.maintain(product, { kind: 'mark', objective, session: id, point });
    if (mark) journal.record(marked(session, point, mark));
  } catch (thrown) {
    const error = FleetError.wrap(thrown, product.name);
    if (error.class === 'unavailable') throw error;
    log.warn(
      { product: product.name, code: error.code },
      `the ${point} of ${objective} is not known: ${error.message}`,
    );
  }
}
