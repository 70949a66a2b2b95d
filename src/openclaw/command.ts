// `/fleet …`: the human's own words to the fleet, answered without the model.
import type { FleetClient } from '../client/client.ts';
import { isChatKind } from '../common/chats.ts';
import type { Source } from '../contract/source.ts';
import { runVerb } from '../verbs/index.ts';
import { heardByModel, type Injection } from './heard.ts';
import { failure } from './outcome.ts';
import { forWebChat } from './webchat-length.ts';

/** What is used of OpenClaw's command context. */
export interface CommandContext {
  /** `webchat`, or a kind of chat */
  channel: string;
  senderId?: string;
  sessionKey?: string;
  /** what follows `/fleet` */
  args?: string;
}

/** Who typed it, for the record: OpenClaw has authorised the sender before the handler is called. */
export function commandSource({ channel, senderId, sessionKey }: CommandContext): Source {
  return {
    via: isChatKind(channel) || channel === 'webchat' ? channel : 'api',
    sender: senderId?.slice(0, 200) ?? null,
    thread: sessionKey?.slice(0, 400) ?? null,
  };
}

/**
 * @param connect the client of fleetd; throws a FleetError when no socket is configured
 * @param tell    puts words before the model's next turn; must not throw
 */
export function fleetCommand(connect: () => FleetClient, tell: (injection: Injection) => Promise<void>) {
  return {
    name: 'fleet',
    description: 'The fleet without the model: status, products, start, stop, queue, why, pause, focus, help',
    acceptsArgs: true,
    async handler(context: CommandContext): Promise<{ text: string }> {
      const { args = '', sessionKey } = context;
      const channel = isChatKind(context.channel) ? context.channel : 'webchat';
      const ask = async () =>
        runVerb(args, {
          client: connect(),
          source: commandSource(context),
          surface: 'chat',
          channel,
          now: Date.now,
        });
      const { text } = await ask().catch((error) => ({ text: failure(error, channel) }));
      if (sessionKey) await tell(heardByModel(sessionKey, args, text));
      return { text: channel === 'webchat' ? forWebChat(text, args) : text };
    },
  };
}
