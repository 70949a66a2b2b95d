// The key of a product's account, as its sessions get it: in the environment of the `ov` that starts them, and from
// there by tmux (maintenance/tmux.ts) and by inheritance. Its value is in no argument, log, reply or file of ours.
import { readFile } from 'node:fs/promises';
import { FleetError } from '../../common/errors.ts';
import type { KeySource, ProductRef } from '../../contract/runtime/protocol.ts';

/** By these Claude Code takes a key, by the last from bin/overstory-claude. A session has the one of its account and no other. */
export const keyVariables = [
  'ANTHROPIC_API_KEY',
  'ANTHROPIC_AUTH_TOKEN',
  'CLAUDE_CODE_OAUTH_TOKEN',
  'OVERSTORY_CLAUDE_SUBSCRIPTION',
] as const;
const variableOf = { 'api-key': 'ANTHROPIC_API_KEY', subscription: 'CLAUDE_CODE_OAUTH_TOKEN' } as const;
/** Of a key's file, in bytes: more is another file. */
const mostBytes = 4_096;

/**
 * Changes to the environment: undefined takes a variable away. Empty where the account has what the agent's own has.
 * @throws FleetError ACCOUNT_KEY_MISSING
 */
export async function keyEnvironment({
  name,
  key,
}: Pick<ProductRef, 'name' | 'key'>): Promise<Record<string, string | undefined>> {
  if (!key) return {};
  const value = (await readKey(key)).trim();
  if (value === '' || /\s/.test(value))
    throw new FleetError({
      code: 'ACCOUNT_KEY_MISSING',
      product: name,
      message: `Expected the key of the account of ${name} in the ${key.from} ${key.name} of the runtime, got ${value === '' ? 'nothing' : 'more than one word'}.`,
      mend:
        key.from === 'variable'
          ? `Set ${key.name} in the runtime's environment (in the bundle: a line in accounts.env) and start the runtime again, or correct accounts in products.yaml.`
          : 'Put the key, and nothing else, into that file, readable for the runtime, or correct accounts in products.yaml.',
    });
  return {
    ...Object.fromEntries(keyVariables.map((each) => [each, undefined])),
    [variableOf[key.as]]: value,
  };
}

/** '' when it cannot be had. */
async function readKey({ from, name }: KeySource): Promise<string> {
  if (from === 'variable') return process.env[name] ?? '';
  const text = await readFile(name, 'utf8').catch(() => '');
  return text.length > mostBytes ? '' : text;
}

/** The API key of an account of its own: Claude Code asks about one that it does not know. @throws FleetError ACCOUNT_KEY_MISSING */
export async function ownApiKey(product: Pick<ProductRef, 'name' | 'key'>): Promise<string | null> {
  return (await keyEnvironment(product)).ANTHROPIC_API_KEY ?? null;
}
