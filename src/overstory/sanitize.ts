// What may be passed to `ov` at all. A body is typed into a terminal by tmux, so a control character in it
// can interrupt or kill the session, and a `;` at its end is taken by tmux as the end of a command: the text
// is then not delivered. Ids become paths and branch names.
import { z } from 'zod';
import { FleetError } from '../common/errors.ts';
import { badArgument } from './errors.ts';

/** Linux refuses one argument of 128 KiB, its closing NUL included. Bytes. */
export const maxArgumentBytes = 131_071;
/** `ov` types this many characters of a body into the coordinator; the whole body is in its mail. */
const nudgedCharacters = 500;

const idRule = /^[a-z0-9][a-z0-9-]{0,40}$/;
export const idSchema = z.string().regex(idRule, 'Expected [a-z0-9][a-z0-9-]{0,40}');
/** Ids that `ov` makes for mail. */
export const mailIdSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'Expected a mail id');
/** Any text from a human or a model; argv() cleans it. */
export const textSchema = z.string().min(1);
/** A path inside the project: relative, no way up. */
export const insidePathSchema = z
  .string()
  .max(1024)
  .regex(/^(?!-)(?!\/)(?!.*(?:^|\/)\.\.(?:\/|$))[^\p{Cc}]+$/u, 'Expected a path inside the project');

/** Text without C0 and C1 control characters (newline and tab stay) and without lone surrogates. */
export function cleanText(text: string): string {
  return (
    text
      .toWellFormed()
      .replace(/\r\n?/g, '\n')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is being removed
      .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '')
  );
}

/** The same on one line, for a sentence of ours. */
export const cleanLine = (text: string): string => cleanText(text).replace(/\s+/g, ' ').trim();

/**
 * Text that will be typed into tmux: clean, not ending in `;`, neither as a whole nor where `ov` cuts it.
 * @throws OV_BAD_ARGUMENT when nothing is left
 */
export function typedText(name: string, text: string): string {
  const clean = withoutTail(cleanText(text));
  if (clean === '') throw badArgument(`Expected some text for ${name}, got nothing that can be typed.`);
  const cut = nudgedCharacters - 1;
  return clean[cut] === ';' ? `${clean.slice(0, cut)} ${clean.slice(cut)}` : clean;
}

/** `/[;\s]+$/` would look at every run of blanks from each of its characters: seconds for a long one. */
function withoutTail(text: string): string {
  let end = text.length;
  while (end > 0 && /[;\s]/.test(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}

/** The same on one line: subjects. */
export function typedLine(name: string, text: string): string {
  return typedText(name, text.replace(/\s+/g, ' ').trim());
}

/** `--name=value`, the only form in which a value cannot be taken for an option. @throws OV_ARGUMENT_TOO_LARGE */
export function option(name: string, value: string): string {
  return argument(`--${name}=${value}`, name);
}

/** @throws OV_ARGUMENT_TOO_LARGE */
export function argument(value: string, name: string): string {
  const bytes = Buffer.byteLength(value);
  if (bytes <= maxArgumentBytes) return value;
  throw new FleetError({
    code: 'OV_ARGUMENT_TOO_LARGE',
    message: `Expected at most ${maxArgumentBytes} bytes for ${name}, got ${bytes}.`,
    mend: 'Write the long text as a spec (spec.write takes it on standard input) and send its path.',
  });
}
