// recurring [pause|resume|delete <name>]: what comes again, when, and whether it goes on.

import { FleetError } from '../common/errors.ts';
import { recurringText } from '../text/index.ts';
import { everywhere, type Verb } from './verb.ts';

const changes = ['pause', 'resume', 'delete'] as const;

export const recurring: Verb = {
  name: 'recurring',
  usage: '[pause|resume|delete <name>]',
  summary: 'What comes again and when next; pause, resume or delete one of them',
  details: ['Set one up with `every`, or with `recurring:` in products.yaml.'],
  surfaces: everywhere,
  grammar: (command) => command.argument('[change]').argument('[name]'),
  async run({ operands: [asked, name = ''] }, { client, source }, show) {
    if (asked === undefined) {
      const data = await client.recurring();
      return { data, text: recurringText(show, data) };
    }
    const change = changes.find((each) => each === asked.toLowerCase());
    if (change === undefined || name === '')
      throw new FleetError({
        code: 'BAD_USAGE',
        message: `Expected ${changes.join(', ')} and a name, got ${JSON.stringify(`${asked} ${name}`.trim().slice(0, 60))}.`,
        mend: 'List the names with `fleet recurring`.',
      });
    const data = await client[`${change}Recurring` as const](name.toLowerCase(), { source });
    return {
      data,
      text:
        change === 'delete'
          ? `${show.line(data.name, 50)} does not recur any more.`
          : recurringText(show, [data]),
    };
  },
};
