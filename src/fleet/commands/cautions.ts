// What the human is told in the answer to a start: that the state of the product's repository would lose or waste the work.
import { type FleetContext, productOf } from '../context.ts';

/** Sentences; none while a session is at work there, whose own traces they would be. */
export async function cautionsOf(context: FleetContext, name: string): Promise<string[]> {
  const { runtime, clock, journal, log, tuning } = context;
  const product = productOf(context, name);
  const link = runtime.link(name).state;
  const session = journal.liveSession(name);
  if (product === null || link !== 'connected' || (session !== null && session.state !== 'starting'))
    return [];
  const asked = runtime.maintain(product, { kind: 'state' }).then(
    ({ left }) => left,
    (error: unknown) => {
      log.info({ product: name, err: error }, 'no look at the state of its repository');
      return [];
    },
  );
  const late = Promise.withResolvers<string[]>();
  const cancel = clock.after(tuning.cautionsMs, () => late.resolve([]));
  const said = await Promise.race([asked, late.promise]);
  cancel();
  return said;
}
