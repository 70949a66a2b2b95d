// approve, reject, answer: a human's answer to a gate. No tool of the model leads here.
import type { GateRequest } from '../contract/gates.ts';
import { resolvedText } from '../text/index.ts';
import { gateNumber } from './names.ts';
import { everywhere, type Verb } from './verb.ts';

const verb = (
  name: string,
  verdict: GateRequest['verdict'],
  about: Pick<Verb, 'usage' | 'summary' | 'details'>,
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

export const approve = verb('approve', 'approved', {
  usage: '<gate> [text…]',
  summary: 'Say yes to a gate',
  details: ['The number is that of `gates`. What follows it goes to the coordinator with the approval.'],
});

export const reject = verb('reject', 'rejected', {
  usage: '<gate> <reason…>',
  summary: 'Say no to a gate, and why',
});

export const answer = verb('answer', 'answered', {
  usage: '<gate> <text…>',
  summary: 'Answer the question of a gate',
});
