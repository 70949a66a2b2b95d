// The publisher: takes one branch from stdin into a human's repository and says on stdout what became of it (wire.ts).
// It runs as the owner of the repositories, where the workers do not run, and has nothing else: no key, no network.
//
// Environment: FLEET_PROJECTS, the folder of the human's repositories.
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FleetError } from '../../common/errors.ts';
import { acceptBranch } from './accept.ts';
import { receive } from './receive.ts';
import { announcementSchema, maxLineBytes } from './wire.ts';

const folder = await mkdtemp(join(tmpdir(), 'fleet-publish-'));
let verdict: object;
try {
  const { announced, file } = await receive(folder, announcementSchema, maxLineBytes, ({ bytes }) => bytes);
  const projects = await realpath(process.env.FLEET_PROJECTS ?? '/projects');
  verdict = { written: await acceptBranch(projects, { ...announced, file }) };
} catch (thrown) {
  verdict = { error: FleetError.wrap(thrown).toJSON() };
} finally {
  await rm(folder, { recursive: true, force: true });
}
// Nobody may be there to read it any more.
process.stdout.on('error', () => process.exit(1));
process.stdout.write(`${JSON.stringify(verdict)}\n`, () => process.exit(0));
