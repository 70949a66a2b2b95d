import { expect, it } from 'vitest';
import { chooseModel } from '../../src/openclaw/model-choice.ts';

const bundle = {
  localHost: 'host.docker.internal',
  whereToSet: 'in the file .env',
  unasked: 'anthropic',
} as const;
const simulated = { ...bundle, unasked: 'demo' } as const;

it.each([
  [{}, { kind: 'none', why: { code: 'MODEL_KEY_MISSING', mend: /ANTHROPIC_API_KEY in the file \.env/ } }],
  [{ MODEL: 'demo', ANTHROPIC_API_KEY: 'k' }, { kind: 'demo' }],
  [
    { ANTHROPIC_API_KEY: 'k' },
    { kind: 'provided', said: 'anthropic/claude-sonnet-5', env: { ANTHROPIC_API_KEY: 'k' } },
  ],
  [{ MODEL: 'anthropic/claude-opus-5', ANTHROPIC_API_KEY: 'k' }, { said: 'anthropic/claude-opus-5' }],
  // an .env of before MODEL could name one
  [{ ANTHROPIC_MODEL: 'claude-old', ANTHROPIC_API_KEY: 'k' }, { said: 'anthropic/claude-old' }],
  [
    { MODEL: 'anthropic', ANTHROPIC_MODEL: 'claude-old', ANTHROPIC_API_KEY: 'k' },
    { said: 'anthropic/claude-old' },
  ],
  [
    { MODEL: 'anthropic/claude-opus-5', ANTHROPIC_MODEL: 'claude-old', ANTHROPIC_API_KEY: 'k' },
    { said: 'anthropic/claude-opus-5' },
  ],
  [{ MODEL: 'openai/gpt-5.6' }, { kind: 'none', why: { message: /OPENAI_API_KEY is not set/ } }],
  [{ MODEL: 'google/g', ANTHROPIC_API_KEY: 'k' }, { why: { message: /GEMINI_API_KEY or GOOGLE_API_KEY/ } }],
  // no other key goes along
  [{ MODEL: 'google/g', GOOGLE_API_KEY: 'g', ANTHROPIC_API_KEY: 'k' }, { env: { GOOGLE_API_KEY: 'g' } }],
  [
    { MODEL: 'openrouter/moonshotai/kimi-k2.6', OPENROUTER_API_KEY: 'o' },
    { model: { ref: 'openrouter/moonshotai/kimi-k2.6', plugin: 'openrouter', providers: {} } },
  ],
  [{ MODEL: 'openai', OPENAI_API_KEY: 'k' }, { why: { code: 'MODEL_UNKNOWN', mend: /MODEL=openai\// } }],
  [{ MODEL: 'acme/x' }, { why: { code: 'MODEL_UNKNOWN', message: /anthropic, openai, google.*"acme\/x"/ } }],
  [{ MODEL: 'toString/x' }, { why: { code: 'MODEL_UNKNOWN' } }],
  [
    { MODEL: 'ollama/qwen3:32b' },
    { said: 'ollama/qwen3:32b at http://host.docker.internal:11434', env: {}, model: { plugin: 'ollama' } },
  ],
  [
    { MODEL: 'ollama/qwen3', MODEL_URL: 'http://10.0.0.7:11434/' },
    { said: 'ollama/qwen3 at http://10.0.0.7:11434' },
  ],
  [{ MODEL: 'lmstudio/qwen/q' }, { said: 'lmstudio/qwen/q at http://host.docker.internal:1234/v1' }],
  [{ MODEL: 'compatible/m' }, { why: { code: 'MODEL_ADDRESS', mend: /MODEL_URL=http/ } }],
  [
    { MODEL: 'compatible/m', MODEL_URL: 'https://models.example/v1', MODEL_API_KEY: 'k' },
    {
      said: 'compatible/m at https://models.example/v1',
      env: { MODEL_API_KEY: 'k' },
      model: { plugin: null },
    },
  ],
  [{ MODEL: 'compatible/m', MODEL_URL: 'file:///etc' }, { why: { code: 'MODEL_ADDRESS' } }],
  [{ MODEL: 'compatible/m', MODEL_URL: 'http://u:secret@h/v1' }, { why: { message: /without a password/ } }],
])('%o', (env, expected) => {
  expect(chooseModel(env, bundle)).toMatchObject(withPatterns(expected));
});

it('with the simulator the demo model answers until there is a key', () => {
  expect(chooseModel({}, simulated)).toEqual({ kind: 'demo' });
  expect(chooseModel({ ANTHROPIC_API_KEY: 'k' }, simulated)).toMatchObject({ kind: 'provided' });
  expect(chooseModel({ MODEL: 'anthropic' }, simulated)).toMatchObject({ kind: 'none' });
});

it('puts no key into what becomes the config', () => {
  for (const MODEL of ['anthropic', 'openai/m', 'google/m', 'openrouter/m', 'compatible/m']) {
    const keys = ['ANTHROPIC', 'OPENAI', 'GEMINI', 'OPENROUTER', 'MODEL'];
    const env = Object.fromEntries(keys.map((name) => [`${name}_API_KEY`, 'sk-secret']));
    const choice = chooseModel({ ...env, MODEL, MODEL_URL: 'http://h/v1' }, bundle);
    if (choice.kind !== 'provided') throw new Error(`Expected a model for ${MODEL}, got ${choice.kind}`);
    expect(JSON.stringify(choice.model)).not.toContain('sk-secret');
    expect(choice.said).not.toContain('sk-secret');
    expect(Object.keys(choice.env)).toHaveLength(1);
  }
});

/** Patterns in place of texts, at any depth. */
function withPatterns(value: unknown): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(Object(value)).map(([key, one]) => [
      key,
      one instanceof RegExp
        ? expect.stringMatching(one)
        : typeof one === 'object' && one !== null
          ? withPatterns(one)
          : one,
    ]),
  );
}
