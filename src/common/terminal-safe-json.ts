// JSON for whoever prints it: a human's terminal as likely as a program. JSON.stringify escapes the control characters
// below U+0020 and no others: those of C1 (CSI is U+009B) and those that turn the reading direction go out as they are.

/** DEL, C1, and what makes a line read otherwise than it is. */
const obeyed = /[\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;

const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** JSON text that means the same and moves no terminal. Outside strings JSON has none of these characters. */
export const quieted = (json: string): string => json.replace(obeyed, escaped);

/** As JSON.stringify, with nothing in it that a terminal obeys. */
export const quietJson = (value: unknown, indent?: number): string =>
  quieted(JSON.stringify(value, null, indent));

/** A place for a log of JSON lines, as pino takes it: paths, names and errors in it are foreign text. */
export const quietLines = (to: { write(text: string): unknown }) => ({
  write: (line: string): void => void to.write(quieted(line)),
});
