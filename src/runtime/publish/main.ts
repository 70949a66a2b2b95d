// The publisher: takes one branch from stdin into a human's repository and says on stdout what became of it (wire.ts).
// It runs as the owner of the repositories, where the workers do not run, and has nothing else: no key, no network.
//
// Environment: FLEET_PROJECTS, the folder of the human's repositories.
import { createWriteStream } from 'node:fs';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { FleetError } from '../../common/errors.ts';
import { acceptBranch } from './accept.ts';
import { type Announcement, announcementSchema, maxLineBytes } from './wire.ts';

/** @throws FleetError PUBLISH_BAD_REQUEST when the stream ends early or is none of ours */
async function receive(folder: string): Promise<Announcement & { file: string }> {
  const file = join(folder, 'branch.bundle');
  const out = createWriteStream(file, { flags: 'wx', mode: 0o600 });
  let head = Buffer.alloc(0);
  let announced: Announcement | null = null;
  let received = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    let bytes = chunk;
    if (announced === null) {
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf('\n');
      if (end < 0 && head.length <= maxLineBytes) continue;
      const read = announcementSchema.safeParse(parse(head.subarray(0, Math.max(0, end)).toString('utf8')));
      if (!read.success) throw badRequest('a line that announces a branch', 'another one');
      announced = read.data;
      bytes = head.subarray(end + 1);
    }
    received += bytes.length;
    if (received > announced.bytes) throw badRequest(`${announced.bytes} bytes`, 'more');
    if (!out.write(bytes)) await new Promise<void>((resolve) => void out.once('drain', resolve));
    if (received === announced.bytes) break;
  }
  out.end();
  await finished(out);
  if (announced === null || received < announced.bytes)
    throw badRequest(`${announced?.bytes ?? 'a line and its'} bytes`, `${received}, then the end`);
  return { ...announced, file };
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
    mend: 'Check that fleetd and the publisher are of the same release.',
  });
}

const folder = await mkdtemp(join(tmpdir(), 'fleet-publish-'));
let verdict: object;
try {
  const delivery = await receive(folder);
  verdict = {
    written: await acceptBranch(await realpath(process.env.FLEET_PROJECTS ?? '/projects'), delivery),
  };
} catch (thrown) {
  verdict = { error: FleetError.wrap(thrown).toJSON() };
} finally {
  await rm(folder, { recursive: true, force: true });
}
// Nobody may be there to read it any more.
process.stdout.on('error', () => process.exit(1));
process.stdout.write(`${JSON.stringify(verdict)}\n`, () => process.exit(0));
