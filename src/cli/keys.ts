// Keys and the mouse of a terminal, as they come, without echo; the terminal is as it was afterwards.
import type { ReadStream, WriteStream } from 'node:tty';

/** Clicks and the wheel are told, as xterm's SGR reports (1006): they name any cell. */
const mouseOn = '\u001b[?1000h\u001b[?1006h';
const mouseOff = '\u001b[?1006l\u001b[?1000l';
/** What is pasted comes between two marks (2004): it is text, and no keys. */
const pasteOn = '\u001b[?2004h';
const pasteOff = '\u001b[?2004l';
const [pasteBegins, pasteEnds] = ['\u001b[200~', '\u001b[201~'];
/** As much as an objective may say. */
const mostPasted = 16_384;
const names: Record<string, string> = {
  '\u001b[A': 'up',
  '\u001b[B': 'down',
  '\u001bOA': 'up',
  '\u001bOB': 'down',
  '\u0003': 'ctrl-c',
  '\u001b': 'escape',
  '\r': 'enter',
  '\n': 'enter',
  '\u007f': 'backspace',
  '\b': 'backspace',
};
const esc = '\u001b';
/** A report of the mouse, another sequence, or a character. */
const token = new RegExp(
  `${esc}\\[<(\\d{1,5});(\\d{1,5});(\\d{1,5})([Mm])|${esc}\\[[\\d;?]*[@-~]|${esc}O[@-~]|[\\s\\S]`,
  'gu',
);
/** What may go on in the next chunk. */
const unfinished = new RegExp(`${esc}(?:\\[<?[\\d;]*|O)$`);
const ends = { SIGTERM: 15, SIGHUP: 1 } as const;

/** Arrows as `up` and `down`, a click as `click <column> <row>` from 1, the wheel as `wheel-up` and `wheel-down`, what is pasted as `paste <text>`, in one line. */
export async function* keysOf(
  stdin: Pick<ReadStream, 'setRawMode' | 'setEncoding' | 'pause'> & AsyncIterable<unknown>,
  stdout: Pick<WriteStream, 'write'>,
): AsyncGenerator<string> {
  const restore = () => {
    stdout.write(mouseOff + pasteOff);
    stdin.setRawMode(false);
    stdin.pause();
  };
  // Who is ended from outside leaves no terminal that types its mouse.
  const leave = (signal: keyof typeof ends) => {
    restore();
    process.exit(128 + ends[signal]);
  };
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.once(signal, leave);
  stdin.setRawMode(true);
  stdin.setEncoding('utf8');
  stdout.write(mouseOn + pasteOn);
  let held = '';
  let pasted: string | null = null;
  try {
    for await (const chunk of stdin as AsyncIterable<string>) {
      const text = held + chunk;
      held = text.length > 1 ? (unfinished.exec(text)?.[0] ?? '') : '';
      for (const [sequence, button, column, row, end] of text
        .slice(0, text.length - held.length)
        .matchAll(token)) {
        if (sequence === pasteBegins) pasted = '';
        else if (sequence === pasteEnds) {
          if (pasted !== null) yield `paste ${pasted}`;
          pasted = null;
        } else if (pasted !== null) {
          // Lines are one here: the end of one must not send it.
          if (pasted.length < mostPasted) pasted += /\p{Cc}/u.test(sequence) ? ' ' : sequence;
        }
        if (pasted !== null || sequence === pasteEnds) continue;
        const key = button === undefined ? keyOf(sequence) : mouseOf(Number(button), end, column, row);
        if (key !== null) yield key;
      }
    }
  } finally {
    for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.off(signal, leave);
    restore();
  }
}

/** null: a key that nobody asks for */
const keyOf = (sequence: string): string | null =>
  names[sequence] ?? (sequence.startsWith(esc) ? null : sequence);

/** Of a button that is pressed; bits 2 to 4 are keys held with it. */
function mouseOf(button: number, end = '', column = '', row = ''): string | null {
  const which = button & ~0b11100;
  if (end !== 'M') return null;
  if (which === 64) return 'wheel-up';
  if (which === 65) return 'wheel-down';
  return which === 0 ? `click ${column} ${row}` : null;
}
