// The installation: what only the operator asks of it.
import { FleetError } from '../common/errors.ts';
import { backupText } from '../text/index.ts';
import { check } from './check.ts';
import { doctor } from './doctor.ts';
import type { Verb } from './verb.ts';

const backup: Verb = {
  name: 'backup',
  usage: '',
  summary: 'Copy the journal beside itself, while fleetd goes on',
  details: [
    'Restore: stop fleetd, put the copy in the place of journal.db, remove journal.db-wal, start fleetd.',
  ],
  surfaces: ['cli'],
  grammar: (command) => command,
  async run(_asked, { client }, show) {
    const data = await client.backup();
    return { data, text: backupText(show, data) };
  },
};

const init: Verb = {
  name: 'init',
  usage: '--type marketing|support <product>',
  summary:
    'Lay a product down for marketing or support: agent definitions, quality gates, a sample objective',
  details: [
    'Adds a section to the agent definitions in .overstory/agent-defs, sets project.qualityGates where none of your own are,',
    'and writes a sample objective to .overstory/specs. Commits nothing: read it, change it, commit it.',
  ],
  surfaces: ['cli'],
  takesProduct: true,
  grammar: (command) => command.argument('<product>').option('--type <type>', 'marketing or support'),
  async run({ operands: [product = ''], options }, { client, source }, show) {
    const { type } = options;
    if (type !== 'marketing' && type !== 'support')
      throw new FleetError({
        code: 'BAD_USAGE',
        message: `Expected --type marketing or --type support, got ${typeof type === 'string' ? JSON.stringify(type.slice(0, 40)) : 'none'}.`,
        mend: 'A product of code needs no more than `ov init`.',
      });
    const data = await client.layDown(product, { type, source });
    const lines = [
      data.done.length > 0
        ? `${product} is laid down for ${type}: ${data.done.join(', ')}.`
        : `${product} was laid down for ${type} already.`,
      ...data.left.map((one) => `${one}.`),
      `Read it, commit it, then begin: ${show.command(`start ${product} "$(cat .overstory/specs/sample-${type}.md)"`)}`,
    ];
    return { data, text: lines.map((line) => show.line(line, 600)).join('\n') };
  },
};

const prepare: Verb = {
  name: 'prepare',
  usage: '<product>',
  summary: 'Make a product ready: its clone, and what overstory needs in it; the others go on',
  details: [
    'A product that is new in products.yaml is made ready by itself. This does it again, when what was in its way is mended.',
  ],
  surfaces: ['cli'],
  takesProduct: true,
  grammar: (command) => command.argument('<product>'),
  async run({ operands: [product = ''] }, { client, source }, show) {
    const data = await client.prepare(product, { source });
    return { data, text: show.line(data.text, 2_000) };
  },
};

export const installationVerbs: readonly Verb[] = [doctor, check, prepare, backup, init];
