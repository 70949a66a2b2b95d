// Gates, and a human's answer to them. No tool of the model leads to an answer.
import type { GateRequest, GateView } from '../contract/gates.ts';
import { gatesText, resolvedText } from '../text/index.ts';
import { gateTable } from './columns.ts';
import { namesBy } from './form.ts';
import { gateNumber } from './names.ts';
import { everywhere, type Verb } from './verb.ts';

const gates: Verb = {
  name: 'gates',
  usage: '[--all] [product]',
  summary: 'Questions only you can answer; --all: the answered ones too',
  examples: ['gates', 'gates --all product-a'],
  surfaces: everywhere,
  takesProduct: true,
  grammar: (command) => command.argument('[product]').option('--all', 'also the latest that are closed'),
  names: namesBy<GateView>('n'),
  table: gateTable,
  async run({ operands: [product], options }, { client }, show) {
    const data = await client.gates({ product, all: options.all === true ? 1 : undefined });
    return { data, text: gatesText(show, data) };
  },
};

const verb = (
  name: string,
  verdict: GateRequest['verdict'],
  about: Pick<Verb, 'usage' | 'summary' | 'details' | 'examples'>,
): Verb => ({
  name,
  ...about,
  surfaces: everywhere,
  takesText: true,
  grammar: (command) => command.argument('<gate>').argument('[text...]'),
  async run({ operands: [number = '', ...words] }, { client, source }, show) {
    const data = await client.resolveGate(gateNumber(number), {
      verdict,
      text: words.join(' ').trim(),
      source,
    });
    return { data, text: resolvedText(show, data) };
  },
});

const approve = verb('approve', 'approved', {
  usage: '<gate> [text…]',
  summary: 'Say yes to a gate',
  details: ['The number is that of `gates`. What follows it goes to the coordinator with the approval.'],
  examples: ['approve 3', 'approve 3 Keep the old names for one release'],
});

const reject = verb('reject', 'rejected', {
  usage: '<gate> <reason…>',
  summary: 'Say no to a gate, and why',
  examples: ['reject 3 Too large: the login alone first'],
});

const answer = verb('answer', 'answered', {
  usage: '<gate> <text…>',
  summary: 'Answer the question of a gate',
  examples: ['answer 3 Yes, as aliases'],
});

export const gateVerbs: readonly Verb[] = [gates, approve, reject, answer];
