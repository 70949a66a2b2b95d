// One product's session: words to its coordinator, its mail, its screen, its files.
import { FleetError } from '../common/errors.ts';
import type { Mail } from '../contract/mail.ts';
import type { LookReply } from '../contract/runtime/look.ts';
import { attachText, inboxText, lookText, outputText, replyText, workerStepsText } from '../text/index.ts';
import { numberAfter } from './options.ts';
import { everywhere, type Verb, type VerbContext } from './verb.ts';
import { watched } from './watch.ts';
import { textOf } from './words.ts';

const maxMessageBytes = 65_536;

const message: Verb = {
  name: 'message',
  usage: '<product> <text…>',
  summary: "Say something to a product's coordinator",
  examples: ['message product-a Use the new palette'],
  surfaces: everywhere,
  takesProduct: true,
  takesText: true,
  grammar: (command) => command.argument('<product>').argument('[text...]'),
  async run({ operands: [product = '', ...words] }, { client, source }, show) {
    const text = textOf(words, product, maxMessageBytes);
    const data = await client.message(product, { text, source });
    const when = data.nudged
      ? 'it was woken to read it'
      : 'it works, and is asked to read it when its turn is over';
    return { data, text: `Sent to ${product}: ${when} (${show.line(data.id, 60)}).` };
  },
};

const maxQuestionBytes = 65_536;
/** What overstory's coordinators answer in a fixed form. */
const statusQuestion = 'status?';
/** s; chat is not kept waiting for long */
const patience = { cli: 120, chat: 25 };
/** The journal is asked, no `ov`. */
const pollMs = 1_000;

/**
 * Its reply is found by its thread. Sent once: when no reply comes in time it is not asked again, and a late one is in the
 * inbox.
 */
const ask: Verb = {
  name: 'ask',
  usage: '<product> [question…]',
  summary: "Ask a product's coordinator and wait for its reply; without a question: where it stands",
  details: ['--timeout <seconds> before the product: how long to wait (default 120, in chat 25).'],
  examples: ['ask product-a', 'ask product-a Which file holds the prices?'],
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
    const asked = numberAfter('ask', options, 'timeout', { least: 0, most: 3_600, whole: false });
    const waitMs = (asked ?? patience[surface]) * 1_000;
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

const inbox: Verb = {
  name: 'inbox',
  usage: '<product>',
  summary: "Unread mail from a product's workers to you",
  examples: ['inbox product-a'],
  surfaces: everywhere,
  takesProduct: true,
  grammar: (command) => command.argument('<product>'),
  async run({ operands: [product = ''] }, { client }, show) {
    const data = await client.inbox(product);
    return { data, text: inboxText(show, data) };
  },
};

const look: Verb = {
  name: 'look',
  usage: '<product> [path] [--log]',
  summary: "A product's files, one file, or its last commits",
  examples: ['look product-a', 'look product-a README.md'],
  surfaces: everywhere,
  takesProduct: true,
  grammar: (command) => command.argument('<product>').argument('[path]').option('--log', 'its last commits'),
  async run({ operands: [product = '', path], options }, { client }, show) {
    const data = options.log ? await client.look(product, { kind: 'log' }) : await at(client, product, path);
    return { data, text: lookText(show, data) };
  },
};

/** A path may be a folder or a file: only the product knows. */
async function at(client: VerbContext['client'], product: string, path?: string): Promise<LookReply> {
  if (path === undefined || path.endsWith('/')) return client.look(product, { kind: 'tree', path });
  return client.look(product, { kind: 'file', path }).catch((error) => {
    if (!(error instanceof FleetError) || error.code !== 'LOOK_NOT_TEXT') throw error;
    return client.look(product, { kind: 'tree', path }).catch(() => {
      throw error;
    });
  });
}

/** Terminal only: the screen is the operator's to see. */
const logs: Verb = {
  name: 'logs',
  usage: '<product> [worker] [--follow] [--lines n]',
  summary: "What the coordinator's screen shows, or what a worker does; --follow keeps up with it",
  details: ['`tree` names the workers. Of one its steps of the last half hour are shown, oldest first.'],
  examples: ['logs product-a --follow', 'logs product-a builder-1 --follow'],
  surfaces: ['cli'],
  takesProduct: true,
  grammar: (command) =>
    command
      .argument('<product>')
      .argument('[worker]')
      .option('--follow', 'go on until Ctrl-C')
      .option('--lines <n>', 'at most n lines', '200'),
  async run({ operands: [product = '', worker], options }, context, show) {
    const lines = numberAfter('logs', options, 'lines', { least: 1, most: 2_000 });
    return watched(options.follow === true, context, show, async () => {
      if (worker !== undefined) {
        const data = await context.client.workerSteps(product, worker);
        return { data, text: workerStepsText(show, data) };
      }
      const data = await context.client.output(product, { lines });
      return { data, text: outputText(show, data) };
    });
  },
};

/** The command is printed, not run: it belongs to the machine that runs the fleet, and this CLI may be in a container. */
const attach: Verb = {
  name: 'attach',
  usage: '<product>',
  summary: 'Print the command for a live look, read only, into its tmux session',
  details: ['Leave it with Ctrl-B D. Without `-r` in the command, keys you press go to the coordinator.'],
  examples: ['attach product-a'],
  surfaces: ['cli'],
  takesProduct: true,
  grammar: (command) => command.argument('<product>'),
  async run({ operands: [product = ''] }, { client }, show) {
    const data = await client.attach(product);
    return { data, text: attachText(show, data), exitCode: data.argv === null ? 3 : 0 };
  },
};

export const sessionVerbs: readonly Verb[] = [message, ask, inbox, look, logs, attach];
