import { expect, it } from 'vitest';
import { slackOptions } from '../../src/openclaw/slack-options.ts';

const tokens = { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_APP_TOKEN: 'xapp-1' };

it.each([
  [{}, /off.*SLACK_BOT_TOKEN and SLACK_APP_TOKEN/],
  [{ SLACK_BOT_TOKEN: 'x' }, /off.*SLACK_APP_TOKEN is missing/],
  [tokens, /off.*SLACK_USERS is missing/],
  [{ ...tokens, SLACK_USERS: '@ana' }, /off.*got @ana/],
  [{ ...tokens, SLACK_USERS: 'U1', SLACK_CHANNELS: '#dev' }, /off.*got #dev/],
])('says why Slack is off: %j', (env, said) => {
  expect(slackOptions(env)).toMatchObject({ slack: null, said: expect.stringMatching(said) });
});

it('takes ids apart by commas or blanks', () => {
  expect(slackOptions({ ...tokens, SLACK_USERS: 'U1, U2', SLACK_CHANNELS: 'C1' })).toEqual({
    slack: { users: ['U1', 'U2'], channels: ['C1'] },
    said: 'Slack: on for U1, U2, in C1.',
  });
});
