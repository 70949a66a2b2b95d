// ask <product> [question…]: a word to the coordinator, and its reply, which is found by its thread. Sent once: when no
// reply comes in time it is not asked again, and a late one is in the inbox.

import { FleetError } from '../common/errors.ts';
import type { Mail } from '../contract/mail.ts';
import { replyText } from '../text/index.ts';
import { everywhere, type Verb, type VerbContext } from './verb.ts';
import { textOf } from './words.ts';

const maxQuestionBytes = 65_536;
/** What overstory's coordinators answer in a fixed form. */
const statusQuestion = 'status?';
/** s; chat is not kept waiting for long */
const patience = { cli: 120, chat: 25 };
/** The journal is asked, no `ov`. */
const pollMs = 1_000;

export const ask: Verb = {
  name: 'ask',
  usage: '<product> [question…]',
  summary: "Ask a product's coordinator and wait for its reply; without a question: where it stands",
  details: ['--timeout <seconds> before the product: how long to wait (default 120, in chat 25).'],
  surfaces: everywhere,
  takesProduct: true,
  takesText: true,
  lasts: true,
  grammar: (command) =>
    command
      .argument('<product>')
      .argument('[text...]')
      .option('--timeout <seconds>', 'how long to wait for the reply'),
  async run({ operands: [product = '', ...words], options }, context, show) {
    const { client, source, surface } = context;
    const waitMs = secondsOf(options.timeout, patience[surface]) * 1_000;
    const text = words.join('').trim() === '' ? statusQuestion : textOf(words, product, maxQuestionBytes);
    const sent = await client.message(product, { text, source });
    const reply = await replyIn(context, product, sent.id, waitMs);
    return {
      data: { sent, reply },
      text: reply
        ? replyText(show, product, reply)
        : `Asked ${product} (${show.line(sent.id, 60)}); no reply within ${waitMs / 1_000} s. It is not asked again: a late reply is in ${show.command(`inbox ${product}`)}.`,
    };
  },
};

async function replyIn(
  { client, signal }: VerbContext,
  product: string,
  thread: string,
  waitMs: number,
): Promise<Mail | null> {
  for (let waitedMs = 0; ; waitedMs += pollMs) {
    const { mail } = await client.inbox(product);
    const found = mail.find((one) => one.threadId === thread);
    if (found || waitedMs >= waitMs || signal?.aborted) return found ?? null;
    await new Promise((resolve) => setTimeout(resolve, Math.min(pollMs, waitMs - waitedMs)));
  }
}

function secondsOf(given: string | boolean | undefined, usual: number): number {
  if (given === undefined) return usual;
  const seconds = Number(given);
  if (seconds >= 0 && seconds <= 3_600) return seconds;
  throw new FleetError({
    code: 'BAD_USAGE',
    message: `Expected seconds from 0 to 3600 after --timeout, got ${given}.`,
    mend: 'Correct it: `fleet help ask`.',
  });
}
