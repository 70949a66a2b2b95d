// The chats beside WebChat in which people are reached, by plugins of OpenClaw: what each is called, how a place in it is
// written in products.yaml, and what a command looks like there. How OpenClaw is set up for each: src/openclaw/chats.

export const chatKinds = ['slack', 'discord', 'telegram', 'whatsapp', 'matrix', 'msteams'] as const;
export type ChatKind = (typeof chatKinds)[number];

export interface Chat {
  title: string;
  /** what stands after `<kind>:` in `channels:` of products.yaml */
  target: RegExp;
  /** the same in words, after "Expected …" */
  expected: string;
  /** what stands before a command there */
  program: '/fleet' | '@bot /fleet';
}

export const chats: Record<ChatKind, Chat> = {
  slack: {
    title: 'Slack',
    // Its own limits: a channel name has no spaces or capitals and 80 characters; ids are C, G, U or W….
    target: /^(?:#[^\s\p{Lu}\p{Cc}#:;,.]{1,80}|[CGUW][A-Z0-9]{2,20})$/u,
    expected: 'slack:#channel or slack: and the id of a channel or user',
    // Slack itself swallows a leading slash; a mention of the bot before it brings the command to OpenClaw.
    program: '@bot /fleet',
  },
  discord: {
    title: 'Discord',
    target: /^(?:#[^\s#,]{1,100}|\d{5,20}|user:\d{5,20})$/u,
    expected:
      'discord:#channel as DISCORD_CHANNELS names it, discord: and the id of a channel, or discord:user:<id>',
    // OpenClaw gives its commands to Discord, which offers them after a slash.
    program: '/fleet',
  },
  telegram: {
    title: 'Telegram',
    target: /^(?:-?[1-9]\d{0,19}|-[1-9]\d{0,19}:topic:[1-9]\d{0,9}|@[A-Za-z]\w{3,31})$/u,
    expected:
      'telegram: and the id of a chat or user (telegram:-100123:topic:4 for a topic), or telegram:@channel',
    program: '/fleet',
  },
  whatsapp: {
    title: 'WhatsApp',
    target: /^(?:\+[1-9]\d{6,14}|[\d-]{5,40}@g\.us)$/u,
    expected: 'whatsapp: and a number such as +4915112345678, or the id of a group (…@g.us)',
    program: '/fleet',
  },
  matrix: {
    title: 'Matrix',
    target: /^[!#@][^\s,]{1,250}$/u,
    expected: 'matrix: and a room (!id:server), its alias (#name:server) or a user (@name:server)',
    // Element takes a leading slash for a command of its own.
    program: '@bot /fleet',
  },
  msteams: {
    title: 'Microsoft Teams',
    target:
      /^(?:19:[\w-]{1,120}@thread\.(?:tacv2|v2|skype)|[\da-fA-F]{8}(?:-[\da-fA-F]{4}){3}-[\da-fA-F]{12})$/u,
    expected: 'msteams: and a conversation (19:…@thread.tacv2), or the object id of a user',
    program: '@bot /fleet',
  },
};

/** Where a text is read that is not in a terminal or on a page. */
export type ChannelKind = 'webchat' | ChatKind;

export const isChatKind = (text: string): text is ChatKind => Object.hasOwn(chats, text);

/** One of `channels:` in products.yaml. */
export const channelPattern = new RegExp(
  `^(?:webchat|${chatKinds.map((kind) => `${kind}:(?:${chats[kind].target.source.slice(1, -1)})`).join('|')})$`,
  'u',
);

/** `slack:#dev` → slack, #dev; webchat has no target. */
export function splitChannel(text: string): { kind: string; target: string | null } {
  const colon = text.indexOf(':');
  return colon < 0
    ? { kind: text, target: null }
    : { kind: text.slice(0, colon), target: text.slice(colon + 1) };
}

/** What one of `channels:` is expected to be: of its own chat, where it names one. */
export function expectedChannel(given: unknown): string {
  const kind = typeof given === 'string' ? splitChannel(given).kind : '';
  if (isChatKind(kind)) return chats[kind].expected;
  return `webchat, or one of ${chatKinds.join(', ')} with its place after a colon, such as slack:#channel`;
}
