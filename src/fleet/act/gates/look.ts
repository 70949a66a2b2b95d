// What the agent's snapshot does not show of a live product: questions to `orchestrator`, decision gates that
// nobody answered, and mail in the operator's name that the fleet did not send. Looked at now and then.
//
// overstory takes any `--from`: forged mail is found here, after the fact. It cannot be prevented.

import type { Mail } from '../../../contract/runtime/snapshot.ts';
import type { EventData, NewEvent } from '../../../journal/events.ts';
import { gateWithdrawn } from '../../../journal/gates/facts.ts';
import { mailReceived } from '../../../journal/product-facts.ts';
import type { Product } from '../../../registry/registry.ts';
import type { FleetContext } from '../../context.ts';
import { keptMail } from '../../observe/bounded-evidence.ts';
import { questionOf } from './question.ts';

export async function lookForQuestions(context: FleetContext, product: Product): Promise<void> {
  const { runtime, journal } = context;
  const decisions = (await runtime.ov(product, 'mail.list', { type: 'decision_gate' })).messages;
  const orchestrator = (await runtime.ov(product, 'mail.list', { to: 'orchestrator', unread: true }))
    .messages;
  const answered = new Set(decisions.map((mail) => mail.threadId).filter((id) => id !== null));
  const objective = journal.liveSession(product.name)?.objective;
  const events: NewEvent[] = [...decisions.filter((mail) => !answered.has(mail.id)), ...orchestrator]
    .map(keptMail)
    .filter((mail, i, all) => all.findIndex(({ id }) => id === mail.id) === i)
    .filter((mail) => questionOf(mail) !== null && !journal.hasMail(product.name, mail.id))
    .reverse()
    .map((mail) => mailReceived(product.name, objective, mail));
  if (events.length > 0) journal.record(...events);

  // Someone in the product gave the answer: the human need not.
  for (const gate of journal.gates.openGates(product.name)) {
    if (gate.question.mail === null || !answered.has(gate.question.mail)) continue;
    journal.record(gateWithdrawn(gate, 'it was answered inside the product.'));
  }
}

export async function lookForForgedMail(context: FleetContext, product: Product): Promise<void> {
  const { runtime, journal } = context;
  const store = journal.gates;
  const { messages } = await runtime.ov(product, 'mail.list', { from: 'operator' });
  // `ov sling --parent operator` writes the worker's first mail in that name.
  const slung = journal.slung(product.name);
  const isDispatch = ({ to, type }: Mail): boolean => type === 'dispatch' && slung.has(to);
  const counted = store.countedOperatorMail(product.name);
  const own = store.ownOperatorMail(product.name);
  const foreign = messages
    .map(keptMail)
    .filter((mail) => !own.ids.has(mail.id) && !isInFlight(mail, own.inFlight) && !isDispatch(mail));
  const objective = journal.liveSession(product.name)?.objective;
  const note = (text: string, data: EventData['operator-mail.counted']): void =>
    void journal.record({ kind: 'operator-mail.counted', product: product.name, objective, text, data });
  if (counted === null)
    return note(`${product.name} holds ${foreign.length} mails in the operator's name from before.`, {
      origin: 'before',
      ids: foreign.map(({ id }) => id),
      mail: null,
    });
  for (const mail of foreign.filter(({ id }) => !counted.has(id)).reverse())
    note(
      `Somebody sent mail ${mail.id} to ${mail.to} of ${product.name} in your name, and it was not the fleet: "${mail.subject}". If it was not you by hand, an agent forged it: look at what ${mail.to} did with it.`,
      { origin: 'foreign', ids: [mail.id], mail },
    );
}

/** An action whose end is not known yet marks its mail by its id. */
const isInFlight = (mail: Mail, marks: readonly string[]): boolean =>
  marks.some((mark) => mail.subject.includes(mark) || mail.body.includes(mark));
