// Before a pause the coordinator is told, and has a moment to say where it stands: its last word is what the session
// that resumes is given. The wish to tell is a row (`pause-<session>`) from the moment of the pause; it is told at
// most once, and whatever goes wrong here the stop goes on.
import { sleep } from '../../../common/clock.ts';
import { FleetError } from '../../../common/errors.ts';
import type { Mail, ProductSnapshot } from '../../../contract/runtime/snapshot.ts';
import { settled } from '../../../journal/action-facts.ts';
import type { SessionRow } from '../../../journal/journal.ts';
import { pauseText } from '../../../overstory/operator.ts';
import type { Product } from '../../../registry/registry.ts';
import type { FleetContext } from '../../context.ts';
import { coordinatorAlive } from '../../observe/liveness.ts';
import { typeAsk } from '../heard/follow-up.ts';
import { mayType } from '../may-type.ts';
import { deliver } from './deliver.ts';

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
  const answer =
    first && before.health === 'ok' && coordinatorAlive(before)
      ? await ask(context, product, session, number, before)
      : silence;
  const became = answer.word
    ? 'answered the pause.'
    : answer.deaf
      ? 'did not hear the pause: it is stopped in the middle of its turn.'
      : `said nothing to the pause within ${tuning.pauseWordMs / 1000} s.`;
  journal.record(
    settled(session, `The coordinator of ${product.name} ${became}`, wish.id, 'done', {
      result: { mail: answer.word?.id ?? null, deaf: answer.deaf },
    }),
  );
}

/** deaf: its turn went on all the while, and what is typed or mailed during a turn is not heard. */
interface Answer {
  word: Mail | null;
  deaf: boolean;
}
const silence: Answer = { word: null, deaf: false };

async function ask(
  context: FleetContext,
  product: Product,
  session: SessionRow,
  number: number,
  { workers }: ProductSnapshot,
): Promise<Answer> {
  const { tuning, log } = context;
  const why = session.stopReason ?? 'paused';
  try {
    const text = pauseText(session.objective, number, why, Math.round(tuning.pauseWordMs / 1000));
    if ((await mayType(context, product)).refused !== null) return silence;
    const sent = await deliver(context, product, session, { number, ...text, about: null });
    if (sent === null) return silence;
    if (sent.nudged)
      return { word: await replyTo(context, product.name, sent.id, tuning.pauseWordMs), deaf: false };
    // In its turn it hears nothing. A worker's turn may last for an hour, and its coordinator's call waits for it.
    const atWork = workers.some(({ state }) => ['booting', 'working', 'in_turn'].includes(state));
    const limitMs = atWork ? tuning.pauseDeafMs : tuning.pauseWordMs;
    const idleAfterMs = await idleWithin(context, product, session, limitMs);
    if (idleAfterMs === null) return { word: null, deaf: true };
    const mark = `${session.objective}.${number}`;
    await typeAsk(context, product, session, [
      { mail: sent.id, mark, from: null, action: { id: pauseAction(session.id) } },
    ]);
    const leftMs = tuning.pauseWordMs - idleAfterMs;
    return { word: await replyTo(context, product.name, sent.id, leftMs), deaf: false };
  } catch (thrown) {
    const error = FleetError.wrap(thrown, product.name);
    log.info({ product: product.name, code: error.code }, `the pause was not told: ${error.message}`);
    return silence;
  }
}

/** Waits until its screen is idle. Returns after how many ms; null: it was not, within that time. */
async function idleWithin(
  context: FleetContext,
  product: Product,
  session: SessionRow,
  withinMs: number,
): Promise<number | null> {
  const { journal, clock, tuning } = context;
  const everyMs = 4 * tuning.lookAgainMs;
  for (let waitedMs = 0; waitedMs < withinMs; waitedMs += everyMs) {
    const { refused, screen } = await mayType(context, product);
    if (refused === null && screen?.state === 'idle') return waitedMs;
    if (journal.liveSession(product.name)?.id !== session.id) return null;
    await sleep(clock, everyMs);
  }
  return null;
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
