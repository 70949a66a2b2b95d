// The installation: what only the operator asks of it.
import { backupText } from '../text/index.ts';
import { add } from './add.ts';
import { check } from './check.ts';
import { completion } from './completion.ts';
import { doctor } from './doctor.ts';
import { edit } from './edit.ts';
import { init } from './init.ts';
import { remove } from './remove.ts';
import type { Verb } from './verb.ts';

const backup: Verb = {
  name: 'backup',
  usage: '',
  summary: 'Copy the journal beside itself, while fleetd goes on',
  details: [
    'Restore: stop fleetd, put the copy in the place of journal.db, remove journal.db-wal, start fleetd.',
  ],
  examples: ['backup'],
  surfaces: ['cli'],
  grammar: (command) => command,
  async run(_asked, { client }, show) {
    const data = await client.backup();
    return { data, text: backupText(show, data) };
  },
};

const prepare: Verb = {
  name: 'prepare',
  usage: '<product>',
  summary: 'Make a product ready: its clone, and what overstory needs in it; the others go on',
  details: [
    'A product that is new in products.yaml is made ready by itself. This does it again, when what was in its way is mended.',
  ],
  examples: ['prepare product-a'],
  surfaces: ['cli'],
  takesProduct: true,
  grammar: (command) => command.argument('<product>'),
  async run({ operands: [product = ''] }, { client, source }, show) {
    const data = await client.prepare(product, { source });
    return { data, text: show.line(data.text, 2_000) };
  },
};

export const installationVerbs: readonly Verb[] = [
  add,
  edit,
  remove,
  doctor,
  check,
  prepare,
  backup,
  init,
  completion,
];
