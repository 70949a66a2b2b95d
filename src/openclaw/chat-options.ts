// The chats as the environment of the container says them. Without its variables a chat is off, and the gateway says so,
// with the one that is missing.
import { chats } from '../common/chats.ts';
import type { ChatOptions, ChatSetup, Ids } from './chats/chat.ts';

export interface ChatAsked {
  /** null: off */
  options: ChatOptions | null;
  /** one sentence for the log: on and for whom, or off and why */
  said: string;
}

type Environment = Record<string, string | undefined>;

const list = (text: string | undefined) => (text ?? '').split(/[\s,]+/).filter(Boolean);
const all = (names: readonly string[]) => new Intl.ListFormat('en', { type: 'conjunction' }).format(names);

export function chatOptions(setup: ChatSetup, env: Environment): ChatAsked {
  const { title } = chats[setup.kind];
  const off = (why: string): ChatAsked => ({ options: null, said: `${title}: off. ${why}` });
  const needed = [...setup.keys, setup.users.variable];
  const missing = needed.filter((name) => list(env[name]).length === 0);
  // An empty list of users would let nobody in, in the way of a fault that nobody sees.
  if (missing.length === needed.length) return off(`Set ${all(needed)} to use it.`);
  if (missing.length > 0) return off(`Set ${all(missing)} too.`);
  const wrong = [setup.users, setup.places].flatMap((ids) => wrongOf(ids, env));
  if (wrong.length > 0) return off(`Expected ${wrong.join('; ')}.`);
  const users = list(env[setup.users.variable]);
  const places = list(env[setup.places.variable]);
  return {
    options: { users, places, api: (setup.api && env[setup.api]) || null },
    said: `${title}: on for ${users.join(', ')}, in ${places.join(', ') || 'direct messages only'}.`,
  };
}

function wrongOf({ variable, id, like }: Ids, env: Environment): string[] {
  const wrong = list(env[variable]).filter((one) => !id.test(one));
  if (wrong.length === 0) return [];
  return [`ids such as ${like} in ${variable}, got ${wrong.join(', ').slice(0, 200)}`];
}

/** What the gateway's own environment needs of it. */
export function chatEnvironment({ keys, places, api }: ChatSetup, env: Environment): Record<string, string> {
  return Object.fromEntries(
    [...keys, places.variable, api].flatMap((name) => {
      const value = name && env[name];
      return value ? [[name, value] as const] : [];
    }),
  );
}
