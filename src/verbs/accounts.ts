// accounts [open <name>]: keys and subscriptions with their usage limits; open: a human says that the limit is over.

import { FleetError } from '../common/errors.ts';
import { accountsText, controlText } from '../text/index.ts';
import { everywhere, type Verb } from './verb.ts';

export const accounts: Verb = {
  name: 'accounts',
  usage: '[open <name>]',
  summary: 'Keys and subscriptions: which is at a usage limit and until when',
  details: [
    'While one is closed nothing starts on it; what waits goes on by itself after the reset.',
    '`accounts open <name>`, in a terminal of the machine that runs the fleet: you bought credit, or the reset was read wrongly.',
  ],
  surfaces: everywhere,
  grammar: (command) => command.argument('[change]').argument('[name]'),
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
