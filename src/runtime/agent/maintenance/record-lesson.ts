// A lesson of the fleet's, in the product's own mulch: where `.mulch/` is there and `ml` is on PATH; nothing otherwise.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import type { MaintenanceReply } from '../../../contract/runtime/maintenance.ts';
import type { Place } from './place.ts';

/** ml makes the domain when it is not there. */
const domain = 'fleet';

export async function recordLesson({ folder }: Place, text: string): Promise<MaintenanceReply> {
  if (!existsSync(join(folder, '.mulch'))) return { done: [], left: ['no mulch here'] };
  // one argument: what begins with a dash is text all the same
  const asked = [
    'record',
    domain,
    '--type',
    'convention',
    '--classification',
    'observational',
    `--content=${text}`,
  ];
  const { failed, stderr } = await execa('ml', asked, {
    cwd: folder,
    reject: false,
    stdin: 'ignore',
    timeout: 15_000,
  });
  return failed
    ? { done: [], left: [`ml: ${String(stderr ?? '').slice(0, 200)}`] }
    : { done: [`ml record ${domain}`], left: [] };
}
