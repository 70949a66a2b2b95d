// Brings one answer to the coordinator, once per session that needs it.
//
// Two mails: a reply in the thread of the question (so that overstory's own books show it answered), which wakes
// nobody, and `coordinator send` with the whole answer, which does. Both carry `[gate-n.s]` (s: the session), the
// id of the action; after a cut-off they are looked for by it before they are sent again. Whether the answer was heard
// is looked after by heard/, which records gate.verified.
//
// Where nobody is left who asked, the objective's next session is told; a failed objective is given that session.
import { FleetError } from '../../../common/errors.ts';
import type { Mail } from '../../../contract/runtime/snapshot.ts';
import { intended, settled } from '../../../journal/action-facts.ts';
import { gateDelivered } from '../../../journal/gates/facts.ts';
import type { GateRow } from '../../../journal/gates/store.ts';
import type { SessionRow } from '../../../journal/journal.ts';
import { requeued } from '../../../journal/objective-facts.ts';
import type { Product } from '../../../registry/registry.ts';
import { type FleetContext, productOf } from '../../context.ts';
import { coordinatorAlive } from '../../observe/reconcile.ts';
import { answerDirect } from '../direct/answer.ts';
import { doubtIsOver } from '../doubt.ts';
import { hearingExpected } from '../heard/awaiting.ts';
import { mayType } from '../may-type.ts';

/** @param sent mail in the operator's name, when it is known already */
export async function deliverAnswer(context: FleetContext, gate: GateRow): Promise<void> {
  const product = productOf(context, gate.product ?? '');
  if (product === null) return;
  const session = context.journal.liveSession(product.name);
  const mine = session !== null && (gate.objective === null || session.objective === gate.objective);
  if (mine && session.direct !== null && session.state === 'running')
    return answerDirect(context, product, gate, session);
  const told = mine && context.journal.action(actionOf(gate, session))?.state === 'done';
  if (gate.delivery === 'sent' && (!mine || told)) return follow(context, product, gate, session);
  if (mine && session.state === 'running' && isHandedOver(context, session))
    return send(context, product, gate, session);
  if (mine && session.state !== 'stopping') return;
  nobodyIsThere(context, product, gate);
}

/** One per session that needs the answer. */
const actionOf = (gate: GateRow, session: SessionRow): string => `gate-${gate.n}.${session.id}`;

/** The objective itself comes first: an answer before it would mean nothing to a new coordinator. */
function isHandedOver({ journal }: FleetContext, session: SessionRow): boolean {
  const inDoubt = journal
    .openActions()
    .some((a) => a.session === session.id && a.kind === 'coordinator.send');
  return journal.hasDispatched(session.id) && !inDoubt;
}

async function send(
  context: FleetContext,
  product: Product,
  gate: GateRow,
  session: SessionRow,
): Promise<void> {
  const { journal, runtime, sending } = context;
  const action = actionOf(gate, session);
  if (sending.has(action)) return;
  const { refused } = await mayType(context, product);
  const live = journal.liveSession(product.name);
  if (refused !== null || live?.id !== session.id || live.state !== 'running' || sending.has(action)) return;
  const known = journal.action(action);
  const recovery = journal.gates.wasAskedBefore(gate, session.id);
  const common = { product: product.name, objective: gate.objective };
  const text = answerText(gate, action, recovery);
  if (known === null)
    journal.record(
      intended(common, `Sending the answer to gate ${gate.n} to the coordinator of ${product.name}.`, {
        action,
        kind: 'gate.answer',
        session: session.id,
        args: { gate: gate.n },
      }),
    );
  sending.add(action);
  try {
    let earlier: Mail[] = [];
    let before: Mail | undefined;
    if (known !== null) {
      earlier = (await runtime.ov(product, 'mail.list', { from: 'operator' })).messages.filter(
        // At the beginning only: further on, a message of the model could hold the mark too.
        (mail) => mail.subject.startsWith(text.mark) || mail.body.startsWith(text.begins),
      );
      before = earlier.find((mail) => mail.subject.startsWith(text.mark));
      // Either of the two may have been cut off; the reply being there says nothing of the other.
      if (before === undefined && !doubtIsOver(context, action)) return;
    }
    const asked = gate.question.mail;
    let reply = earlier.find((mail) => mail !== before)?.id ?? null;
    if (reply === null && before === undefined && asked !== null && !recovery)
      reply = await runtime.ov(product, 'mail.reply', { id: asked, body: text.reply }).then(
        ({ id }) => id,
        (thrown) => {
          const error = FleetError.wrap(thrown);
          // Without the thread the answer still arrives: all of it is in the second mail.
          if (error.class === 'unavailable') throw error;
          context.log.warn(
            { product: product.name, code: error.code },
            `no reply in the thread: ${error.message}`,
          );
          return null;
        },
      );
    const { id, nudged } = before
      ? { ...before, nudged: false }
      : await runtime.ov(product, 'coordinator.send', { subject: text.subject, body: text.body });
    journal.record(
      settled(common, `The answer to gate ${gate.n} was sent.`, action, 'done', { result: { id, reply } }),
      gateDelivered(
        gate,
        recovery
          ? `The session that asked gate ${gate.n} is gone: your answer was given to the new session of ${gate.objective ?? product.name}.`
          : `The answer to gate ${gate.n} was given to the coordinator of ${product.name}.`,
        id,
        recovery,
      ),
      hearing(context, gate, session, id, nudged, recovery),
    );
  } catch (thrown) {
    const error = FleetError.wrap(thrown, product.name);
    context.log.warn(
      { product: product.name, code: error.code },
      `the answer to gate ${gate.n} waits: ${error.message}`,
    );
    if (journal.action(action)?.state === 'intended')
      journal.record(
        settled(
          common,
          `The answer to gate ${gate.n} may have been sent: ${error.message}`,
          action,
          'uncertain',
          { error },
        ),
      );
  } finally {
    sending.delete(action);
  }
}

/** What must be heard of an answer: asked after, and told as unheard, like all that is sent (heard/follow-up.ts). */
function hearing(
  { journal, observations }: FleetContext,
  gate: GateRow,
  session: SessionRow,
  mail: string,
  woke: boolean,
  recovery: boolean,
) {
  const { mail: question } = gate.question;
  return hearingExpected({
    kind: 'answer',
    mark: actionOf(gate, session),
    mail,
    product: session.product,
    objective: gate.objective,
    session: session.id,
    woke,
    thread: question === null ? null : (journal.threadOf(session.product, question) ?? question),
    // A session that has not asked starts workers because of its objective.
    verdict: recovery ? undefined : gate.resolution?.verdict,
    workers: observations.get(session.product)?.snapshot.workers,
  });
}

/** Sent, and not heard yet: by whom else, when its session is gone? */
function follow(context: FleetContext, product: Product, gate: GateRow, session: SessionRow | null): void {
  const { journal } = context;
  const state = journal.objective(gate.objective ?? '')?.state ?? '';
  if (['done', 'cancelled'].includes(state)) {
    lost(context, gate, `${gate.objective} ended before it was heard.`);
    return;
  }
  if (session === null) {
    nobodyIsThere(context, product, gate);
    return;
  }
  // Sent by a fleetd that took read for heard.
  if (gate.answerMail !== null && journal.action(`heard-${actionOf(gate, session)}`) === null)
    journal.record(hearing(context, gate, session, gate.answerMail, true, false));
}

/** No session of the objective: it will have one, is given one, or never will. */
function nobodyIsThere(context: FleetContext, product: Product, gate: GateRow): void {
  const { journal } = context;
  const objective = gate.objective === null ? null : journal.objective(gate.objective);
  if (objective === null) {
    const seen = context.observations.get(product.name)?.snapshot;
    if (seen === undefined || seen.health !== 'ok') return;
    const by = coordinatorAlive(seen) ? 'that was started by hand; answer it there' : 'no coordinator runs';
    lost(context, gate, `the question belongs to no objective of the fleet (${by}).`);
    return;
  }
  if (objective.state === 'done' || objective.state === 'cancelled') {
    lost(context, gate, `${objective.id} is ${objective.state}.`);
    return;
  }
  if (objective.state !== 'failed') return;
  if (gate.resolution?.verdict === 'rejected') {
    lost(
      context,
      gate,
      `${objective.id} has failed meanwhile; \`fleet requeue ${objective.id}\` tries it again.`,
    );
    return;
  }
  const why = `Gate ${gate.n} was answered after its session had ended: a new one is given the answer.`;
  journal.record(requeued({ product: product.name, objective: objective.id }, why));
}

function lost({ journal }: FleetContext, gate: GateRow, why: string): void {
  journal.record(gateDelivered(gate, `Your answer to gate ${gate.n} reached nobody: ${why}`, null));
}

/** What the coordinator reads. Its own words are kept out of the subject's brackets: tags there are addresses. */
function answerText(gate: GateRow, action: string, recovery: boolean) {
  const { verdict, text } = gate.resolution ?? { verdict: 'answered' as const, text: '' };
  const head = { approved: 'APPROVED', rejected: 'REJECTED', answered: 'ANSWER' }[verdict];
  const about = gate.question.subject.replaceAll('[', '(').replaceAll(']', ')').slice(0, 120);
  const said = text === '' ? '' : `\n\n${text}`;
  const { asker, mail } = gate.question;
  const context = [
    `It answers "${about}"`,
    mail === null ? '' : ` (mail ${mail})`,
    recovery
      ? `, asked by the session before yours, which is gone. What it had asked:\n${gate.question.text.slice(0, 4000).replaceAll('[obj-', '(obj-')}`
      : asker === 'coordinator'
        ? '.'
        : `, asked by ${asker}: see that ${asker} gets it.`,
  ].join('');
  const again =
    verdict === 'rejected' && gate.kind === 'plan'
      ? ' A revised plan is a new mail of type question with a subject that starts with PLAN: in a reply to this one it is not seen as a plan.'
      : '';
  const mark = `[${action}]`;
  const begins = `${head} by the operator ${mark}.`;
  return {
    mark,
    begins,
    reply: `${begins}${said}`,
    subject: `${mark} ${head}: ${about}`,
    body: `${head} by the operator (gate ${gate.n}).${said}\n\n${context}${again}`,
  };
}
