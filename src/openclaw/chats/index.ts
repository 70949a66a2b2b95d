// All chats, in the order in which the gateway tells of them.
import { type ChatKind, chatKinds } from '../../common/chats.ts';
import type { ChatOptions, ChatSetup } from './chat.ts';
import { discord } from './discord.ts';
import { matrix } from './matrix.ts';
import { msteams } from './msteams.ts';
import { slack } from './slack.ts';
import { telegram } from './telegram.ts';
import { whatsapp } from './whatsapp.ts';

export const chatSetups: Record<ChatKind, ChatSetup> = {
  slack,
  discord,
  telegram,
  whatsapp,
  matrix,
  msteams,
};

/** Those that are on, with what for. */
export type ChatsOn = Partial<Record<ChatKind, ChatOptions>>;

export function setupsOf(on: ChatsOn): { setup: ChatSetup; options: ChatOptions }[] {
  return chatKinds.flatMap((kind) => {
    const options = on[kind];
    return options ? [{ setup: chatSetups[kind], options }] : [];
  });
}
