// edit: what products.yaml says of a product.
import { errorClasses, FleetError } from '../common/errors.ts';
import { ownText } from '../text/index.ts';
import { entryLines } from './add.ts';
import { openProducts, withPlace } from './open-products.ts';
import { madeReady, readByFleetd, unseen } from './taken-up.ts';
import type { Verb, VerbContext } from './verb.ts';

/** With one of these changed the product is somewhere else, or is made in another way. */
const ofItsPlace = /^(?:path|paths|repo|checkout|overstory)\b/;

export const edit: Verb = {
  name: 'edit',
  usage: '<product> <key=value…> [--dry-run]',
  summary: 'Change what products.yaml says of a product; `key=` or `key=default` takes a key out',
  details: [
    'Keys and values as products.yaml explains them, a key within another after a dot. Nothing else in the file changes, and the',
    'former version stays beside it as products.yaml.before. What is set in chat (priority, caps) goes before it.',
  ],
  examples: ['edit shop priority=high caps.max_workers=3', `edit shop 'channels=[webchat, "slack:#shop"]'`],
  surfaces: ['cli'],
  takesProduct: true,
  lasts: true,
  grammar: (command) =>
    withPlace(command)
      .argument('<product>')
      .argument('<changes...>')
      .option('--dry-run', 'show what would be written'),
  async run({ operands: [name = '', ...words], options }, context, show) {
    const { file, inForce } = await openProducts(context, edit, options);
    const draft = await file.edit(name, words);
    const data = { product: name, file: file.file, lines: draft.lines };
    if (draft.lines.length === 0)
      return {
        data: { ...data, written: false },
        text: ownText(show, `${file.file} says that of ${name} already.`),
      };
    const lines = entryLines(show, draft);
    if (options.dryRun === true)
      return { data: { ...data, written: false }, text: [...lines, 'Nothing was written.'].join('\n') };
    const { former } = await draft.write();
    const written = { ...data, written: true, former };
    if (inForce === null) return { data: written, text: [...lines, ownText(show, unseen)].join('\n') };
    const problem = await readByFleetd(context, draft.digest);
    if (problem !== null)
      return {
        data: { ...written, problem },
        text: [...lines, ownText(show, problem)].join('\n'),
        exitCode: 5,
      };
    const { text, exitCode } = await afterwards(context, name, words);
    return {
      data: written,
      text: [...lines, ...text.map((one) => ownText(show, one))].join('\n'),
      exitCode,
    };
  },
};

/** That it is in force, what stands above it, and whether its repository could be made ready. */
async function afterwards(context: VerbContext, name: string, words: string[]) {
  const { overrides } = await context.client.status();
  const above = overrides
    .filter(({ scope, what }) => scope === name && words.some((word) => word.split('=')[0]?.includes(what)))
    .map(({ text }) => `What was said in chat goes before it: ${text}`);
  if (!words.some((word) => ofItsPlace.test(word)))
    return { text: ['It is in force.', ...above], exitCode: 0 };
  try {
    return { text: [await madeReady(context, name, () => {}), ...above], exitCode: 0 };
  } catch (thrown) {
    const error = FleetError.wrap(thrown, name).toJSON();
    return {
      text: [`${error.code}: ${error.message} Mend: ${error.mend}`, ...above],
      exitCode: errorClasses[error.class].exit,
    };
  }
}
