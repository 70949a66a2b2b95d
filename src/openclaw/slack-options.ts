// Slack as the environment of the container says it. Without its tokens the fleet works, and says that Slack is off.
import type { SlackOptions } from './gateway-config.ts';

export interface SlackAsked {
  /** null: off */
  slack: SlackOptions | null;
  /** one sentence for the log: on and for whom, or off and why */
  said: string;
}

const list = (text: string | undefined) => (text ?? '').split(/[\s,]+/).filter(Boolean);

/** @param env SLACK_BOT_TOKEN, SLACK_APP_TOKEN, SLACK_USERS (`U…,U…`), SLACK_CHANNELS (`C…,C…`) */
export function slackOptions(env: Record<string, string | undefined>): SlackAsked {
  const off = (why: string): SlackAsked => ({ slack: null, said: `Slack: off. ${why}` });
  const missing = ['SLACK_BOT_TOKEN', 'SLACK_APP_TOKEN'].filter((name) => !env[name]);
  if (missing.length === 2) return off('Set SLACK_BOT_TOKEN and SLACK_APP_TOKEN to use it.');
  if (missing.length > 0) return off(`${missing[0]} is missing.`);
  const users = list(env.SLACK_USERS);
  const channels = list(env.SLACK_CHANNELS);
  const wrong = [
    ...users.filter((id) => !/^[UW][A-Z0-9]+$/.test(id)),
    ...channels.filter((id) => !/^[CG][A-Z0-9]+$/.test(id)),
  ];
  if (wrong.length > 0)
    return off(`Expected ids (SLACK_USERS U…, SLACK_CHANNELS C…), got ${wrong.join(', ').slice(0, 200)}.`);
  // An empty list would let nobody in, in the way of a fault that nobody sees.
  if (users.length === 0) return off('SLACK_USERS is missing: the ids of those who may talk to the fleet.');
  return {
    slack: { users, channels },
    said: `Slack: on for ${users.join(', ')}, in ${channels.join(', ') || 'direct messages only'}.`,
  };
}
