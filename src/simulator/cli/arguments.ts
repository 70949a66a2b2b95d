// Reads argv as commander does for overstory: a value option takes the next word whatever it looks like,
// and complaints carry commander's exact words.
import { ParseFailure } from './failure.ts';

export interface CommandShape {
  /** `--body <text>` → value, `--json` → flag. Keys are as written in overstory's source. */
  options: string[];
  /** Flags of `options` that must be given. */
  required?: string[];
  /** e.g. `<message-id>`, `[message...]` */
  positionals?: string[];
}

export interface ParsedArguments {
  /** Option values by long name without dashes; flags are `true`. */
  values: Map<string, string | true>;
  positionals: string[];
}

const globals = ['--project <path>', '--quiet', '--timing', '--verbose'];
const short: Record<string, string> = { '-q': '--quiet', '-f': '--follow' };

/** Throws ParseFailure. Global options are taken wherever they stand (0.10 and later). */
export function parseArguments(shape: CommandShape, words: string[]): ParsedArguments {
  const known = new Map([...globals, ...shape.options].map((text) => [text.split(' ')[0] ?? '', text]));
  const values = new Map<string, string | true>();
  const positionals: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    if (word === '--') {
      positionals.push(...words.slice(i + 1));
      break;
    }
    if (!word.startsWith('-') || word === '-') {
      positionals.push(word);
      continue;
    }
    const equals = word.startsWith('--') ? word.indexOf('=') : -1;
    const given = equals < 0 ? word : word.slice(0, equals);
    const name = short[given] ?? given;
    const text = known.get(name);
    if (text === undefined) throw new ParseFailure(`error: unknown option '${given}'`);
    const takesValue = text.includes('<');
    const next = equals < 0 ? words[i + 1] : word.slice(equals + 1);
    if (takesValue && next === undefined) throw new ParseFailure(`error: option '${text}' argument missing`);
    values.set(name.slice(2), takesValue ? (next ?? '') : true);
    if (takesValue && equals < 0) i++;
  }
  for (const text of shape.required ?? [])
    if (!values.has((text.split(' ')[0] ?? '').slice(2)))
      throw new ParseFailure(`error: required option '${text}' not specified`);
  const wanted = shape.positionals ?? [];
  wanted.forEach((text, index) => {
    if (text.startsWith('<') && positionals[index] === undefined)
      throw new ParseFailure(`error: missing required argument '${text.replace(/[<>.]/g, '')}'`);
  });
  return { values, positionals };
}
