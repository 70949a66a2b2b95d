import { type ChatSetup, fromEnvironment, openclawVersion } from './chat.ts';

export const matrix: ChatSetup = {
  kind: 'matrix',
  plugin: `@openclaw/matrix@${openclawVersion}`,
  keys: ['MATRIX_HOMESERVER', 'MATRIX_ACCESS_TOKEN'],
  users: { variable: 'MATRIX_USERS', id: /^@[^\s:,]{1,200}:[^\s,]{1,200}$/, like: '@ana:example.org' },
  places: { variable: 'MATRIX_ROOMS', id: /^[!#][^\s,]{1,250}$/, like: '!AbC123:example.org' },
  api: 'MATRIX_HOMESERVER',
  config: ({ users, places, api }) => ({
    enabled: true,
    homeserver: fromEnvironment('MATRIX_HOMESERVER'),
    accessToken: fromEnvironment('MATRIX_ACCESS_TOKEN'),
    // Plain http is of one's own network, which OpenClaw would refuse.
    ...(api?.startsWith('http:') && { network: { dangerouslyAllowPrivateNetwork: true } }),
    dm: { policy: 'allowlist', allowFrom: users, sessionScope: 'per-user' },
    groupPolicy: 'allowlist',
    groupAllowFrom: users,
    groups: Object.fromEntries(places.map((place) => [place, { requireMention: true }])),
    // An invitation does not say whether it is to a direct room: those are named too.
    autoJoin: places.length > 0 ? 'allowlist' : 'off',
    autoJoinAllowlist: places,
    threadReplies: 'always',
    replyToMode: 'all',
    streaming: { mode: 'off' },
    // What others say in a room is not read to the model, which would be led by it.
    contextVisibility: 'allowlist',
    // Each would be a turn of the model that nobody asked for.
    joinIntro: false,
    reactionNotifications: 'off',
    startupVerification: 'off',
    // This config is ours: a chat does not write it.
    configWrites: false,
  }),
  placeOf: (target) => ({ to: target.startsWith('@') ? `user:${target}` : `room:${target}`, thread: null }),
  // Ids here have capitals, which a session key does not keep: the session's own record has the place.
  placeOfSession: null,
  pressed: null,
  gone: /M_FORBIDDEN|M_NOT_FOUND|not in room|unknown room/i,
};
