import { expect, it } from 'vitest';
import { localModel } from '../../src/openclaw/local-model.ts';

it.each([
  [{}, 'missing-key'],
  [{ OVERSTORY: 'sim' }, 'demo'],
  [{ OVERSTORY: 'sim', ANTHROPIC_API_KEY: 'sk-ant-x' }, null],
  [{ ANTHROPIC_API_KEY: 'sk-ant-x' }, null],
  [{ ANTHROPIC_API_KEY: 'sk-ant-x', MODEL: 'demo' }, 'demo'],
  [{ OVERSTORY: 'sim', MODEL: 'anthropic' }, 'missing-key'],
  [{ ANTHROPIC_API_KEY: '', MODEL: '' }, 'missing-key'],
])('%o is answered by %s', (env, model) => {
  expect(localModel(env)).toBe(model);
});
