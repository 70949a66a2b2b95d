// Buttons under a question in a chat: one more way to type the same command, never the only one. A press is run as
// `/fleet approve …` by who pressed it, so it is allowed, refused and recorded like the typed one. OpenClaw says who
// pressed and whether they may command it; the model sees nothing of it.
import type { FleetClient } from '../client/client.ts';
import { type ChatKind, chats } from '../common/chats.ts';
import type { GateView } from '../contract/gates.ts';
import { runVerb } from '../verbs/index.ts';
import type { ChatSetup, Press } from './chats/chat.ts';
import { agentId } from './gateway-config.ts';
import type { Destination } from './places.ts';

export interface Button {
  label: string;
  /** what a press brings back, `<namespace>:<payload>` */
  value: string;
}

const namespace = 'fleet-gate';
/** Of Slack, which takes the shortest: characters of a label. */
const longestLabel = 70;
const mostOptions = 5;

/** The question itself: its number alone is given again after a restore, to another one. */
const marked = ({ n, digest }: GateView): string => `${n}:${digest.slice(0, 12)}`;

/** What is pressed is an answer to what was shown, or to nothing. */
export function buttonsFor(gate: GateView | null): Button[] {
  if (gate?.state !== 'open' || gate.surface === 'dashboard') return [];
  const value = (payload: string) => `${namespace}:${payload}`;
  const options = gate.options.filter((option) => option.trim() !== '' && option.length <= longestLabel);
  if (options.length > 0 && options.length <= mostOptions && options.length === gate.options.length)
    return options.map((label, at) => ({ label, value: value(`option:${marked(gate)}:${at}`) }));
  return [
    { label: 'Approve', value: value(`approve:${marked(gate)}`) },
    { label: 'Reject', value: value(`reject:${marked(gate)}`) },
  ];
}

/**
 * For `api.registerInteractiveHandler`. Always handled: what is not would be handed to the model.
 * @param post says it where the question stands, for all to see
 */
export function gateButtons(
  kind: ChatKind,
  pressed: NonNullable<ChatSetup['pressed']>,
  connect: () => FleetClient,
  post: (to: Destination, text: string) => Promise<void>,
) {
  const again = chats[kind].program;
  return {
    channel: kind,
    namespace,
    async handler(given: unknown): Promise<{ handled: true }> {
      const press = given as Press;
      const { senderId, auth, respond } = press;
      const { place, session, who, payload } = pressed(press);
      const privately = (text: string) => respond.reply({ text, responseType: 'ephemeral' });
      const words = await wordsOf(connect(), payload).catch(() => null);
      if (!auth.isAuthorizedSender || senderId === undefined)
        await privately('You may not answer for the fleet.');
      else if (words === null)
        await privately(`This button no longer answers anything: see \`${again} gates\`.`);
      else {
        const { text, error } = await runVerb(words, {
          client: connect(),
          source: {
            via: kind,
            sender: senderId.toLowerCase(),
            thread: `agent:${agentId}:${kind}:${session}`,
          },
          surface: 'chat',
          channel: kind,
          now: Date.now,
        });
        if (error) await privately(text);
        else await post({ kind, ...place }, `${who}: ${text}`);
      }
      return { handled: true };
    },
  };
}

/** What a press types; null: nothing. */
async function wordsOf(client: FleetClient, payload: string): Promise<string[] | null> {
  const [, verb, mark = '', number = '', at] =
    /^(approve|reject|option):((\d{1,9}):[0-9a-f]{1,12})(?::(\d))?$/.exec(payload) ?? [];
  if (verb === undefined) return null;
  const gate = await client.gate(Number(number));
  if (marked(gate) !== mark) return null;
  if (verb === 'approve') return ['approve', number];
  if (verb === 'reject')
    return ['reject', number, 'Rejected by a button, without a reason: ask what to change.'];
  const option = at === undefined ? undefined : gate.options[Number(at)];
  return option === undefined ? null : ['answer', number, '--', option];
}
