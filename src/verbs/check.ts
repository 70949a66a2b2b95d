// Whether a products.yaml is right, before a fleet reads it. Needs no fleetd.
import { FleetError } from '../common/errors.ts';
import { count } from '../common/units.ts';
import type { Verb } from './verb.ts';

export const check: Verb = {
  name: 'check',
  usage: '[file]',
  summary: 'Whether a products.yaml is right, with line and column of what is not; needs no fleet',
  details: [
    'Without a file: products.yaml here. Absolute paths in it are looked at as the compose bundle sees them; elsewhere say',
    'where clones and your repositories lie. Exit code: 0 it is right, 2 it is not.',
  ],
  examples: ['check', 'check products.yaml --projects /home/me/code'],
  surfaces: ['cli'],
  grammar: (command) =>
    command
      .argument('[file]')
      .option('--workspace <folder>', 'where the clones lie (/workspace)')
      .option('--projects <folder>', 'where your repositories lie (/projects)'),
  async run({ operands: [file = 'products.yaml'], options }, { local }, show) {
    if (!local)
      throw new FleetError({
        code: 'BAD_USAGE',
        message: 'Expected a terminal in which the file lies, got none.',
        mend: `Type \`fleet check ${file}\` there.`,
      });
    const folder = (given: unknown, usual: string) => (typeof given === 'string' ? given : usual);
    const data = await local.registry(file, {
      workspaceRoot: folder(options.workspace, '/workspace'),
      projectsRoot: folder(options.projects, '/projects'),
    });
    const { products, recurring } = data;
    const recurs =
      recurring.length === 0
        ? ''
        : ` ${count(recurring.length, 'objective')} ${recurring.length === 1 ? 'recurs' : 'recur'}: ${recurring.join(', ')}.`;
    const text = `${file} is right: ${count(products.length, 'product')} (${products.join(', ')}).${recurs}`;
    return { data, text: show.line(text, 4_000) };
  },
};
