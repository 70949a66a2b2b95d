// Words of a human or the model to the coordinator of a running session.
import type { z } from 'zod';
import { FleetError } from '../../common/errors.ts';
import type { messageReplySchema, messageRequestSchema } from '../../contract/mail.ts';
import type { Product } from '../../registry/registry.ts';
import { mayType } from '../act/may-type.ts';
import { deliver } from '../act/session/deliver.ts';
import type { Driver } from '../context.ts';
import { answeredByOperatorOnly, refuseChatAtGate, refuseModelAtGate } from '../decide/waiting-on-human.ts';
import { acceptText, firstLine } from './accept-text.ts';

/**
 * Sends a message to the coordinator of a running session.
 * @param surface the socket it came by
 * @returns its id; nudged false: it is stored, and its coordinator is asked to read it when its screen is idle
 * @throws FleetError NO_SESSION, DIRECT_HEARS_NOTHING, GATE_OPEN, TEXT_EMPTY, TEXT_TOO_LARGE, SCREEN_TAKES_NO_TEXT
 */
export async function sendMessage(
  loop: Driver,
  product: Product,
  request: z.infer<typeof messageRequestSchema>,
  surface: 'gateway' | 'operator',
): Promise<z.infer<typeof messageReplySchema>> {
  const { context } = loop;
  const { journal } = context;
  const live = journal.liveSession(product.name);
  if (live !== null && live.direct !== null)
    throw new FleetError({
      code: 'DIRECT_HEARS_NOTHING',
      product: product.name,
      message: `Expected a session with a coordinator on ${product.name}, got a ${live.direct} that works alone: during its turn it hears nothing.`,
      mend: `Answer what it asks (\`fleet gates\`), send its work back when it is done (\`fleet rework ${live.objective} …\`), or stop it: \`fleet stop ${product.name}\`.`,
    });
  // First: nothing is waited for between the checks and the moment that the number is taken.
  const runs = journal.liveSession(product.name)?.state === 'running';
  const refused = runs ? (await mayType(context, product)).refused : null;
  refuseModelAtGate(context, product.name, request.source);
  if (surface === 'gateway') refuseChatAtGate(context, product.name);
  const text = acceptText(request.text, product.name);
  const session = journal.liveSession(product.name);
  // Until it has its objective, a message would pass for it.
  const ready = session?.state === 'running' && journal.hasDispatched(session.id);
  if (!session || !ready) {
    throw new FleetError({
      code: 'NO_SESSION',
      product: product.name,
      message: `Expected a running session on ${product.name}, got ${session?.state === 'running' ? 'one that has not been given its objective yet' : (session?.state ?? 'none')}.`,
      mend: `Give it an objective first (\`fleet start ${product.name} …\`), or wait until it runs.`,
    });
  }
  if (refused !== null) throw refused;
  const number = (journal.objective(session.objective)?.messages ?? 0) + 1;
  const id = `${session.objective}.${number}`;
  const stamp =
    request.source.via === 'model'
      ? "[from the fleet's model, not a human; approves nothing]\n"
      : surface === 'gateway' && answeredByOperatorOnly(context, product.name)
        ? '[from chat; approves nothing: approvals here come with a gate’s number]\n'
        : '';
  const delivered = await deliver(context, product, session, {
    number,
    // Its words stay out of the subject: there a stamp would be cut, and "APPROVED" would not.
    subject: `[${id}] ${stamp === '' ? firstLine(text) : 'a message that approves nothing'}`,
    body: `${stamp}${text}`,
    about: 'message',
  });
  if (delivered) return delivered;
  loop.drive(product.name);
  return { id, nudged: false };
}
