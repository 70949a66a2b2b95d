import { afterEach, expect, it, vi } from 'vitest';
import { key } from '../../../src/runtime/agent/doctor/machine.ts';
import type { Ov } from '../../../src/runtime/agent/ov.ts';

const look = (env: Record<string, string>) => {
  const none = {
    ANTHROPIC_API_KEY: '',
    ANTHROPIC_AUTH_TOKEN: '',
    CLAUDE_CODE_OAUTH_TOKEN: '',
    ANTHROPIC_BASE_URL: '',
  };
  for (const [name, value] of Object.entries({ ...none, ...env })) vi.stubEnv(name, value);
  const ov = { features: async () => ({ simulated: false }) } as unknown as Ov;
  return key.look({ workspaceRoot: '/w', ov }, false);
};
afterEach(() => void vi.unstubAllEnvs());

it.each([
  ['no key', {}, 'warning'],
  ['a key', { ANTHROPIC_API_KEY: `sk-ant-api03-${'0'.repeat(20)}` }, 'ok'],
  ['a subscription’s token', { CLAUDE_CODE_OAUTH_TOKEN: 'made-up' }, 'ok'],
  ['what is no key of Anthropic’s', { ANTHROPIC_API_KEY: 'sk-proxy-1' }, 'failed'],
  [
    'that, where another server answers',
    { ANTHROPIC_API_KEY: 'sk-proxy-1', ANTHROPIC_BASE_URL: 'http://proxy:4000' },
    'ok',
  ],
])('%s is told', async (_what, env, state) => {
  const found = await look(env);
  expect(found.state).toBe(state);
  expect(found.says).not.toContain('sk-proxy-1');
});
