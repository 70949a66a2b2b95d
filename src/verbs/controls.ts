// What a human stops, holds, puts first or limits.
import { FleetError } from '../common/errors.ts';
import type { AccountView } from '../contract/accounts.ts';
import { accountsText, controlText, stoppedText } from '../text/index.ts';
import { accountTable } from './columns.ts';
import { namesBy } from './form.ts';
import { objectiveId } from './names.ts';
import { everywhere, type Verb } from './verb.ts';

const stop: Verb = {
  name: 'stop',
  usage: '<product> [reason…]',
  summary: 'Stop what a product is working on',
  examples: ['stop product-a', 'stop product-a wrong branch'],
  surfaces: everywhere,
  takesProduct: true,
  takesText: true,
  grammar: (command) => command.argument('<product>').argument('[reason...]'),
  async run({ operands: [product = '', ...words] }, { client, source }, show) {
    const data = await client.stop(product, { source, reason: words.join(' ') || null });
    return { data, text: stoppedText(show, product, data) };
  },
};

const pause: Verb = {
  name: 'pause',
  usage: '<product> [reason…]',
  summary: 'Pause a product; what runs there is stopped and keeps its place',
  examples: ['pause product-b', 'pause product-b until the release is out'],
  surfaces: everywhere,
  takesProduct: true,
  takesText: true,
  grammar: (command) => command.argument('<product>').argument('[reason...]'),
  async run({ operands: [product = '', ...words] }, { client, source }, show) {
    const data = await client.pause(product, { source, reason: words.join(' ') || null });
    return { data, text: controlText(show, data) };
  },
};

const resume: Verb = {
  name: 'resume',
  usage: '<product>',
  summary: 'Let a paused product start again',
  examples: ['resume product-b'],
  surfaces: everywhere,
  takesProduct: true,
  grammar: (command) => command.argument('<product>'),
  async run({ operands: [product = ''] }, { client, source }, show) {
    const data = await client.resume(product, { source });
    return { data, text: controlText(show, data) };
  },
};

const focus: Verb = {
  name: 'focus',
  usage: '<product>',
  summary: 'Pause all other products and put this one first',
  examples: ['focus product-a'],
  surfaces: everywhere,
  takesProduct: true,
  grammar: (command) => command.argument('<product>'),
  async run({ operands: [product = ''] }, { client, source }, show) {
    const data = await client.focus(product, { source });
    return { data, text: controlText(show, data) };
  },
};

const priority: Verb = {
  name: 'priority',
  usage: '<product> <high|medium|low|1-100|before obj-n|after obj-n|default>',
  summary: "Change a product's priority while the fleet runs",
  details: [
    'products.yaml is never written: `default` gives back what it says.',
    '`before obj-7` is the priority that puts its next objective there in the queue.',
  ],
  examples: ['priority product-a high', 'priority product-a before obj-7'],
  surfaces: everywhere,
  takesProduct: true,
  grammar: (command) => command.argument('<product>').argument('<value>').argument('[objective]'),
  async run({ operands: [product = '', value = '', other] }, { client, source }, show) {
    const priority = other === undefined ? value : `${value} ${objectiveId(other)}`;
    const data = await client.priority(product, { source, priority });
    return { data, text: controlText(show, data) };
  },
};

const cap: Verb = {
  name: 'cap',
  usage: '<product|fleet> <what> <value>',
  summary: 'Change a limit while the fleet runs',
  details: [
    'Of the fleet: slots, live (sessions), memory (GiB, or 512m), cpu (percent), cost (USD a day). Of a product: memory, cpu (cores), cost.',
    '`none` is no limit, `default` is what products.yaml says.',
  ],
  examples: ['cap fleet slots 3', 'cap product-a cost 5'],
  surfaces: everywhere,
  takesProduct: true,
  grammar: (command) => command.argument('<product|fleet>').argument('<what>').argument('<value>'),
  async run({ operands: [scope = '', what = '', value = ''] }, { client, source }, show) {
    const data = await client.cap({ source, scope, what, value });
    return { data, text: controlText(show, data) };
  },
};

/** open: a human says that the limit is over. */
const accounts: Verb = {
  name: 'accounts',
  usage: '[open <name>]',
  summary: 'Keys and subscriptions: which is at a usage limit and until when',
  details: [
    'While one is closed nothing starts on it; what waits goes on by itself after the reset.',
    '`accounts open <name>`, in a terminal of the machine that runs the fleet: you bought credit, or the reset was read wrongly.',
  ],
  examples: ['accounts', 'accounts open default'],
  surfaces: everywhere,
  grammar: (command) => command.argument('[change]').argument('[name]'),
  names: namesBy<AccountView>('name'),
  table: accountTable,
  async run({ operands: [asked, name = ''] }, { client, source }, show) {
    if (asked === undefined) {
      const data = (await client.status()).accounts ?? [];
      return { data, text: accountsText(show, data) };
    }
    if (asked.toLowerCase() !== 'open' || name === '')
      throw new FleetError({
        code: 'BAD_USAGE',
        message: `Expected \`open\` and the name of an account, got ${JSON.stringify(`${asked} ${name}`.trim().slice(0, 60))}.`,
        mend: 'List the names with `fleet accounts`.',
      });
    const data = await client.openAccount(name.toLowerCase(), { source });
    // Nothing takes it back: the next limit that is seen does.
    return { data, text: controlText(show, { ...data, changed: false }) };
  },
};

const undo: Verb = {
  name: 'undo',
  usage: '',
  summary: 'Take back the last pause, resume, focus, priority or cap',
  examples: ['undo'],
  surfaces: everywhere,
  grammar: (command) => command,
  async run(_asked, { client, source }, show) {
    const data = await client.undo({ source });
    return { data, text: controlText(show, data) };
  },
};

export const controlVerbs: readonly Verb[] = [stop, pause, resume, focus, priority, cap, accounts, undo];
