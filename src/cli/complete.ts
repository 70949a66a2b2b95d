// `fleet complete -- <words>`: what may stand in place of the last word, a line each: the word, a tab, what it is. Asked by a
// shell at each Tab, so it never fails and never waits long: without fleetd it knows the verbs and their options.
import { Command } from 'commander';
import type { FleetClient } from '../client/client.ts';
import { inOneLineOf } from '../common/one-line.ts';
import { shorten } from '../common/shorten.ts';
import { forms } from '../verbs/form.ts';
import { verbs } from '../verbs/index.ts';

export interface Candidate {
  word: string;
  /** one line for the human; '' for none */
  says: string;
}

/** @param words of the line after `fleet`, the last one as far as it is typed ('' behind a space) */
export async function candidates(words: readonly string[], client: FleetClient): Promise<Candidate[]> {
  const begun = words.at(-1) ?? '';
  const found = await whatMayStand(words.slice(0, -1), begun, client).catch(() => []);
  return found.filter(({ word }) => word.startsWith(begun));
}

export const asLines = (found: readonly Candidate[]): string =>
  found.map(({ word, says }) => `${word}\t${shorten(inOneLineOf(says), 80)}\n`).join('');

async function whatMayStand(
  before: readonly string[],
  begun: string,
  client: FleetClient,
): Promise<Candidate[]> {
  const known = verbs.filter(({ surfaces }) => surfaces.includes('cli'));
  const asVerbs = known.map(({ name, summary }) => ({ word: name, says: summary }));
  const at = before.findIndex((word) => !word.startsWith('-'));
  if (at === -1) return asVerbs;
  const verb = known.find(({ name }) => name === before[at]);
  if (!verb) return [];
  const command = verb
    .grammar(new Command(verb.name))
    .option('--json', 'one document {ok, data|error}')
    .option('--output <form>', forms.join(', '))
    .option('--columns <names>', 'of --output table')
    .option('--socket <path>', 'where fleetd listens');
  const operands: string[] = [];
  /** the option whose value is typed now */
  let open: string | null = null;
  for (const word of before.slice(at + 1)) {
    const option = command.options.find(({ long }) => long === word);
    if (open === null && option === undefined) operands.push(word);
    open = open === null && option?.required ? (option.long ?? null) : null;
  }
  if (open === '--output') return forms.map((word) => ({ word, says: '' }));
  if (open !== null) return open === '--without' || open === '--start' ? products(client) : [];
  if (begun.startsWith('-'))
    return command.options.map(({ long, description }) => ({ word: long ?? '', says: description }));
  const wanted = command.registeredArguments[operands.length]?.name();
  return wanted === undefined ? [] : ((await sources[wanted]?.(client, asVerbs)) ?? []);
}

/** By the name of the operand in a verb's grammar; what is not here is a text or a file. */
const sources: Record<string, (client: FleetClient, asVerbs: Candidate[]) => Promise<Candidate[]>> = {
  product: (client) => products(client),
  'product|fleet': async (client) => [
    ...(await products(client)),
    { word: 'fleet', says: 'all products together' },
  ],
  objective: (client) => objectives(client),
  'product|objective': async (client) => [...(await products(client)), ...(await objectives(client))],
  what: (client) => objectives(client),
  gate: async (client) =>
    (await client.gates({})).map(({ n, product, subject }) => ({
      word: String(n),
      says: `${product ?? 'the fleet'}: ${subject}`,
    })),
  verb: async (_client, asVerbs) => asVerbs,
  shell: async () => ['bash', 'zsh', 'fish'].map((word) => ({ word, says: '' })),
};

const products = async (client: FleetClient): Promise<Candidate[]> =>
  (await client.status()).products.map(({ name, type, state }) => ({
    word: name,
    says: `${type}, ${state}`,
  }));

const objectives = async (client: FleetClient): Promise<Candidate[]> =>
  (await client.objectives({ limit: 30 })).map(({ id, product, text }) => ({
    word: id,
    says: `${product}: ${text}`,
  }));
