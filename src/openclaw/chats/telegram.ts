import { type ChatSetup, fromEnvironment } from './chat.ts';

export const telegram: ChatSetup = {
  kind: 'telegram',
  plugin: null,
  keys: ['TELEGRAM_BOT_TOKEN'],
  users: { variable: 'TELEGRAM_USERS', id: /^[1-9]\d{0,19}$/, like: '123456789' },
  places: { variable: 'TELEGRAM_GROUPS', id: /^-[1-9]\d{0,19}$/, like: '-1001234567890' },
  api: 'TELEGRAM_API_ROOT',
  config: ({ users, places, api }) => ({
    enabled: true,
    botToken: fromEnvironment('TELEGRAM_BOT_TOKEN'),
    dmPolicy: 'allowlist',
    allowFrom: users,
    groupPolicy: 'allowlist',
    groupAllowFrom: users,
    groups: Object.fromEntries(places.map((place) => [place, { requireMention: true }])),
    capabilities: { inlineButtons: 'allowlist' },
    streaming: { mode: 'off' },
    replyToMode: 'all',
    // What others say in a group is not read to the model, which would be led by it.
    contextVisibility: 'allowlist',
    // Each would be a turn of the model that nobody asked for.
    joinIntro: false,
    reactionNotifications: 'off',
    // This config is ours: a chat does not write it.
    configWrites: false,
    // Telegram would fetch what a worker's words link to.
    linkPreview: false,
    ...(api !== null && { apiRoot: api }),
  }),
  placeOf(target) {
    const [to = target, thread = null] = target.split(':topic:');
    return { to, thread };
  },
  placeOfSession(_where, id) {
    const [, to, thread = null] = /^(-?\d+)(?::topic:(\d+))?$/.exec(id) ?? [];
    return to === undefined ? null : { to, thread };
  },
  pressed: ({ conversationId, threadId, isGroup, senderId, senderUsername, callback }) => ({
    place: {
      to: callback?.chatId ?? conversationId,
      thread: threadId === undefined ? null : String(threadId),
    },
    session: `${isGroup ? 'group' : 'direct'}:${conversationId}`,
    who: senderUsername ? `@${senderUsername}` : `${senderId}`,
    payload: callback?.payload ?? '',
  }),
  gone: /chat not found|bot was (?:kicked|blocked)|not a member|user is deactivated|not enough rights|group chat was upgraded|CHAT_WRITE_FORBIDDEN/i,
};
