// The machines on which products run.
import type { RuntimeView } from '../contract/runtimes.ts';
import { runtimesText } from '../text/index.ts';
import { runtimeTable } from './columns.ts';
import { namesBy } from './form.ts';
import { everywhere, type Verb } from './verb.ts';

const runtimes: Verb = {
  name: 'runtimes',
  usage: '',
  summary: 'Each runtime: whether it is in reach, which products are there, and what is free',
  examples: ['runtimes', 'runtimes --output json'],
  surfaces: everywhere,
  grammar: (command) => command,
  names: namesBy<RuntimeView>('name'),
  table: runtimeTable,
  async run(_, { client, now }, show) {
    const status = await client.status();
    return {
      data: status.runtimes ?? [],
      text: runtimesText({ ...show, nowMs: now() }, status),
    };
  },
};

export const runtimeVerbs: Verb[] = [runtimes];
