// look <product> [path]: its files, one file, or its git log. Read only.

import { FleetError } from '../common/errors.ts';
import type { LookReply } from '../contract/runtime/look.ts';
import { lookText } from '../text/index.ts';
import { everywhere, type Verb, type VerbContext } from './verb.ts';

export const look: Verb = {
  name: 'look',
  usage: '<product> [path] [--log]',
  summary: "A product's files, one file, or its last commits",
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
