import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { slackOptions } from '../../src/openclaw/slack-options.ts';
import { slackPlugin } from '../../src/openclaw/slack-plugin.ts';

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

it('the plugin in the image is the one of the gateway, by version', () => {
  const { devDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
  expect(slackPlugin).toBe(`@openclaw/slack@${devDependencies.openclaw}`);
  const image = readFileSync('containers/Dockerfile', 'utf8');
  expect(image).toContain(`ARG OPENCLAW_VERSION=${devDependencies.openclaw}\n`);
  expect(image).toMatch(
    /npm cache add --cache \/opt\/slack-npm-cache .*@openclaw\/slack@\$\{OPENCLAW_VERSION\}/,
  );
});
