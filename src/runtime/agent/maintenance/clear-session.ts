// An orphan: a coordinator session in tmux that no row knows of. It blocks every later start with "duplicate
// session". `=` makes tmux match the whole name; without it a prefix is enough, and another product's goes.
//
// Where the configuration that names the project is gone, with its branch or with the whole folder, the name is not known:
// the product's session is then the one that was begun in its folder.
import { resolve } from 'node:path';
import type { MaintenanceReply } from '../../../contract/runtime/maintenance.ts';
import { readProjectName } from '../../../overstory/config.ts';
import type { Place } from './place.ts';
import { coordinatorSession, tmux } from './tmux.ts';

export async function clearSession({
  folder,
  product,
}: Pick<Place, 'folder' | 'product'>): Promise<MaintenanceReply> {
  const named = (await readProjectName(folder)) === null ? [] : [await coordinatorSession(folder)];
  const sessions = new Set([...named, ...(await sessionsOf([folder, resolve(product.root)]))]);
  const done: string[] = [];
  const left: string[] = [];
  for (const session of sessions) {
    const { failed } = await tmux('kill-session', '-t', `=${session}`);
    if (!failed) done.push(`ended the tmux session ${session}`);
    if (!(await tmux('has-session', '-t', `=${session}`)).failed) left.push(session);
  }
  return { done, left };
}

/** Coordinators' sessions that were begun in one of these folders. */
async function sessionsOf(folders: string[]): Promise<string[]> {
  const { stdout } = await tmux('list-sessions', '-F', '#{session_name}:#{session_path}');
  return stdout.split('\n').flatMap((line) => {
    const [, name = '', path = ''] = /^(overstory-[^:]+-coordinator):(.+)$/.exec(line) ?? [];
    return folders.includes(path) ? name : [];
  });
}
