// The machines on which products run.
import { FleetError } from '../common/errors.ts';
import type { RuntimeView } from '../contract/runtimes.ts';
import { controlText, runtimesText } from '../text/index.ts';
import { runtimeTable } from './columns.ts';
import { namesBy } from './form.ts';
import { everywhere, type Verb } from './verb.ts';

/** forget: a human says that one is gone for good. */
const runtimes: Verb = {
  name: 'runtimes',
  usage: '[forget <name>]',
  summary: 'Each runtime: whether it is in reach, which products are there, and what is free',
  details: [
    '`runtimes forget <name>`, in a terminal of the machine that runs the fleet: one out of reach is gone for good, and its products go on elsewhere.',
    'It is refused while the runtime answers, and until its lease has surely ended: something may still run there.',
    '--machine-is-off: you have seen that it is off; the lease is not waited for. What was made there and is not published stays there.',
  ],
  examples: ['runtimes', 'runtimes forget big-box'],
  surfaces: everywhere,
  grammar: (command) =>
    command
      .argument('[change]')
      .argument('[name]')
      .option('--machine-is-off', 'nothing can run there: its lease is not waited for'),
  names: namesBy<RuntimeView>('name'),
  table: runtimeTable,
  async run({ operands: [asked, name = ''], options }, { client, source, now }, show) {
    if (asked === undefined) {
      const status = await client.status();
      return { data: status.runtimes ?? [], text: runtimesText({ ...show, nowMs: now() }, status) };
    }
    if (asked.toLowerCase() !== 'forget' || name === '')
      throw new FleetError({
        code: 'BAD_USAGE',
        message: `Expected \`forget\` and the name of a runtime, got ${JSON.stringify(`${asked} ${name}`.trim().slice(0, 60))}.`,
        mend: 'List the names with `fleet runtimes`.',
      });
    const machineIsOff = options.machineIsOff === true;
    const data = await client.forgetRuntime(name.toLowerCase(), { source, machineIsOff });
    // Nothing takes it back: the places are given anew.
    return { data, text: controlText(show, { ...data, changed: false }) };
  },
};

const move: Verb = {
  name: 'move',
  usage: '<product> <runtime> [--salvage]',
  summary: 'A product goes on on another runtime, with all branches and marks',
  details: [
    'What works there is stopped as by `pause`, and its objective goes on at the new place. No remote is needed for the branches.',
    'Refused while something is not committed; --salvage commits that to branches `parked/…`, which come along.',
    'The old folder is kept beside its place, and named. Named with the runtime where it still is, a move is called off.',
  ],
  examples: ['move product-a big-box', 'move product-a big-box --salvage'],
  surfaces: ['cli'],
  takesProduct: true,
  grammar: (command) =>
    command
      .argument('<product>')
      .argument('<runtime>')
      .option('--salvage', 'what is not committed comes along on branches parked/…'),
  async run({ operands: [product = '', runtime = ''], options }, { client, source }, show) {
    const data = await client.moveProduct(product.toLowerCase(), {
      source,
      runtime: runtime.toLowerCase(),
      salvage: options.salvage === true,
    });
    // Nothing but another move takes it back.
    return { data, text: controlText(show, { ...data, changed: false }) };
  },
};

export const runtimeVerbs: Verb[] = [runtimes, move];
