// Which model answers in WebChat where none is paid for.

/**
 * demo: with the simulator, or asked for (MODEL=demo). missing-key: there is nothing to pay with, so WebChat
 * says what is missing. null: the real one, with ANTHROPIC_API_KEY.
 */
export function localModel(env: NodeJS.ProcessEnv): 'demo' | 'missing-key' | null {
  if (env.MODEL === 'demo') return 'demo';
  if (env.ANTHROPIC_API_KEY) return null;
  return env.OVERSTORY === 'sim' && env.MODEL !== 'anthropic' ? 'demo' : 'missing-key';
}
