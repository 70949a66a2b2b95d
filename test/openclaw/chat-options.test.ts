import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { chatEnvironment, chatOptions } from '../../src/openclaw/chat-options.ts';
import { chatSetups } from '../../src/openclaw/chats/index.ts';
import { slack } from '../../src/openclaw/chats/slack.ts';
import { telegram } from '../../src/openclaw/chats/telegram.ts';

const tokens = { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_APP_TOKEN: 'xapp-1' };

describe('what turns a chat on', () => {
  it.each([
    [slack, {}, 'Slack: off. Set SLACK_BOT_TOKEN, SLACK_APP_TOKEN, and SLACK_USERS to use it.'],
    [slack, { SLACK_BOT_TOKEN: 'x', SLACK_USERS: 'U1' }, 'Slack: off. Set SLACK_APP_TOKEN too.'],
    [slack, tokens, 'Slack: off. Set SLACK_USERS too.'],
    [
      slack,
      { ...tokens, SLACK_USERS: '@ana', SLACK_CHANNELS: '#dev' },
      'Slack: off. Expected ids such as U0123ABC in SLACK_USERS, got @ana; ids such as C0123ABC in SLACK_CHANNELS, got #dev.',
    ],
    [telegram, {}, 'Telegram: off. Set TELEGRAM_BOT_TOKEN and TELEGRAM_USERS to use it.'],
    [telegram, { TELEGRAM_BOT_TOKEN: '1:x', TELEGRAM_USERS: ' ,' }, 'Telegram: off. Set TELEGRAM_USERS too.'],
    [
      telegram,
      { TELEGRAM_BOT_TOKEN: '1:x', TELEGRAM_USERS: '111', TELEGRAM_GROUPS: '222' },
      'Telegram: off. Expected ids such as -1001234567890 in TELEGRAM_GROUPS, got 222.',
    ],
  ])('%# says why it is off', (setup, env, said) => {
    expect(chatOptions(setup, env)).toEqual({ options: null, said });
  });

  it('is taken apart by commas or blanks', () => {
    const env = { ...tokens, SLACK_USERS: 'U1, U2', SLACK_CHANNELS: 'C1' };
    expect(chatOptions(slack, env)).toEqual({
      options: { users: ['U1', 'U2'], places: ['C1'], api: null },
      said: 'Slack: on for U1, U2, in C1.',
    });
    expect(chatOptions(telegram, { TELEGRAM_BOT_TOKEN: '1:x', TELEGRAM_USERS: '111' }).said).toBe(
      'Telegram: on for 111, in direct messages only.',
    );
  });

  it('the gateway gets its keys and its address, nothing else', () => {
    const env = { ...tokens, SLACK_USERS: 'U1', SLACK_API_URL: 'http://x/api/', ANTHROPIC_API_KEY: 'sk' };
    expect(chatEnvironment(slack, env)).toEqual({ ...tokens, SLACK_API_URL: 'http://x/api/' });
  });
});

describe('what names every chat', () => {
  const compose = readFileSync('docker-compose.yaml', 'utf8');
  const example = readFileSync('.env.example', 'utf8');
  const page = readFileSync('docs/channels.md', 'utf8');

  it.each(Object.values(chatSetups))(
    '$kind: compose, .env.example and its page name its variables',
    (setup) => {
      for (const name of [...setup.keys, setup.users.variable, setup.places.variable]) {
        expect(compose).toContain(`      ${name}: \${${name}:-}\n`);
        expect(example).toMatch(new RegExp(`^#${name}=`, 'm'));
        expect(page).toContain(`\`${name}\``);
      }
    },
  );

  it('its plugin in the image is the one that is installed, exactly', () => {
    const { devDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
    const image = readFileSync('containers/Dockerfile', 'utf8');
    expect(image).toContain(`ARG OPENCLAW_VERSION=${devDependencies.openclaw}\n`);
    for (const { plugin, inImage } of Object.values(chatSetups)) {
      if (plugin === null || inImage === false) continue;
      const [, name, version] = /^(@openclaw\/[a-z]+)@(\d+\.\d+\.\d+)$/.exec(plugin) ?? [];
      const written = version === devDependencies.openclaw ? '$OPENCLAW_VERSION' : version;
      expect(image).toContain(`"${name}@${written}"`);
    }
  });
});
