// Which of git's hooks a repository has that have a say in commits and merges. They are looked at, never run.
import { access, constants } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { runGit } from './run-git.ts';

/** In the order in which git asks them. */
const refusing = ['pre-commit', 'prepare-commit-msg', 'commit-msg', 'pre-merge-commit'];

/** What a human configured for this repository, not what this program's own git runs with: by name, the last said. */
export async function settingsOf(folder: string): Promise<Map<string, string>> {
  const { stdout } = await runGit(folder, [
    'config',
    '--show-scope',
    '--null',
    '--get-regexp',
    '^(core\\.hookspath|commit\\.gpgsign)$',
  ]);
  const parts = stdout.split('\0');
  const found = new Map<string, string>();
  for (let at = 0; at + 1 < parts.length; at += 2) {
    const [name = '', value = 'true'] = (parts[at + 1] ?? '').split('\n');
    if (parts[at] !== 'command') found.set(name, value);
  }
  return found;
}

/** @param common  its git directory. @param settings  of settingsOf() */
export async function hooksOf(
  folder: string,
  common: string,
  settings: Map<string, string>,
): Promise<string[]> {
  const at = settings.get('core.hookspath');
  const hooks = at === undefined ? join(common, 'hooks') : resolve(folder, at);
  const runs = await Promise.all(
    refusing.map((name) =>
      access(join(hooks, name), constants.X_OK).then(
        () => true,
        () => false,
      ),
    ),
  );
  return refusing.filter((_, index) => runs[index]);
}
