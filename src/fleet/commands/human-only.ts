// What only a human may say, whatever the model was told to say.

import { isChatKind } from '../../common/chats.ts';
import { type ErrorCode, FleetError } from '../../common/errors.ts';
import type { Source } from '../../contract/source.ts';
import type { FleetContext } from '../context.ts';
import { answeredByOperatorOnly } from '../decide/waiting-on-human.ts';

/**
 * @param what  ends "only a human …"
 * @param words what the human types for it
 * @throws FleetError HUMAN_ONLY when the model asks
 */
export function humanOnly(source: Source, what: string, words: string): void {
  if (source.via !== 'model') return;
  throw new FleetError({
    code: 'HUMAN_ONLY',
    message: `Expected a human's word, got the model's: only a human ${what}.`,
    mend: `Ask the human to type \`${words}\`.`,
  });
}

/**
 * Who may decide what is a human's to decide: never the model; in chat those whom products.yaml names, where it lets chat.
 * @param asked.what  begins "… by a human only". @param asked.words  what the human types for it
 * @throws FleetError HUMAN_ONLY, NOT_APPROVER, GATE_SURFACE
 */
export function requireApprover(
  context: FleetContext,
  product: string | null,
  asked: { what: string; tell: string; words: string },
  source: Source,
  surface: 'gateway' | 'operator',
): void {
  const refused = (code: ErrorCode, message: string, mend: string) =>
    new FleetError({ code, product, message, mend });
  const dashboard = `Use the dashboard, or \`fleet\` in a terminal of the machine that runs the fleet.`;
  if (source.via === 'model')
    throw refused(
      'HUMAN_ONLY',
      `${asked.what} by a human only, not by the model.`,
      `Tell the human ${asked.tell}; they type \`${asked.words}\`.`,
    );
  if (surface === 'operator') return;
  if (source.via !== 'webchat' && !isChatKind(source.via))
    throw refused(
      'NOT_APPROVER',
      `Expected an answer from WebChat or another chat, got one by ${source.via}.`,
      dashboard,
    );
  if (product !== null && answeredByOperatorOnly(context, product))
    throw refused(
      'GATE_SURFACE',
      `Gates of ${product} are not answered in chat (products.yaml: gates.surface is dashboard).`,
      dashboard,
    );
  const { gateApprovers } = context.registry.current();
  // OpenClaw does not keep the case of an id everywhere.
  const names = [source.via, source.sender ?? '', `${source.via}:${source.sender ?? ''}`].map((name) =>
    name.toLowerCase(),
  );
  if (gateApprovers.length > 0 && !gateApprovers.some((approver) => names.includes(approver.toLowerCase())))
    throw refused(
      'NOT_APPROVER',
      `Expected one of gates.approvers of products.yaml, got ${source.via}:${source.sender ?? 'unknown'}.`,
      'Ask one of them to answer, or add this sender to gates.approvers.',
    );
}
