// The far end of a byte stream that takes a branch: reads the line that says what comes, and the bundle behind it.
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import type { z } from 'zod';
import { FleetError } from '../../common/errors.ts';

/**
 * @param folder  where the bundle is written, `branch.bundle`; it is not there where no bytes are announced
 * @param maxLine longest line, in bytes
 * @param bytesOf how much follows the line
 * @throws FleetError PUBLISH_BAD_REQUEST when the stream ends early or is none of ours
 */
export async function receive<T>(
  folder: string,
  schema: z.ZodType<T>,
  maxLine: number,
  bytesOf: (announced: T) => number,
): Promise<{ announced: T; file: string }> {
  const file = join(folder, 'branch.bundle');
  let out: ReturnType<typeof createWriteStream> | null = null;
  let head = Buffer.alloc(0);
  let announced: T | null = null;
  let wanted = 0;
  let received = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    let bytes = chunk;
    if (announced === null) {
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf('\n');
      if (end < 0 && head.length <= maxLine) continue;
      const read = schema.safeParse(parse(head.subarray(0, Math.max(0, end)).toString('utf8')));
      if (!read.success) throw badRequest('a line that announces a branch', 'another one');
      announced = read.data;
      wanted = bytesOf(announced);
      bytes = head.subarray(end + 1);
    }
    received += bytes.length;
    if (received > wanted) throw badRequest(`${wanted} bytes`, 'more');
    if (bytes.length > 0) {
      out ??= createWriteStream(file, { flags: 'wx', mode: 0o600 });
      const sink = out;
      if (!sink.write(bytes)) await new Promise<void>((resolve) => void sink.once('drain', resolve));
    }
    if (received === wanted) break;
  }
  out?.end();
  if (out !== null) await finished(out);
  if (announced === null || received < wanted)
    throw badRequest(`${announced === null ? 'a line and its' : wanted} bytes`, `${received}, then the end`);
  return { announced, file };
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

function badRequest(expected: string, got: string): FleetError {
  return new FleetError({
    code: 'PUBLISH_BAD_REQUEST',
    message: `Expected ${expected} on stdin, got ${got}.`,
    mend: 'Check that fleetd and the far end are of the same release.',
  });
}
