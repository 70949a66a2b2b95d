import { type ChatSetup, fromEnvironment, openclawVersion } from './chat.ts';

/** `112233/445566#dev`: guild, channel, and what products.yaml may call it. */
const place = /^(\d{5,20})\/(\d{5,20})(?:#([^\s#,]{1,100}))?$/u;

/** Of a channel that is named: its id. A name that nobody gave stays one, and Discord refuses it. */
function idOf(target: string, env: Record<string, string | undefined>): string {
  if (!target.startsWith('#')) return target;
  const places = (env.DISCORD_CHANNELS ?? '').split(/[\s,]+/);
  return places.map((one) => place.exec(one)).find((one) => one?.[3] === target.slice(1))?.[2] ?? target;
}

export const discord: ChatSetup = {
  kind: 'discord',
  plugin: `@openclaw/discord@${openclawVersion}`,
  keys: ['DISCORD_BOT_TOKEN'],
  users: { variable: 'DISCORD_USERS', id: /^\d{5,20}$/, like: '123456789012345678' },
  places: { variable: 'DISCORD_CHANNELS', id: place, like: '<server>/<channel>#dev' },
  // The plugin reads it itself.
  api: 'DISCORD_API_URL',
  config: ({ users, places }) => ({
    enabled: true,
    token: fromEnvironment('DISCORD_BOT_TOKEN'),
    dmPolicy: 'allowlist',
    allowFrom: users,
    groupPolicy: 'allowlist',
    guilds: guildsOf(places, users),
    streaming: { mode: 'off' },
    replyToMode: 'all',
    // What others say in a channel is not read to the model, which would be led by it.
    contextVisibility: 'allowlist',
    // Each would be a turn of the model that nobody asked for.
    joinIntro: false,
    // This config is ours: a chat does not write it.
    configWrites: false,
    // A plan may wait for a night; OpenClaw forgets a button after a day at most.
    agentComponents: { enabled: true, ttlMs: 86_400_000 },
    // Default 17: a report would come in pieces.
    maxLinesPerMessage: 200,
    // An answer to a command is for all to see.
    slashCommand: { ephemeral: false },
    voice: { enabled: false },
  }),
  placeOf(target, env) {
    const [kind, id] = target.startsWith('user:')
      ? ['user', target.slice(5)]
      : ['channel', idOf(target, env)];
    return { to: `${kind}:${id}`, thread: null };
  },
  // A thread is a channel of its own.
  placeOfSession: (where, id) =>
    /^\d+$/.test(id) ? { to: `${where === 'direct' ? 'user' : 'channel'}:${id}`, thread: null } : null,
  pressed: ({ conversationId, senderId, interaction }) => ({
    place: { to: conversationId, thread: null },
    session: conversationId.replace(/^user:/, 'direct:'),
    who: `<@${senderId}>`,
    payload: interaction?.payload ?? '',
  }),
  gone: /unknown (?:channel|guild|user)|missing (?:access|permissions)|cannot send messages to this user|not snowflake/i,
};

function guildsOf(places: string[], users: string[]): Record<string, unknown> {
  const guilds: Record<string, { requireMention: true; users: string[]; channels: Record<string, unknown> }> =
    {};
  for (const one of places) {
    const [, guild = '', channel = ''] = place.exec(one) ?? [];
    guilds[guild] ??= { requireMention: true, users, channels: {} };
    guilds[guild].channels[channel] = { enabled: true, requireMention: true, users };
  }
  return guilds;
}
