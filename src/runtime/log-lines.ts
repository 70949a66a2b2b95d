// The agent's stderr, line by line. Whoever shares its uid can write there: a line without end, or lines without
// end, take neither our memory nor our log, and none moves the terminal in which the log is read.
import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { stripVTControlCharacters } from 'node:util';

/** Longer ones are cut. */
const maxCharacters = 2_000;
/** Lines in one window; the others are counted. */
const maxLines = 200;
const windowMs = 10_000;

/** @param onLine is given clean text of at most `maxCharacters` characters */
export function readLines(input: Readable, onLine: (line: string) => void, nowMs = Date.now): void {
  const decoder = new StringDecoder('utf8');
  let line = '';
  let sinceMs = nowMs();
  let lines = 0;
  let leftOut = 0;

  function tell(text: string): void {
    if (nowMs() - sinceMs >= windowMs) {
      if (leftOut > 0) onLine(`(${leftOut} more lines were left out)`);
      [sinceMs, lines, leftOut] = [nowMs(), 0, 0];
    }
    if (lines >= maxLines) {
      leftOut += 1;
      return;
    }
    lines += 1;
    onLine(stripVTControlCharacters(text).replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, ' '));
  }

  function take(text: string): void {
    const [first = '', ...others] = text.split('\n');
    line += first.slice(0, maxCharacters - line.length);
    for (const next of others) {
      tell(line);
      line = next.slice(0, maxCharacters);
    }
  }

  input.on('data', (chunk: Buffer) => take(decoder.write(chunk)));
  input.on('end', () => {
    if (line !== '') tell(line);
  });
  // Whoever waits for the stream's end learns of it there.
  input.on('error', () => {});
}
