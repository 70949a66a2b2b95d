// Sends one message to a product's coordinator, once.
//
// The message's id `obj-n.m` stands in its subject, because `ov` takes no client id. Intent first; then the
// effect; when the link breaks in between, the doubt is settled by looking for the id in the mail that
// operator sent. Absent, it counts as not sent only after `sendDoubtMs`, because the cut-off `ov` may live on.
import { FleetError } from '../../../common/errors.ts';
import { intended, settled } from '../../../journal/action-facts.ts';
import type { NewEvent } from '../../../journal/events.ts';
import type { ActionRow, ObjectiveRow, SessionRow } from '../../../journal/journal.ts';
import { type Dispatch, dispatchText } from '../../../overstory/dispatch.ts';
import type { Product } from '../../../registry/registry.ts';
import { type FleetContext, mayHaveHappened } from '../../context.ts';
import { doubtIsOver } from '../doubt.ts';
import { hearingExpected } from '../heard/awaiting.ts';
import { markWork } from './mark.ts';

export interface Delivered {
  id: string;
  nudged: boolean;
}

/** The first message of a session: the objective itself. Returns false when it must be driven again later. */
export async function deliverObjective(
  context: FleetContext,
  product: Product,
  session: SessionRow,
  objective: ObjectiveRow,
): Promise<boolean> {
  const specPath = await writeLongText(context, product, objective);
  const base = await baseOf(context, product);
  await markWork(context, product, session, 'base');
  // Read now: while something was waited for, a message may have taken the number.
  const number = (context.journal.objective(objective.id) ?? objective).messages + 1;
  const { subject, body } = dispatchText({
    objectiveId: objective.id,
    messageNumber: number,
    text: objective.text,
    acceptance: objective.acceptance,
    source: objective.source,
    workerBudget: product.caps.maxWorkers ?? context.registry.current().scheduling.maxWorkersPerSession,
    planApproval: product.planApproval,
    paths: product.paths,
    specPath,
    resume: standing(context, objective),
    base,
  });
  return (await deliver(context, product, session, { number, subject, body, about: 'objective' })) !== null;
}

/** What a mail is about, and so what shows that it was heard; null: nobody waits for that. */
type About = 'objective' | 'message' | null;

/**
 * Journals and sends. Null: the runtime is out of reach and the message is in doubt; `settleDoubt` ends it.
 * @throws FleetError when it was surely not sent
 */
export async function deliver(
  context: FleetContext,
  product: Product,
  session: SessionRow,
  message: { number: number; subject: string; body: string; about: About },
): Promise<Delivered | null> {
  const action = `${session.objective}.${message.number}`;
  context.journal.record(
    intended(session, `Sending ${action} to the coordinator of ${product.name}.`, {
      action,
      kind: 'coordinator.send',
      session: session.id,
      args: { subject: message.subject, body: message.body, about: message.about },
    }),
  );
  return send(context, product, { action, session: session.id, objective: session.objective, ...message });
}

async function send(
  context: FleetContext,
  product: Product,
  message: {
    action: string;
    session: number | null;
    objective: string | null;
    subject: string;
    body: string;
    about: About;
  },
): Promise<Delivered | null> {
  const { action, session, objective, subject, body, about } = message;
  context.sending.add(action);
  try {
    const reply = await context.runtime.ov(product, 'coordinator.send', { subject, body });
    arrived(context, { action, product: product.name, objective, session, about }, reply);
    return { id: reply.id, nudged: reply.nudged };
  } catch (thrown) {
    const error = FleetError.wrap(thrown, product.name);
    const doubt = mayHaveHappened(error.code);
    context.journal.record(
      sent(product.name, action, objective, doubt ? 'uncertain' : 'failed', null, error),
    );
    if (doubt) return null;
    throw error;
  } finally {
    context.sending.delete(action);
  }
}

/**
 * Ends a doubt about one message. True: it is settled (it arrived, or was sent now). False: not yet.
 * @throws FleetError when it was surely not sent and cannot be sent now
 */
export async function settleDoubt(
  context: FleetContext,
  product: Product,
  action: ActionRow,
): Promise<boolean> {
  const sent = await context.runtime.ov(product, 'mail.list', { from: 'operator' });
  const {
    subject,
    body,
    about = 'message',
  } = action.args as { subject: string; body: string; about?: About };
  const found = sent.messages.find((m) => m.subject.includes(`[${action.id}]`));
  if (found) {
    // Whether it woke anybody went with the answer: that it is read by now does not say so.
    arrived(context, { ...action, action: action.id, about }, { id: found.id, nudged: false });
    return true;
  }
  if (!doubtIsOver(context, action.id)) return false;
  return (await send(context, product, { ...action, action: action.id, subject, body, about })) !== null;
}

/** It was sent, and it is to be heard: one fact. */
function arrived(
  context: FleetContext,
  message: {
    action: string;
    product: string;
    objective: string | null;
    session: number | null;
    about: About;
  },
  { id, nudged }: Delivered,
): void {
  const { action: mark, product, objective, session, about } = message;
  const events = [sent(product, mark, objective, 'done', { id, nudged }, null)];
  if (about !== null)
    events.push(
      hearingExpected({
        kind: about,
        mark,
        mail: id,
        product,
        objective,
        session,
        woke: nudged,
        workers: context.observations.get(product)?.snapshot.workers,
      }),
    );
  context.journal.record(...events);
  if (about !== null) context.driveAgain(product, context.tuning.askDeafMs);
}

function sent(
  product: string,
  action: string,
  objective: string | null,
  state: 'done' | 'failed' | 'uncertain',
  result: Record<string, unknown> | null,
  error: FleetError | null,
): NewEvent {
  const said = { done: 'was sent', failed: 'was not sent', uncertain: 'may have been sent' }[state];
  const text = `${action} ${said}${error ? `: ${error.message}` : '.'}`;
  return settled({ product, objective }, text, action, state, { result, error });
}

/** What must be merged first; null: nothing, or it cannot be told, which is no reason not to begin. */
async function baseOf({ runtime, log }: FleetContext, product: Product): Promise<string | null> {
  if (product.checkout === 'in-place' || (product.source ?? product.repo) === null) return null;
  try {
    return (await runtime.maintain(product, { kind: 'base' })).left[0] ?? null;
  } catch (thrown) {
    const error = FleetError.wrap(thrown, product.name);
    if (error.class === 'unavailable') throw error;
    log.warn({ product: product.name, code: error.code }, `no look at its base: ${error.message}`);
    return null;
  }
}

/** Where an earlier session of this objective left off; null: there was none. */
function standing(context: FleetContext, objective: ObjectiveRow): Dispatch['resume'] {
  const before = context.journal.lastEnded(objective.id);
  if (before === null) return null;
  const last = context.journal
    .mail(objective.product, 50)
    .find((mail) => mail.from === 'coordinator' && Date.parse(mail.createdAt) >= before.startingAtMs);
  return {
    why: before.why,
    branches: before.leftovers.flatMap((one) => /^branch (.+)$/.exec(one)?.[1] ?? []),
    lastWord: last ? `${last.subject}\n${last.body}` : null,
  };
}

/** Path of the spec that holds a text too long for one argument; null when it fits. */
async function writeLongText(
  context: FleetContext,
  product: Product,
  objective: ObjectiveRow,
): Promise<string | null> {
  if (Buffer.byteLength(objective.text) <= context.tuning.longBodyBytes) return null;
  const { path } = await context.runtime.ov(product, 'spec.write', {
    taskId: objective.id,
    body: objective.text,
  });
  return path;
}
