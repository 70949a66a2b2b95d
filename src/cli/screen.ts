// The terminal: what goes to standard output, and the line on standard error that says we still wait.
import type { WriteStream } from 'node:tty';
import type { Output } from '../verbs/index.ts';

const clearScreen = '\u001b[H\u001b[2J\u001b[3J';
const home = '\u001b[H';
const clearToEnd = '\u001b[K';
const clearBelow = '\u001b[J';
const clearLine = '\r\u001b[K';

export function outputTo(stream: NodeJS.WriteStream | WriteStream): Output {
  let drawn = false;
  return {
    append: (line) => stream.write(`${line}\n`),
    replace(text) {
      if (!stream.isTTY) return stream.write(`${text}\n\n`);
      // over what is there, line by line: a screen that is cleared first flickers
      const lines = text.split('\n').map((line) => `${line}${clearToEnd}`);
      stream.write(`${drawn ? home : clearScreen}${lines.join('\n')}\n${clearBelow}`);
      drawn = true;
    },
    size: () => ('columns' in stream && stream.isTTY ? { columns: stream.columns, rows: stream.rows } : null),
  };
}

/** Says on a stream that an answer takes longer than a second. @returns ends and erases it */
export function progress(streamOf: () => NodeJS.WriteStream | WriteStream): () => void {
  let seconds = 0;
  const timer = setInterval(() => {
    const stream = streamOf();
    seconds++;
    if (stream.isTTY) stream.write(`${clearLine}waiting for fleetd (${seconds} s)`);
    else if (seconds === 1) stream.write('waiting for fleetd…\n');
  }, 1000);
  return () => {
    clearInterval(timer);
    if (seconds > 0 && streamOf().isTTY) streamOf().write(clearLine);
  };
}

/** Of the terminal; in a pipe what COLUMNS says; undefined: nobody says. */
export function columnsOf(stream: { columns?: number }, env: NodeJS.ProcessEnv): number | undefined {
  const said = Number(env.COLUMNS);
  return stream.columns ?? (Number.isInteger(said) && said > 0 && said <= 10_000 ? said : undefined);
}

/** Colour on a terminal, unless NO_COLOR; FORCE_COLOR and NO_COLOR win over what the stream is. */
export function colourOn(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== '0';
  return stream.isTTY === true && env.TERM !== 'dumb';
}
