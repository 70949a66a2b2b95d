// A human's answer to a worker without a coordinator. Its turn is over by then, and it hears nothing any more: another worker,
// on its branch, is given the question and the answer. A reply in the thread shows it answered in overstory's own books.
import { FleetError } from '../../../common/errors.ts';
import { intended, settled } from '../../../journal/action-facts.ts';
import { gateDelivered, gateVerified } from '../../../journal/gates/facts.ts';
import type { GateRow } from '../../../journal/gates/store.ts';
import type { SessionRow } from '../../../journal/journal.ts';
import { stopping } from '../../../journal/session-facts.ts';
import type { Product } from '../../../registry/registry.ts';
import type { FleetContext } from '../../context.ts';
import { directLife } from './life.ts';
import { slingNext } from './sling.ts';
import { finalMailOf, lastWorker, slingsOf } from './workers.ts';

/** What was in the way of the first may have passed by the last. */
const mostTries = 3;

/** @param session of the gate's objective, running */
export async function answerDirect(
  context: FleetContext,
  product: Product,
  gate: GateRow,
  session: SessionRow,
): Promise<void> {
  const { journal } = context;
  const slings = slingsOf(journal, session);
  const last = slings.at(-1);
  if (last === undefined || context.sending.has(last.action.id)) return;
  if (last.told.includes(gate.n) && last.action.state !== 'failed') {
    if (last.action.state === 'done') told(context, gate, last.name);
    return;
  }
  // It would be refused for ever, each time at once: a human is told, and tries the objective again.
  if (
    slings.filter((one) => one.told.includes(gate.n) && one.action.state === 'failed').length >= mostTries
  ) {
    const why = `The answer to gate ${gate.n} could not be given: the next worker did not begin.`;
    journal.record(stopping(session, why, 'failed'));
    context.driveAgain(product.name, 0);
    return;
  }
  const snapshot = context.observations.get(product.name)?.snapshot;
  if (snapshot?.health !== 'ok' || last.action.state === 'intended' || last.action.state === 'uncertain')
    return;
  const worker = lastWorker(slingsOf(journal, session), snapshot);
  const [reported] = finalMailOf(journal, session);
  const reportedMs = reported === undefined ? null : Date.parse(reported.createdAt);
  const life = directLife({ worker, reportedMs, asks: true, nowMs: context.clock.nowMs() });
  // It has gone on without the answer: the session ends with what it made.
  if (life.state !== 'asks') return;
  try {
    await replyInThread(context, product, gate, session);
    if (journal.liveSession(product.name)?.state !== 'running') return;
    if (await slingNext(context, product, session)) context.driveAgain(product.name, 0);
  } catch (thrown) {
    const error = FleetError.wrap(thrown, product.name);
    context.log.warn(
      { product: product.name, code: error.code },
      `the answer to gate ${gate.n} waits: ${error.message}`,
    );
  }
}

function told({ journal }: FleetContext, gate: GateRow, name: string): void {
  const text = `The answer to gate ${gate.n} was given to ${name}, which goes on.`;
  journal.record(
    gateDelivered(gate, text, gate.question.mail),
    gateVerified(gate, `The answer to gate ${gate.n} was heard: ${name} began with it.`),
  );
}

/** Once; for overstory's books only, so that nobody waits for it. */
async function replyInThread(
  { journal, runtime, log }: FleetContext,
  product: Product,
  gate: GateRow,
  session: SessionRow,
): Promise<void> {
  const action = `gate-${gate.n}.${session.id}`;
  const { mail } = gate.question;
  if (mail === null || journal.action(action) !== null || journal.gates.wasAskedBefore(gate, session.id))
    return;
  const { verdict, text } = gate.resolution ?? { verdict: 'answered', text: '' };
  const says = `The answer to gate ${gate.n} on ${product.name}`;
  journal.record(
    intended(session, `${says} is written in its thread.`, {
      action,
      kind: 'gate.answer',
      session: session.id,
      args: { gate: gate.n },
    }),
  );
  try {
    const { id } = await runtime.ov(product, 'mail.reply', {
      id: mail,
      body: `${verdict.toUpperCase()} by the operator [${action}]. ${text}`.trim(),
    });
    journal.record(settled(session, `${says} was sent.`, action, 'done', { result: { id, reply: id } }));
  } catch (thrown) {
    const error = FleetError.wrap(thrown, product.name);
    log.info({ product: product.name, code: error.code }, `no reply in the thread: ${error.message}`);
    journal.record(settled(session, `${says} was not sent.`, action, 'failed', { error }));
  }
}
