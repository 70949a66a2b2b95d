// Keys from the terminal as they are pressed, without echo; the terminal is as it was afterwards.
import type { ReadStream } from 'node:tty';

/** Arrows come as `up` and `down`, Ctrl-C as `q`; what else the terminal sends comes character by character. */
export async function* keysOf(stdin: ReadStream): AsyncGenerator<string> {
  stdin.setRawMode(true);
  stdin.setEncoding('utf8');
  try {
    for await (const chunk of stdin as AsyncIterable<string>) {
      const names: Record<string, string> = {
        '\u001b[A': 'up',
        '\u001b[B': 'down',
        '\u0003': 'q',
        '\u001b': 'escape',
        '\r': 'enter',
        '\u007f': 'backspace',
      };
      const known = names[chunk];
      if (known) yield known;
      else for (const key of chunk) yield names[key] ?? key;
    }
  } finally {
    stdin.setRawMode(false);
    stdin.pause();
  }
}
