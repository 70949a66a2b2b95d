// events: what happened lately, or from now on. Terminal only: it can go on for ever.

import { FleetError } from '../common/errors.ts';
import { quietJson } from '../common/terminal-safe-json.ts';
import { eventText } from '../text/index.ts';
import type { Verb } from './verb.ts';

export const events: Verb = {
  name: 'events',
  usage: '[--follow] [--last n] [--after seq]',
  summary: 'What happened lately; --follow goes on',
  surfaces: ['cli'],
  grammar: (command) =>
    command
      .option('--follow', 'go on until Ctrl-C')
      .option('--last <n>', 'start with the last n', '20')
      .option('--after <seq>', 'start after this event'),
  async run({ options }, context, show) {
    const { client, signal, output } = context;
    const asked = client.events({
      last: whole('--last', options.last),
      after: whole('--after', options.after),
      follow: options.follow === true,
      signal,
    });
    for await (const event of asked)
      output?.append(context.json ? quietJson({ ok: true, data: event }) : eventText(show, event));
    return { text: '', data: null };
  },
};

function whole(option: string, given: string | boolean | undefined): number | undefined {
  if (given === undefined) return undefined;
  if (typeof given === 'string' && /^\d{1,15}$/.test(given)) return Number(given);
  throw new FleetError({
    code: 'BAD_USAGE',
    message: `Expected a whole number after ${option}, got ${given}.`,
    mend: 'Correct it: `fleet help events`.',
  });
}
