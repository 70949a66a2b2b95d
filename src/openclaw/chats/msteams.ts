import { type ChatSetup, fromEnvironment } from './chat.ts';

const thread = String.raw`19:[\w-]{1,120}@thread\.(?:tacv2|v2|skype)`;
const place = new RegExp(`^(${thread})/(${thread})$`);
const person = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

export const msteams: ChatSetup = {
  kind: 'msteams',
  // There is none of OpenClaw's own version.
  plugin: '@openclaw/msteams@2026.9.5',
  // It does not bring its own packages along, and OpenClaw chooses them when it installs it.
  inImage: false,
  keys: ['MSTEAMS_APP_ID', 'MSTEAMS_APP_PASSWORD', 'MSTEAMS_TENANT_ID'],
  users: { variable: 'MSTEAMS_USERS', id: person, like: '00000000-0000-0000-0000-000000000000' },
  places: {
    variable: 'MSTEAMS_CHANNELS',
    id: place,
    like: '19:<team>@thread.tacv2/19:<channel>@thread.tacv2',
  },
  api: null,
  config: ({ users, places }) => ({
    enabled: true,
    appId: fromEnvironment('MSTEAMS_APP_ID'),
    appPassword: fromEnvironment('MSTEAMS_APP_PASSWORD'),
    tenantId: fromEnvironment('MSTEAMS_TENANT_ID'),
    // Teams calls the bot: this port of the container is what a tunnel or proxy leads to.
    webhook: { port: 3978, path: '/api/messages' },
    dmPolicy: 'allowlist',
    allowFrom: users,
    groupPolicy: places.length > 0 ? 'allowlist' : 'disabled',
    groupAllowFrom: users,
    teams: teamsOf(places),
    requireMention: true,
    replyStyle: 'thread',
    // What others say in a channel is not read to the model, which would be led by it.
    contextVisibility: 'allowlist',
    welcomeCard: false,
    groupWelcomeCard: false,
    feedbackEnabled: false,
    // This config is ours: a chat does not write it.
    configWrites: false,
  }),
  placeOf: (target) => ({ to: `${person.test(target) ? 'user' : 'conversation'}:${target}`, thread: null }),
  // Ids here have capitals, which a session key does not keep: the session's own record has the place.
  placeOfSession: null,
  pressed: null,
  gone: /ConversationNotFound|BotNotInConversationRoster|no conversation reference|forbidden/i,
};

function teamsOf(places: string[]): Record<string, unknown> {
  const teams: Record<string, { channels: Record<string, unknown> }> = {};
  for (const one of places) {
    const [, team = '', channel = ''] = place.exec(one) ?? [];
    teams[team] ??= { channels: {} };
    teams[team].channels[channel] = { requireMention: true };
  }
  return teams;
}
