// wait <objective>: until it is over; the exit code says how. For scripts.

import { FleetError } from '../common/errors.ts';
import { startedText } from '../text/index.ts';
import { objectiveId } from './names.ts';
import type { Verb } from './verb.ts';

/** Beside the exit codes of error classes (src/common/errors.ts), which stay what they are. */
const exitCodes: Record<string, number> = { done: 0, failed: 10, cancelled: 11 };
const timeoutExit = 12;

export const wait: Verb = {
  name: 'wait',
  usage: '<objective> [--timeout seconds]',
  summary: 'Wait until an objective is over; the exit code says how',
  details: ['Exit code: 0 done, 10 failed, 11 cancelled, 12 not over within --timeout (default: no limit).'],
  surfaces: ['cli'],
  lasts: true,
  grammar: (command) => command.argument('<objective>').option('--timeout <seconds>', 'give up after that'),
  async run({ operands: [given = ''], options }, context, show) {
    const { client } = context;
    const id = objectiveId(given);
    const timeoutMs = secondsOf(options.timeout) * 1000;
    const ends = new AbortController();
    const timer = Number.isFinite(timeoutMs) ? setTimeout(() => ends.abort(), timeoutMs) : null;
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

function secondsOf(given: string | boolean | undefined): number {
  if (given === undefined) return Number.POSITIVE_INFINITY;
  const seconds = Number(given);
  // longest timer of Node: 2^31 ms
  if (seconds >= 0 && seconds <= 2_000_000) return seconds;
  throw new FleetError({
    code: 'BAD_USAGE',
    message: `Expected seconds from 0 to 2000000 after --timeout, got ${given}.`,
    mend: 'Correct it: `fleet help wait`.',
  });
}
