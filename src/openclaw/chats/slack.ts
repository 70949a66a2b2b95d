import { type ChatSetup, fromEnvironment, openclawVersion } from './chat.ts';

const idOf = (target: string) => (/^[UW][A-Z0-9]+$/.test(target) ? `user:${target}` : `channel:${target}`);

export const slack: ChatSetup = {
  kind: 'slack',
  plugin: `@openclaw/slack@${openclawVersion}`,
  keys: ['SLACK_BOT_TOKEN', 'SLACK_APP_TOKEN'],
  users: { variable: 'SLACK_USERS', id: /^[UW][A-Z0-9]+$/, like: 'U0123ABC' },
  places: { variable: 'SLACK_CHANNELS', id: /^[CG][A-Z0-9]+$/, like: 'C0123ABC' },
  // The plugin reads it itself.
  api: 'SLACK_API_URL',
  config: ({ users, places }) => ({
    enabled: true,
    mode: 'socket',
    botToken: fromEnvironment('SLACK_BOT_TOKEN'),
    appToken: fromEnvironment('SLACK_APP_TOKEN'),
    dmPolicy: 'allowlist',
    allowFrom: users,
    groupPolicy: 'allowlist',
    channels: Object.fromEntries(places.map((place) => [place, { requireMention: true, users }])),
    streaming: { mode: 'off' },
    // What a mention began stays in its thread: its answers, progress, questions and report.
    replyToMode: 'all',
  }),
  placeOf: (target) => ({ to: idOf(target), thread: null }),
  placeOfSession(where, id) {
    // Its ids are of one case, which a session key does not keep.
    const [, at, thread = null] = /^([a-z0-9]+)(?::thread:([\d.]+))?$/i.exec(id) ?? [];
    if (at === undefined) return null;
    return { to: `${where === 'direct' ? 'user' : 'channel'}:${at.toUpperCase()}`, thread };
  },
  pressed: ({ conversationId, threadId, senderId, interaction }) => ({
    place: { to: `channel:${conversationId}`, thread: threadId === undefined ? null : String(threadId) },
    session: `channel:${conversationId.toLowerCase()}${threadId === undefined ? '' : `:thread:${threadId}`}`,
    who: `<@${senderId}>`,
    payload: interaction?.payload ?? '',
  }),
  gone: /channel_not_found|not_in_channel|is_archived|user_not_found|users_not_found|cannot_dm_bot|restricted_action|missing_scope/i,
};
