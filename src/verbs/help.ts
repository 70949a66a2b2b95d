// help [verb]: the verbs, or one of them in detail.
import { rows, type Surface } from '../text/index.ts';
import { nearest } from './names.ts';
import { everywhere, type Verb, type VerbContext } from './verb.ts';

export function helpFor(verbs: readonly Verb[]): Verb {
  return {
    name: 'help',
    usage: '[verb]',
    summary: 'These verbs, or one in detail',
    examples: ['help', 'help start'],
    surfaces: everywhere,
    grammar: (command) => command.argument('[verb]'),
    async run({ operands: [name] }, { surface }, show) {
      const known = verbs.filter((verb) => verb.surfaces.includes(surface));
      const verb = known.find(
        (each) =>
          each.name ===
          (name &&
            nearest(
              name,
              known.map((one) => one.name),
            )),
      );
      return {
        data: (verb ? [verb] : known).map((each) => ({
          verb: each.name,
          usage: each.usage,
          summary: each.summary,
        })),
        text: verb ? verbHelp(show, surface, verb) : overview(show, surface, known),
      };
    },
  };
}

function verbHelp(show: Surface, surface: VerbContext['surface'], verb: Verb): string {
  // in chat the plain one: the other may take what only a terminal has
  const examples = surface === 'chat' ? verb.examples.slice(0, 1) : verb.examples;
  return [
    `${show.command(`${verb.name} ${verb.usage}`.trim())}: ${verb.summary}.`,
    ...(verb.details ?? []),
    ...examples.map((line, i) => `${i === 0 ? 'For example' : 'Or'}: ${show.command(line)}`),
  ].join('\n');
}

function overview(show: Surface, surface: VerbContext['surface'], verbs: readonly Verb[]): string {
  // Options stand with the verb in detail: the longest would leave no room for what the verbs do.
  const operands = (verb: Verb) => verb.usage.replaceAll(/\[--(?:[^[\]]|\[[^\]]*\])*\]\s*/g, '');
  const usage = (verb: Verb) => `${verb.name} ${operands(verb)}`.trim();
  if (surface === 'chat')
    return [
      ...verbs.map((verb) => `- ${show.command(usage(verb))} ${verb.summary}`),
      '',
      'Everything after the product is taken as it is: no quotes needed.',
      `${show.command('help <verb>')} has its options and examples.`,
    ].join('\n');
  const list = verbs.map((verb) => ({
    name: usage(verb),
    state: '',
    tone: 'dim' as const,
    head: verb.summary,
    notes: [],
  }));
  return [
    ...rows(show, list),
    '',
    `${show.command('help <verb>')} has its options and examples.`,
    'Options of all: --output text|table|json|yaml|name (--json: one document {ok, data|error}), --columns <names> of a table, --socket <path>, --version.',
  ].join('\n');
}
