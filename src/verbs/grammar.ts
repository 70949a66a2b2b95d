// Words → a verb with its operands and options. commander parses; a line from chat is cut into words first.
import { Command, CommanderError, Option } from 'commander';
import { FleetError } from '../common/errors.ts';
import { shellWord } from '../common/shell-word.ts';
import { maxObjectiveBytes } from '../contract/limits.ts';
import { nextWord, option, textWords, wordsOf } from './chat.ts';
import { type Form, forms } from './form.ts';
import { nearest, productName } from './names.ts';
import type { Asked, Options, Verb, VerbContext } from './verb.ts';

export interface Parsed extends Asked {
  verb: Verb;
  /** cli only: --json, --output, --socket */
  form: Form;
  /** of --columns; null: those that are usual */
  columns: string[] | null;
  socket: string | null;
}

/** Throws FleetError: VERB_UNKNOWN, BAD_USAGE. */
export function parse(
  input: string[] | string,
  surface: VerbContext['surface'],
  verbs: readonly Verb[],
): Parsed {
  // Words that fit one verb need no other's grammar, and all of them take longer to lay than most verbs to run. What does not
  // fit is said against all.
  const named = typeof input !== 'string' && input.find((word) => verbs.some(({ name }) => name === word));
  if (named) {
    try {
      return parseWith(
        input,
        surface,
        verbs.filter(({ name }) => name === named),
      );
    } catch (error) {
      if (!(error instanceof FleetError)) throw error;
    }
  }
  return parseWith(input, surface, verbs);
}

function parseWith(
  input: string[] | string,
  surface: VerbContext['surface'],
  verbs: readonly Verb[],
): Parsed {
  const known = verbs.filter((verb) => verb.surfaces.includes(surface));
  let parsed: Parsed | null = null;
  const program = quiet(new Command('fleet')).helpCommand(false);
  if (surface === 'cli')
    program
      .option('--json')
      .addOption(new Option('--output <form>').choices(forms))
      .option('--columns <names>')
      .option('--socket <path>');
  for (const verb of known) {
    const command = verb.grammar(quiet(program.command(verb.name)));
    command.action(() => {
      const all: Options = command.optsWithGlobals();
      const { json, output, socket, columns, ...options } = all;
      const asked = typeof columns === 'string' ? columns.toLowerCase().match(/[^\s,]+/g) : null;
      parsed = {
        verb,
        operands: operandsOf(verb, command.args),
        options,
        form: json === true ? 'json' : ((output as Form | undefined) ?? (asked ? 'table' : 'text')),
        columns: asked,
        socket: typeof socket === 'string' ? socket : null,
      };
    });
  }
  const words = typeof input === 'string' ? chatWords(input, known, program) : input;
  try {
    program.parse(words.length > 0 ? words : ['help'], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError && error.code === 'commander.helpDisplayed')
      return parse(
        ['help', ...program.args.filter((word) => !word.startsWith('-')).slice(0, 1)],
        surface,
        verbs,
      );
    throw typedElsewhere(words, verbs, surface) ?? usageError(error, program.args, known);
  }
  // commander calls the action of one command or throws
  if (parsed === null)
    throw usageError(new CommanderError(2, 'commander.unknownCommand', ''), program.args, known);
  return parsed;
}

/** Nothing exits and nothing is printed: help is a verb of ours. */
function quiet(command: Command): Command {
  const silent = () => {};
  return command.exitOverride().configureOutput({ writeOut: silent, writeErr: silent, outputError: silent });
}

function operandsOf(verb: Verb, operands: string[]): string[] {
  const [first, ...rest] = operands;
  return verb.takesProduct && first !== undefined ? [productName(first), ...rest] : operands;
}

/** Of a chat line, in characters: an objective of the greatest length, its acceptance and its options. */
const maxLine = maxObjectiveBytes + 32_768;
/** The same where no text is taken: a few names and numbers. */
const maxWordsLine = 4_096;

function chatWords(input: string, known: readonly Verb[], program: Command): string[] {
  const { word, rest } = nextWord(input);
  const name = word.toLowerCase();
  const verb = known.find((each) => each.name === name);
  if (input.length > (verb?.takesText ? maxLine : maxWordsLine))
    throw new FleetError({
      code: 'TEXT_TOO_LARGE',
      message: `Expected at most ${verb?.takesText ? maxObjectiveBytes / 1024 : maxWordsLine / 1024} KiB of text, got ${Math.round(Buffer.byteLength(input) / 1024)} KiB.`,
      mend: 'Put the long part into a file of the product and name the file.',
    });
  if (!verb?.takesText) return [name, ...wordsOf(rest).map(option)].filter((each, i) => i > 0 || each !== '');
  const options = program.commands.find((command) => command.name() === name)?.options ?? [];
  const takesValue = (long: string) => options.find((each) => each.long === long)?.required;
  return [name, ...textWords(rest, takesValue)];
}

/** Of a verb of the terminal that was said in chat: the line to type. null: it is none. */
function typedElsewhere(
  words: string[],
  verbs: readonly Verb[],
  surface: VerbContext['surface'],
): FleetError | null {
  const verb = verbs.find(({ name }) => name === words[0]?.toLowerCase());
  if (!verb || verb.surfaces.includes(surface)) return null;
  const line = ['bin/fleet', verb.name, ...words.slice(1).map(shellWord)].join(' ');
  return new FleetError({
    code: 'OPERATOR_ONLY',
    message: `Expected \`${verb.name}\` in a terminal of the machine that runs the fleet, got it in chat.`,
    mend: `Type there: \`${line.replaceAll('`', "'").slice(0, 300)}\` (docs/commands.md says how the bundle’s is reached).`,
  });
}

/** @param words what is left when the options before the verb are taken out */
function usageError(error: unknown, words: string[], known: readonly Verb[]): FleetError {
  if (!(error instanceof CommanderError)) return FleetError.wrap(error);
  const names = known.map((verb) => verb.name);
  // of --output, which stands before or behind any verb
  if (error.code === 'commander.invalidArgument' && words.length === 0)
    return new FleetError({
      code: 'BAD_USAGE',
      message: `Expected one of ${forms.join(', ')} for --output, got another.`,
      mend: 'See `fleet help`.',
    });
  const name = words.find((word) => !word.startsWith('-')) ?? '';
  const verb = known.find((each) => each.name === name);
  if (!verb) {
    const meant = nearest(name, names);
    return new FleetError({
      code: 'VERB_UNKNOWN',
      message: `Expected ${meant ? 'a verb' : `one of ${names.join(', ')}`}, got ${name ? JSON.stringify(name.slice(0, 60)) : 'none'}.`,
      mend: meant ? `Did you mean \`fleet ${meant}\`? \`fleet help\` explains each.` : 'See `fleet help`.',
    });
  }
  const complaint = error.message
    .replace(/^error: /, '')
    .replace(/\.$/, '')
    .replace(/^missing required argument '(.+)'$/, 'no $1');
  const dashes =
    error.code === 'commander.unknownOption' && verb.takesText
      ? ` A text that holds ${complaint.match(/'(.+?)'/)?.[1] ?? 'dashes'} goes after \`--\`.`
      : '';
  return new FleetError({
    code: 'BAD_USAGE',
    message: `Expected \`fleet ${`${name} ${verb.usage}`.trim()}\`, got ${complaint.replace(/\n.*/s, '')}.`,
    mend: `See \`fleet help ${name}\`.${dashes}`,
  });
}
