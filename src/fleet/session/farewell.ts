// Before a pause the coordinator is told, and has a moment to say where it stands: its last word is what the session
// that resumes is given. The wish to tell is a row (`pause-<session>`) from the moment of the pause; it is told at
// most once, and whatever goes wrong here the stop goes on.
import { sleep } from '../../clock.ts';
import { FleetError } from '../../errors.ts';
import { pauseText } from '../../overstory/operator.ts';
import type { Product } from '../../registry/registry.ts';
import type { Mail, ProductSnapshot } from '../../runtime/protocol.ts';
import type { FleetContext } from '../context.ts';
import type { SessionRow } from '../journal.ts';
import { deliver } from './deliver.ts';
import { coordinatorAlive } from './liveness.ts';

export const pauseAction = (session: number): string => `pause-${session}`;

/** @param before  the product before anything is stopped */
export async function tellPause(
  context: FleetContext,
  product: Product,
  session: SessionRow,
  before: ProductSnapshot,
): Promise<void> {
  const { journal, tuning } = context;
  const wish = journal.action(pauseAction(session.id));
  if (wish?.state !== 'intended') return;
  const { number } = wish.args as { number: number };
  // Intended by a fleetd that is no more: sent or not, it is not sent again.
  const first = journal.action(`${session.objective}.${number}`) === null;
  const word =
    first && before.health === 'ok' && coordinatorAlive(before)
      ? await ask(context, product, session, number)
      : null;
  journal.record({
    kind: 'action.settled',
    product: product.name,
    objective: session.objective,
    text: word
      ? `The coordinator of ${product.name} answered the pause.`
      : `The coordinator of ${product.name} said nothing to the pause within ${tuning.pauseWordMs / 1000} s.`,
    data: { action: wish.id, state: 'done', result: { mail: word?.id ?? null }, error: null },
  });
}

async function ask(
  context: FleetContext,
  product: Product,
  session: SessionRow,
  number: number,
): Promise<Mail | null> {
  const { tuning, log } = context;
  const why = session.stopReason ?? 'paused';
  try {
    const text = pauseText(session.objective, number, why, Math.round(tuning.pauseWordMs / 1000));
    const sent = await deliver(context, product, session, { number, ...text, about: null });
    return sent && (await replyTo(context, product.name, sent.id, tuning.pauseWordMs));
  } catch (thrown) {
    const error = FleetError.wrap(thrown, product.name);
    log.info({ product: product.name, code: error.code }, `the pause was not told: ${error.message}`);
    return null;
  }
}

/** Waits for a reply in the thread of one mail. The agent pushes new mail, so only the journal is looked at. */
async function replyTo(
  { journal, clock, tuning }: FleetContext,
  product: string,
  mail: string,
  withinMs: number,
): Promise<Mail | null> {
  const find = () => journal.mail(product, 20).find((one) => one.threadId === mail) ?? null;
  for (let waitedMs = 0; waitedMs < withinMs; waitedMs += tuning.lookAgainMs) {
    const found = find();
    if (found !== null || journal.liveSession(product) === null) return found;
    await sleep(clock, tuning.lookAgainMs);
  }
  return find();
}
