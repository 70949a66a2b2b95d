// add: a repository becomes a product.
import { errorClasses, FleetError } from '../common/errors.ts';
import { shellWord } from '../common/shell-word.ts';
import { errorText, ownText, type Surface, sentence } from '../text/index.ts';
import { forProgram } from './form.ts';
import type { Looked, OpenProducts, ProductsDraft, Proposed } from './local-products.ts';
import { openProducts, withPlace } from './open-products.ts';
import { numberAfter } from './options.ts';
import { madeReady, readByFleetd, unseen } from './taken-up.ts';
import type { Answer, Options, Verb, VerbContext } from './verb.ts';

/** What was asked is not written: a human has to say yes first. */
export const unwrittenExit = 4;

export const add: Verb = {
  name: 'add',
  usage: '<folder or address> [--name name] [--type type] [--weight n] [--yes] [--dry-run]',
  summary:
    'Make a repository a product: looks at it, proposes an entry of products.yaml, writes it, prepares it',
  details: [
    'In a terminal it asks before it writes; elsewhere --yes says so. --dry-run only shows. Nothing else in products.yaml changes,',
    'and the former version stays beside it as products.yaml.before. It is the file that fleetd reads, or with --file another;',
    'without a fleetd in reach the one here (of the bundle: with PROJECTS_DIR of .env, or --projects).',
  ],
  examples: ['add ~/code/web-shop --name shop', 'add git@github.com:you/blog.git --type marketing --yes'],
  surfaces: ['cli'],
  lasts: true,
  grammar: (command) =>
    withPlace(command)
      .argument('<folder-or-address>')
      .option('--name <name>', 'instead of the proposed one')
      .option('--type <type>', 'code, marketing, support or a word of your own')
      .option('--weight <n>', 'expected size of a session')
      .option('--yes', 'write it without a question')
      .option('--dry-run', 'show what would be written'),
  async run({ operands: [given = ''], options }, context, show) {
    const { file, inForce } = await openProducts(context, add, options);
    const looked = await file.look(given);
    const first = { ...looked.proposed, ...flagsOf(options) };
    const seen = looked.sentences.map((one) => sentence(show, show.line(one, 2_000)));
    const asks = mayAsk(context) && options.yes !== true && options.dryRun !== true;
    if (asks) for (const one of seen) context.output?.append(one);
    const decided = asks
      ? await confirmed(context, show, file, looked, first)
      : { as: first, draft: await looked.draft(first) };
    if (decided === null)
      return { data: { written: false }, text: 'Nothing was written.', exitCode: unwrittenExit };
    const { as, draft } = decided;
    const data = { product: as, repository: looked.about, file: file.file, lines: draft.lines };
    if (options.dryRun === true || (!asks && options.yes !== true))
      return notYet(
        [...seen, ...entryLines(show, draft)],
        data,
        lineFor(given, as, options),
        options.dryRun === true,
      );
    const { former } = await draft.write();
    const wrote = `${as.name} is in ${file.file} (the former version: ${former}).`;
    return takenUp({ as, draft, wrote, data: { ...data, former }, inForce: inForce !== null }, context, show);
  },
};

export const mayAsk = (context: VerbContext) => context.questions !== undefined && !forProgram(context);

function flagsOf(options: Options): Partial<Proposed> {
  const weight = numberAfter('add', options, 'weight', { least: 0.01, most: 1_024, whole: false });
  return {
    ...(typeof options.name === 'string' && { name: options.name }),
    ...(typeof options.type === 'string' && { type: options.type }),
    ...(weight !== undefined && { weight }),
  };
}

/** What would be different in the file, as the file has it. */
export const entryLines = (show: Surface, { file, lines }: ProductsDraft): string[] => [
  `In ${show.line(file, 400)}:`,
  ...lines
    .filter((line) => line.slice(1).trim() !== '')
    .map(
      (line) =>
        `  ${show.paint(line.startsWith('+') ? 'good' : 'bad', show.line(line.slice(0, 1)) + safe(show, line.slice(1)))}`,
    ),
];

/** With its blanks, which mean something there. */
const safe = (show: Surface, line: string) => `${/^ */.exec(line)?.[0] ?? ''}${show.line(line, 400)}`;

/** null: no */
async function confirmed(
  { questions, output }: VerbContext,
  show: Surface,
  file: OpenProducts,
  looked: Looked,
  first: Proposed,
): Promise<{ as: Proposed; draft: ProductsDraft } | null> {
  for (let as = first; ; ) {
    const draft = await looked.draft(as).catch((thrown) => FleetError.wrap(thrown));
    if (draft instanceof FleetError) output?.append(errorText(show, draft.toJSON()));
    else for (const line of entryLines(show, draft)) output?.append(line);
    const answer = await questions?.choose(`Add ${as.name} to ${file.file}?`, [
      ...(draft instanceof FleetError ? [] : [{ value: 'yes' as const, label: 'Yes, as shown' }]),
      { value: 'change' as const, label: 'Change its name, type or weight first' },
      { value: 'no' as const, label: 'No' },
    ]);
    if (answer === 'yes' && !(draft instanceof FleetError)) return { as, draft };
    if (answer !== 'change' || !questions) return null;
    const name = await questions.text('Its name, as you say it in chat', as.name, (one) =>
      file.names.includes(one) ? 'There is a product of that name.' : undefined,
    );
    const type =
      name === null
        ? null
        : await questions.text('Its type: code, marketing, support …', as.type, () => undefined);
    const weight =
      type === null
        ? null
        : await questions.text(
            'Expected size of a session: 1 = 1 GiB and 0.25 core',
            String(as.weight),
            (one) => (Number(one) > 0 ? undefined : 'A number above 0.'),
          );
    if (name === null || type === null || weight === null) return null;
    as = { name: name.trim(), type: type.trim(), weight: Number(weight) };
  }
}

function lineFor(given: string, as: Proposed, { file, projects }: Options): string {
  const words = [given, '--name', as.name, '--type', as.type, '--weight', String(as.weight)];
  for (const [option, value] of [
    ['--file', file],
    ['--projects', projects],
  ] as const)
    if (typeof value === 'string') words.push(option, value);
  return `fleet add ${words.map(shellWord).join(' ')} --yes`;
}

function notYet(lines: string[], data: object, line: string, dry: boolean): Answer {
  const end = dry ? 'Nothing was written.' : 'Nothing was written: nobody is here to ask.';
  return {
    data: { ...data, written: false, line },
    text: [...lines, `${end} To add it: ${line}`].join('\n'),
    exitCode: dry ? 0 : unwrittenExit,
  };
}

async function takenUp(
  {
    as,
    draft,
    wrote,
    data,
    inForce,
  }: { as: Proposed; draft: ProductsDraft; wrote: string; data: object; inForce: boolean },
  context: VerbContext,
  show: Surface,
): Promise<Answer> {
  const written = { ...data, written: true };
  const lines = [wrote];
  const say = (text: string) =>
    lines
      .map((one) => ownText(show, one))
      .concat(text)
      .join('\n');
  if (!inForce) return { data: { ...written, ready: null }, text: say(ownText(show, unseen)) };
  const tell = (sentence: string) =>
    forProgram(context) ? undefined : context.output?.append(show.line(sentence, 400));
  const problem = await readByFleetd(context, draft.digest);
  if (problem !== null)
    return { data: { ...written, ready: false, problem }, text: say(ownText(show, problem)), exitCode: 5 };
  try {
    const ready = await madeReady(context, as.name, tell);
    const next = `Say what is to be done: ${show.command(`start ${as.name} …`)}`;
    return { data: { ...written, ready: true, text: ready }, text: say(`${ownText(show, ready)}\n${next}`) };
  } catch (thrown) {
    const error = FleetError.wrap(thrown, as.name).toJSON();
    lines.push('It is no work for agents yet:');
    return {
      data: { ...written, ready: false, error },
      text: say(`${errorText(show, error)}\nThen: ${show.command(`prepare ${as.name}`)}`),
      exitCode: errorClasses[error.class].exit,
    };
  }
}
