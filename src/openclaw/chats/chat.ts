// What the gateway must know of a chat: its plugin, its variables, its config, and how places in it are named.
import type { ChatKind } from '../../common/chats.ts';

/** Of the gateway: plugins are of its own version, which it checks. */
export const openclawVersion = '2026.9.6';

/** What a chat is turned on with. */
export interface ChatOptions {
  /** ids of those who may talk to the agent and own it; at least one */
  users: string[];
  /** ids of the places in which a mention is answered */
  places: string[];
  /** address of another server that speaks its API; null: its own */
  api: string | null;
}

/** Where a message goes in it, as its outbound adapter takes it. */
export interface ChatPlace {
  to: string;
  /** null: at the top */
  thread: string | null;
}

/** A variable with ids in it. */
export interface Ids {
  variable: string;
  id: RegExp;
  /** an id, for who has to write one */
  like: string;
}

/** What is used of OpenClaw's context of a press of a button; which of them are there differs. */
export interface Press {
  senderId?: string;
  senderUsername?: string;
  conversationId: string;
  threadId?: string | number;
  isGroup?: boolean;
  auth: { isAuthorizedSender: boolean };
  /** one of them, by chat */
  interaction?: { payload: string };
  callback?: { payload: string; chatId: string };
  respond: { reply(message: { text: string; responseType?: 'ephemeral' | 'in_channel' }): Promise<void> };
}

export interface ChatSetup {
  kind: ChatKind;
  /** npm spec of OpenClaw's plugin for it; null: OpenClaw has it */
  plugin: string | null;
  /** absent: the image brings it; false: it comes from npm, which must then be reached */
  inImage?: false;
  /** variables with its keys: off unless all are set. The gateway reads them itself */
  keys: readonly string[];
  users: Ids;
  places: Ids;
  /** variable for ChatOptions.api; null: it has no other server */
  api: string | null;
  /** `channels.<kind>` of openclaw.json */
  config(options: ChatOptions): Record<string, unknown>;
  /** @param target as src/common/chats.ts let it through. @param env of the gateway, for places that are named there */
  placeOf(target: string, env: Record<string, string | undefined>): ChatPlace;
  /**
   * @param where `channel`, `group` or `direct`, of a session key of OpenClaw. @param id all that follows it
   * @returns null: no place
   * Null where a session key does not keep what an id is made of: then the session's own record has the place.
   */
  placeOfSession: ((where: string, id: string) => ChatPlace | null) | null;
  /** null: it has no buttons */
  pressed: ((press: Press) => Pressed) | null;
  /** what it says of a place that will not come back by itself */
  gone: RegExp;
}

export interface Pressed {
  place: ChatPlace;
  /** what follows the kind in the session key of that place */
  session: string;
  /** who, as it mentions people */
  who: string;
  payload: string;
}

/** A value that the gateway reads from its environment when it loads the config. */
export const fromEnvironment = (name: string) => `\${${name}}`;
