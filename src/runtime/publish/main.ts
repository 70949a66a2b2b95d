// The publisher: takes one branch from stdin into a human's repository and says on stdout what became of it (wire.ts).
// It runs as the owner of the repositories, where the workers do not run, and has nothing else: no key, no network.
//
// Environment: FLEET_PROJECTS, the folder of the human's repositories.
import { realpath } from 'node:fs/promises';
import { acceptBranch } from './accept.ts';
import { receive } from './receive.ts';
import { serveOne } from './serve-one.ts';
import { announcementSchema, maxLineBytes } from './wire.ts';

await serveOne('fleet-publish-', async (folder) => {
  const { announced, file } = await receive(folder, announcementSchema, maxLineBytes, ({ bytes }) => bytes);
  const projects = await realpath(process.env.FLEET_PROJECTS ?? '/projects');
  return { written: await acceptBranch(projects, { ...announced, file }) };
});
