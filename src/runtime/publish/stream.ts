// fleetd's end of a byte stream that takes a branch: a line that says what comes, the bundle's parts from the runtime, and
// the line that comes back. fleetd holds a part at a time and looks into none.
import type { Readable } from 'node:stream';
import type { ProductRef } from '../../contract/runtime/protocol.ts';
import type { ByteStream, Channel } from '../channel.ts';
import type { Runtime } from '../runtime.ts';
import { maxLineBytes } from './wire.ts';

export interface Bundle {
  runtime: Pick<Runtime, 'bundlePart'>;
  product: ProductRef;
  branch: string;
  bytes: number;
}

/**
 * @param line       what comes, without its end
 * @param bundle     null: nothing follows the line
 * @param answerMs   for the line that comes back, from the last byte on
 * @param unreachable  makes the error of a far end that does not answer, from a sentence on why
 * @param mostBytes  of the line that comes back
 * @returns the line that came back; '' where there is none of that length
 */
export async function exchange(
  channel: Pick<Channel, 'open'>,
  line: string,
  bundle: Bundle | null,
  answerMs: number,
  unreachable: (why: string) => Error,
  mostBytes = maxLineBytes,
): Promise<string> {
  const stream = await channel.open();
  try {
    const answer = lineOf(stream, answerMs, unreachable, mostBytes);
    await write(stream, Buffer.from(`${line}\n`));
    for (let offset = 0; bundle !== null && offset < bundle.bytes; ) {
      const part = await bundle.runtime.bundlePart(bundle.product, bundle.branch, offset);
      // The far end counts too; this ends a runtime that never gets on.
      if (part.length === 0) break;
      offset += part.length;
      await write(stream, part);
    }
    return await answer;
  } finally {
    await stream.close();
  }
}

/** A reader that left is noticed by the answer that does not come. */
async function write({ writer, closed }: ByteStream, bytes: Buffer): Promise<void> {
  writer.once('error', () => {});
  if (writer.write(bytes)) return;
  await Promise.race([new Promise<void>((resolve) => void writer.once('drain', resolve)), closed]);
}

function lineOf(
  { reader, closed }: ByteStream,
  answerMs: number,
  unreachable: (why: string) => Error,
  mostBytes: number,
): Promise<string> {
  const line = firstLine(reader, mostBytes);
  const ended = closed.then((why) => Promise.reject(unreachable(why)));
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(unreachable(`no answer within ${answerMs / 1000} s`)), answerMs);
  const answer = Promise.race([line, ended, late]).finally(() => clearTimeout(timer));
  // Awaited only when all is written.
  answer.catch(() => {});
  ended.catch(() => {});
  return answer;
}

async function firstLine(reader: Readable, mostBytes: number): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of reader) {
    // Decoded as a whole: a character may lie across two parts.
    const part = Buffer.from(chunk);
    const end = part.indexOf(0x0a);
    parts.push(end < 0 ? part : part.subarray(0, end));
    bytes += part.length;
    if (end >= 0) return Buffer.concat(parts).toString();
    if (bytes > mostBytes) break;
  }
  return '';
}
