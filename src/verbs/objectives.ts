// Objectives: given, taken back, looked at, waited for.
import { Option } from 'commander';
import { directCapabilities, maxObjectiveBytes } from '../contract/limits.ts';
import type { ObjectiveView } from '../contract/objectives.ts';
import {
  blueprintText,
  historyText,
  importText,
  objectiveText,
  resultText,
  startedText,
} from '../text/index.ts';
import { historyTable } from './columns.ts';
import { namesBy } from './form.ts';
import { objectiveId } from './names.ts';
import { numberAfter } from './options.ts';
import { everywhere, type Verb } from './verb.ts';
import { textOf } from './words.ts';

const start: Verb = {
  name: 'start',
  usage: '[--direct scout|builder] [--accept text] [--needs ids] [--kind word] <product> <objective…>',
  summary: 'Give a product an objective; it runs or waits in the queue',
  details: [
    'Everything after the product is the objective, as it is: no quotes needed in chat.',
    '--accept "what must be true in the end" and --needs obj-3,obj-4 (done first) stand before the product.',
    '--direct gives it to one worker without a coordinator: a scout, which only reads and reports, or a builder for a small change. `estimate` says what each way would take.',
    '--kind says what estimates are learned by (build, fix, write, …); without it the text does.',
  ],
  examples: [
    'start product-a explore the codebase structure and write down what you find',
    'start --direct builder --accept "All tests pass" product-a Correct the typo in the footer',
  ],
  surfaces: everywhere,
  takesProduct: true,
  takesText: true,
  grammar: (command) =>
    command
      .argument('<product>')
      .argument('[objective...]')
      .addOption(
        new Option('--direct <worker>', 'one worker, no coordinator').choices([...directCapabilities]),
      )
      .option('--accept <text>', 'what must be true for it to be done')
      .option('--needs <ids>', 'objectives that must be done first, apart by commas')
      .option('--kind <word>', 'kind of work'),
  async run({ operands: [product = '', ...words], options }, { client, source }, show) {
    const data = await client.start({
      product,
      text: textOf(words, product, maxObjectiveBytes),
      acceptance: typeof options.accept === 'string' ? options.accept : null,
      needs:
        typeof options.needs === 'string'
          ? options.needs
              .split(/[\s,]+/)
              .filter(Boolean)
              .map(objectiveId)
          : [],
      ...(typeof options.kind === 'string' && { kind: options.kind.toLowerCase() }),
      direct: directCapabilities.find((one) => one === options.direct),
      source,
    });
    return { data, text: startedText(show, data) };
  },
};

const importIssues: Verb = {
  name: 'import',
  usage: '[--label name] <product>',
  summary: 'Take in the open issues of its forge that carry a label: each becomes an objective, once',
  details: ['Without --label it is that of `intake:` in products.yaml.'],
  examples: ['import product-a', 'import --label agent product-a'],
  surfaces: everywhere,
  takesProduct: true,
  grammar: (command) => command.argument('<product>').option('--label <name>', 'that the issues carry'),
  async run({ operands: [product = ''], options }, { client, source }, show) {
    const label = typeof options.label === 'string' ? options.label : null;
    const data = await client.importIssues(product, { label, source });
    return { data, text: importText(show, data) };
  },
};

const cancel: Verb = {
  name: 'cancel',
  usage: '<objective> [reason…]',
  summary: 'Take an objective out of the queue, or stop it',
  examples: ['cancel obj-7', 'cancel obj-7 not needed any more'],
  surfaces: everywhere,
  takesText: true,
  grammar: (command) => command.argument('<objective>').argument('[reason...]'),
  async run({ operands: [id = '', ...words] }, { client, source }, show) {
    const data = await client.cancel(objectiveId(id), { source, reason: words.join(' ') || null });
    return { data, text: startedText(show, data) };
  },
};

/** Another try for one that failed or was cancelled; one that runs waits again. */
const requeue: Verb = {
  name: 'requeue',
  usage: '<objective>',
  summary: 'Give a failed or cancelled objective another try',
  examples: ['requeue obj-7'],
  surfaces: everywhere,
  grammar: (command) => command.argument('<objective>'),
  async run({ operands: [id = ''] }, { client, source }, show) {
    const data = await client.requeue(objectiveId(id), { source });
    return { data, text: startedText(show, data) };
  },
};

/** What needs what failed goes on too. */
const retry: Verb = {
  name: 'retry',
  usage: '<objective|blueprint>',
  summary: 'Give what failed another try: one objective, or all failed steps of a blueprint',
  examples: ['retry obj-7', 'retry release'],
  surfaces: everywhere,
  grammar: (command) => command.argument('<what>'),
  async run({ operands: [what = ''] }, { client, source }, show) {
    const id = objectiveId(what);
    if (/^obj-\d+$/.test(id)) {
      const data = await client.requeue(id, { source });
      return { data, text: startedText(show, data) };
    }
    const data = await client.retryBlueprint(what.toLowerCase(), { source });
    return { data, text: blueprintText(show, data) };
  },
};

const objective: Verb = {
  name: 'objective',
  usage: '<objective>',
  summary: 'One objective: its text, state and times',
  examples: ['objective obj-7', 'objective 7 --json'],
  surfaces: everywhere,
  grammar: (command) => command.argument('<objective>'),
  async run({ operands: [id = ''] }, { client }, show) {
    const data = await client.objective(objectiveId(id));
    return { data, text: objectiveText(show, data) };
  },
};

const result: Verb = {
  name: 'result',
  usage: '<objective>',
  summary: "What came of an objective: its state and the coordinator's final words",
  examples: ['result obj-7', 'result 7'],
  surfaces: everywhere,
  grammar: (command) => command.argument('<objective>'),
  async run({ operands: [id = ''] }, { client }, show) {
    const data = await client.result(objectiveId(id));
    return { data, text: resultText(show, data) };
  },
};

/** The one that ended last first. */
const history: Verb = {
  name: 'history',
  usage: '[product] [--last n] [--state done|failed|cancelled] [--text words] [--since day] [--until day]',
  summary: 'What is over: done, failed or cancelled, and why',
  details: [
    '--text looks into ids, texts, final reports and reasons (of the last 2,000, the first 16,384 characters). Days are UTC days, or yesterday, today, 12h, 7d.',
  ],
  examples: ['history', 'history product-a --state failed --since 7d'],
  surfaces: everywhere,
  takesProduct: true,
  grammar: (command) =>
    command
      .argument('[product]')
      .option('--last <n>', 'at most n', '20')
      .addOption(new Option('--state <state>', 'how they ended').choices(['done', 'failed', 'cancelled']))
      .option('--text <words>', 'that have these words')
      .option('--since <when>', 'that ended since then')
      .option('--until <when>', 'that ended before then, a day to its end'),
  names: namesBy<ObjectiveView>('id'),
  table: historyTable,
  async run({ operands: [product], options }, { client }, show) {
    const limit = numberAfter('history', options, 'last', { least: 1, most: 1_000 });
    const word = (name: string) => (typeof options[name] === 'string' ? options[name] : undefined);
    const state = word('state') as 'done' | 'failed' | 'cancelled' | undefined;
    const data = await client.history({
      product,
      limit,
      state,
      text: word('text'),
      since: word('since'),
      until: word('until'),
    });
    return { data, text: historyText(show, data) };
  },
};

/** Beside the exit codes of error classes (src/common/errors.ts), which stay what they are. */
const exitCodes: Record<string, number> = { done: 0, failed: 10, cancelled: 11 };
const timeoutExit = 12;
/** The longest timer of Node is 2^31 ms. */
const mostSeconds = 2_000_000;

const wait: Verb = {
  name: 'wait',
  usage: '<objective> [--timeout seconds]',
  summary: 'Wait until an objective is over; the exit code says how',
  details: ['Exit code: 0 done, 10 failed, 11 cancelled, 12 not over within --timeout (default: no limit).'],
  examples: ['wait obj-7', 'wait obj-7 --timeout 600'],
  surfaces: ['cli'],
  lasts: true,
  grammar: (command) => command.argument('<objective>').option('--timeout <seconds>', 'give up after that'),
  async run({ operands: [given = ''], options }, context, show) {
    const { client } = context;
    const id = objectiveId(given);
    const seconds = numberAfter('wait', options, 'timeout', { least: 0, most: mostSeconds, whole: false });
    const ends = new AbortController();
    const timer = seconds === undefined ? null : setTimeout(() => ends.abort(), seconds * 1_000);
    const signal = context.signal ? AbortSignal.any([context.signal, ends.signal]) : ends.signal;
    try {
      let data = await client.objective(id);
      if (!(data.state in exitCodes))
        // the last ones too: it may have ended between the two questions
        for await (const event of client.events({ last: 100, signal })) {
          if (event.objective !== id) continue;
          data = await client.objective(id);
          if (data.state in exitCodes) break;
        }
      return { data, text: startedText(show, data), exitCode: exitCodes[data.state] ?? timeoutExit };
    } finally {
      if (timer) clearTimeout(timer);
      ends.abort();
    }
  },
};

export const objectiveVerbs: readonly Verb[] = [
  start,
  importIssues,
  cancel,
  requeue,
  retry,
  objective,
  history,
  result,
  wait,
];
