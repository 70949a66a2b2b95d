// Where a model in the chair may come from: one table, and what OpenClaw is told of each. Pure: a key appears only as the
// name of its variable, which the gateway reads itself.

import { fromEnvironment } from './chats/chat.ts';

export interface Provider {
  /** in a sentence to a human */
  title: string;
  /** what of OpenClaw speaks to it and is bundled with it; null: OpenClaw itself */
  plugin: string | null;
  /** variables that hold its key; the first that is set counts */
  keys: readonly [string, ...string[]];
  /** false: a server of one's own, which may want none */
  keyNeeded: boolean;
  /** how OpenClaw speaks to an address that MODEL_URL names */
  api: 'anthropic-messages' | 'openai-responses' | 'openai-completions' | 'google-generative-ai' | 'ollama';
  /** where it listens unless MODEL_URL says otherwise: `:port/path` on this machine, null: where the plugin knows */
  local: string | null;
  /** its model where MODEL names none; null: it is to be named */
  usual: string | null;
  /** a model of it, for the text of an error */
  example: string;
}

export const providers = {
  anthropic: {
    title: 'Anthropic',
    plugin: 'anthropic',
    keys: ['ANTHROPIC_API_KEY'],
    keyNeeded: true,
    api: 'anthropic-messages',
    local: null,
    usual: 'claude-sonnet-5',
    example: 'claude-sonnet-5',
  },
  openai: {
    title: 'OpenAI',
    plugin: 'openai',
    keys: ['OPENAI_API_KEY'],
    keyNeeded: true,
    api: 'openai-responses',
    local: null,
    usual: null,
    example: 'gpt-5.6',
  },
  google: {
    title: 'Google',
    plugin: 'google',
    keys: ['GEMINI_API_KEY', 'GOOGLE_API_KEY'],
    keyNeeded: true,
    api: 'google-generative-ai',
    local: null,
    usual: null,
    example: 'gemini-3.1-pro-preview',
  },
  openrouter: {
    title: 'OpenRouter',
    plugin: 'openrouter',
    keys: ['OPENROUTER_API_KEY'],
    keyNeeded: true,
    api: 'openai-completions',
    local: null,
    usual: null,
    example: 'moonshotai/kimi-k2.6',
  },
  ollama: {
    title: 'Ollama',
    plugin: 'ollama',
    keys: ['OLLAMA_API_KEY'],
    keyNeeded: false,
    api: 'ollama',
    local: ':11434',
    usual: null,
    example: 'qwen3:32b',
  },
  lmstudio: {
    title: 'LM Studio',
    plugin: 'lmstudio',
    keys: ['LM_API_TOKEN'],
    keyNeeded: false,
    api: 'openai-completions',
    local: ':1234/v1',
    usual: null,
    example: 'qwen/qwen3.5-9b',
  },
  compatible: {
    title: 'the OpenAI-compatible server',
    plugin: null,
    keys: ['MODEL_API_KEY'],
    keyNeeded: false,
    api: 'openai-completions',
    local: null,
    usual: null,
    example: 'my-model',
  },
} as const satisfies Record<string, Provider>;

export type ProviderName = keyof typeof providers;

/** What the gateway is told of its model. */
export interface GatewayModel {
  /** `<provider>/<model>`, as OpenClaw has it */
  ref: string;
  /** what of OpenClaw must be on for it */
  plugin: string | null;
  /** under `models.providers`; empty: as the plugin has it */
  providers: Record<string, Record<string, unknown>>;
}

/** Of a server that asks for none: OpenClaw wants one all the same. */
const noKey = 'FLEET_LOCAL_MODEL_KEY';

/** The id that a stand-in goes by: in OpenClaw's catalogue, so that no warning is given for it. */
const standInId = 'claude-sonnet-5';

/** A server on this machine that speaks as Anthropic does, as the demo model: no key leaves this machine. */
export const standInModel = (baseUrl: string): GatewayModel => ({
  ref: `anthropic/${standInId}`,
  plugin: 'anthropic',
  providers: { anthropic: { baseUrl, apiKey: fromEnvironment(noKey), models: [] } },
});

/**
 * @param at.url its address; null: where OpenClaw's plugin knows it to be
 * @param at.key the variable that holds its key; null: it has none
 */
export function providedModel(
  name: ProviderName,
  id: string,
  at: { url: string | null; key: string | null },
): GatewayModel {
  const { plugin, api }: Provider = providers[name];
  const model = { ref: `${name}/${id}`, plugin };
  // Without a word on it OpenClaw may hand a turn to Codex, a program of its own tools.
  const runtime = name === 'openai' ? { agentRuntime: { id: 'openclaw' } } : null;
  if (at.url === null) return { ...model, providers: runtime ? { [name]: { ...runtime, models: [] } } : {} };
  return {
    ...model,
    providers: {
      [name]: {
        ...runtime,
        baseUrl: at.url,
        api,
        apiKey: fromEnvironment(at.key ?? noKey),
        // A server of one's own may take its time to load a model.
        timeoutSeconds: 300,
        models: [{ id, name: id }],
      },
    },
  };
}
