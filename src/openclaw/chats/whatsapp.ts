import { type ChatSetup, openclawVersion } from './chat.ts';

export const whatsapp: ChatSetup = {
  kind: 'whatsapp',
  plugin: `@openclaw/whatsapp@${openclawVersion}`,
  // A phone is linked by a QR code instead (docs/channels.md).
  keys: [],
  users: { variable: 'WHATSAPP_USERS', id: /^\+[1-9]\d{6,14}$/, like: '+4915112345678' },
  places: { variable: 'WHATSAPP_GROUPS', id: /^[\d-]{5,40}@g\.us$/, like: '120363424282127706@g.us' },
  api: null,
  config: ({ users, places }) => ({
    enabled: true,
    dmPolicy: 'allowlist',
    allowFrom: users,
    groupPolicy: 'allowlist',
    groupAllowFrom: users,
    // Empty would mean any group.
    groups: Object.fromEntries(
      (places.length > 0 ? places : ['none@g.us']).map((place) => [place, { requireMention: true }]),
    ),
    replyToMode: 'all',
    // What others say in a group is not read to the model, which would be led by it.
    contextVisibility: 'allowlist',
    reactionLevel: 'off',
    // This config is ours: a chat does not write it.
    configWrites: false,
  }),
  placeOf: (target) => ({ to: target, thread: null }),
  placeOfSession: (_where, id) => (/^(?:\+\d+|[\d-]+@g\.us)$/.test(id) ? { to: id, thread: null } : null),
  pressed: null,
  gone: /not on whatsapp|item-not-found|forbidden|not-authorized/i,
};
