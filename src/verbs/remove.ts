// remove: a product is one no longer. Its clone and what the journal knows of it stay.
import { FleetError } from '../common/errors.ts';
import { shellWord } from '../common/shell-word.ts';
import { count } from '../common/units.ts';
import { ownText } from '../text/index.ts';
import { entryLines, mayAsk, unwrittenExit } from './add.ts';
import { openProducts, withPlace } from './open-products.ts';
import { readByFleetd, unseen } from './taken-up.ts';
import type { Verb, VerbContext } from './verb.ts';

export const remove: Verb = {
  name: 'remove',
  usage: '<product> [--cancel-queued] [--yes] [--dry-run]',
  summary: 'Take a product out of products.yaml; its clone and its history stay',
  details: [
    'Refused while it works or something is queued on it: `stop` it first, and --cancel-queued cancels what waits. Nothing else in',
    'products.yaml changes, and the former version stays beside it as products.yaml.before. In a terminal it asks; elsewhere --yes.',
  ],
  examples: ['remove shop', 'remove shop --cancel-queued --yes'],
  surfaces: ['cli'],
  takesProduct: true,
  lasts: true,
  grammar: (command) =>
    withPlace(command)
      .argument('<product>')
      .option('--cancel-queued', 'cancel what waits on it')
      .option('--yes', 'without a question')
      .option('--dry-run', 'show what would be written'),
  async run({ operands: [name = ''], options }, context, show) {
    const { file, inForce } = await openProducts(context, remove, options);
    const { draft, clone, origin } = await file.remove(name);
    const idle = async () =>
      inForce === null ? [] : await requireIdle(context, name, options.cancelQueued === true);
    let waiting = await idle();
    const lines = entryLines(show, draft);
    if (inForce === null)
      lines.push(`Whether something works on ${name} was not asked: no fleetd answers here.`);
    const data = { product: name, file: file.file, lines: draft.lines, clone };
    const line = `fleet remove ${shellWord(name)}${options.cancelQueued === true ? ' --cancel-queued' : ''} --yes`;
    if (options.dryRun === true)
      return { data: { ...data, written: false }, text: [...lines, 'Nothing was written.'].join('\n') };
    if (options.yes !== true && !mayAsk(context))
      return {
        data: { ...data, written: false, line },
        text: [...lines, `Nothing was written: nobody is here to ask. To remove it: ${line}`].join('\n'),
        exitCode: unwrittenExit,
      };
    if (options.yes !== true) {
      for (const one of lines) context.output?.append(one);
      const cancels = waiting.length > 0 ? ` and cancel ${count(waiting.length, 'objective')}` : '';
      const answer = await context.questions?.choose(`Remove ${name}${cancels}?`, [
        { value: 'no', label: 'No' },
        { value: 'yes', label: 'Yes' },
      ]);
      if (answer !== 'yes')
        return { data: { ...data, written: false }, text: 'Nothing was written.', exitCode: unwrittenExit };
      // It may have begun to work while the question stood.
      waiting = await idle();
    }
    for (const id of waiting)
      await context.client.cancel(id, { source: context.source, reason: `${name} is removed` });
    const { former } = await draft.write();
    const back =
      origin === null
        ? `put its lines back from ${former}`
        : `\`fleet add ${shellWord(origin)} --name ${name}\`, or its lines from ${former}`;
    const said = [
      `${name} is out of ${file.file}${waiting.length > 0 ? `; cancelled: ${waiting.join(', ')}` : ''}.`,
      `Its clone stays at ${clone}, its history in the journal. To bring it back: ${back}.`,
    ];
    const written = { ...data, written: true, former, cancelled: waiting };
    const problem = inForce === null ? unseen : await readByFleetd(context, draft.digest);
    if (problem !== null) said.push(problem);
    return {
      data: written,
      text: said.map((one) => ownText(show, one)).join('\n'),
      exitCode: problem === null || inForce === null ? 0 : 5,
    };
  },
};

/** @returns ids of what waits on it and may be cancelled. @throws FleetError PRODUCT_IN_USE */
async function requireIdle({ client }: VerbContext, name: string, cancels: boolean): Promise<string[]> {
  const { products, queue } = await client.status();
  const view = products.find((one) => one.name === name);
  // Only in the file: nothing can be at work on it.
  if (view === undefined) return [];
  const waiting = queue.filter(({ product }) => product === name).map(({ id }) => id);
  if (view.objective !== null && !waiting.includes(view.objective.id))
    throw new FleetError({
      code: 'PRODUCT_IN_USE',
      product: name,
      message: `Expected nothing at work on ${name}, got ${view.objective.id} (${view.objective.state}).`,
      mend: `Let it end, or \`fleet stop ${name}\` first.`,
    });
  if (waiting.length > 0 && !cancels)
    throw new FleetError({
      code: 'PRODUCT_IN_USE',
      product: name,
      message: `Expected nothing queued on ${name}, got ${waiting.slice(0, 5).join(', ')}${waiting.length > 5 ? ', …' : ''}.`,
      mend: `Let it be done, or cancel it with the removal: \`fleet remove ${name} --cancel-queued\`.`,
    });
  return waiting;
}
