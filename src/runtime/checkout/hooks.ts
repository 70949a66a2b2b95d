// Which of git's hooks a repository has that have a say in commits and merges. They are looked at, never run. Those of a
// repository stay there; a folder of hooks that is configured outside of it (core.hooksPath of a user or a machine) is one
// of every clone too.
import { access, constants } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { runGit } from './run-git.ts';

/** In the order in which git asks them. */
const refusing = ['pre-commit', 'prepare-commit-msg', 'commit-msg', 'pre-merge-commit'];

export interface Setting {
  value: string;
  /** said by the repository itself; else by its user or machine */
  own: boolean;
}

/** What a human configured for this repository, not what this program's own git runs with: by name, the last said. */
export async function settingsOf(folder: string): Promise<Map<string, Setting>> {
  const { stdout } = await runGit(folder, [
    'config',
    '--show-scope',
    '--null',
    '--get-regexp',
    '^(core\\.hookspath|commit\\.gpgsign)$',
  ]);
  const parts = stdout.split('\0');
  const found = new Map<string, Setting>();
  for (let at = 0; at + 1 < parts.length; at += 2) {
    const [name = '', value = 'true'] = (parts[at + 1] ?? '').split('\n');
    const scope = parts[at];
    if (scope !== 'command') found.set(name, { value, own: scope === 'local' || scope === 'worktree' });
  }
  return found;
}

const untilde = (path: string) => path.replace(/^~(?=\/|$)/, homedir());

/** @param common  its git directory. @param settings  of settingsOf() */
export async function hooksOf(
  folder: string,
  common: string,
  settings: Map<string, Setting>,
): Promise<string[]> {
  const at = settings.get('core.hookspath');
  const hooks = at === undefined ? join(common, 'hooks') : resolve(folder, untilde(at.value));
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
