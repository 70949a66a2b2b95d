// Where a command works: the project root as overstory finds it, its config, and the current run.
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { OvFailure } from './cli/failure.ts';

export interface Project {
  /** Absolute folder that holds `.overstory/`. */
  root: string;
  /** project.name of config.yaml; the folder's name when there is no config. */
  name: string;
}

/**
 * @param override value of `--project`; OVERSTORY_PROJECT_ROOT comes next, then the git root of the cwd
 *   (for a worktree: of the repository it belongs to), as in 0.10.3.
 * @throws OvFailure `unable to open database file` outside a project, overstory's own unhelpful text
 */
export function openProject(override: string | undefined): Project {
  if (override !== undefined && !existsSync(join(override, '.overstory', 'config.yaml')))
    throw new OvFailure(
      `'${override}' is not an overstory project (missing .overstory/config.yaml). Run 'ov init' first.`,
      'VALIDATION_ERROR',
    );
  const root = override ?? process.env.OVERSTORY_PROJECT_ROOT ?? gitRoot(process.cwd());
  if (root === null || !existsSync(join(root, '.overstory')))
    throw new OvFailure('unable to open database file');
  return { root: resolve(root), name: configValue(root, 'name') ?? baseName(root) };
}

/** Git root above `from`; null when there is none. A linked worktree answers its main repository. */
export function gitRoot(from: string): string | null {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    const git = join(folder, '.git');
    if (existsSync(git)) {
      if (statSync(git).isDirectory()) return folder;
      const target = /^gitdir: (.*)$/m.exec(readFileSync(git, 'utf8'))?.[1] ?? '';
      const main = /^(.*)\/\.git\/worktrees\/[^/]+$/.exec(resolve(folder, target))?.[1];
      return main ?? folder;
    }
    if (folder === dirname(folder)) return null;
  }
}

/** The last scalar of that key in config.yaml, then config.local.yaml; enough for the keys used here. */
export function configValue(root: string, key: string): string | null {
  let value: string | null = null;
  for (const file of ['config.yaml', 'config.local.yaml']) {
    const path = join(root, '.overstory', file);
    if (!existsSync(path)) continue;
    const found = new RegExp(`^\\s+${key}:\\s*["']?([^"'#\\n]*?)["']?\\s*(#.*)?$`, 'm').exec(
      readFileSync(path, 'utf8'),
    );
    if (found?.[1]) value = found[1];
  }
  return value;
}

/** `overstory-<project>-coordinator`, the name the real one gives its tmux session. */
export function coordinatorSessionName(project: Project): string {
  return `overstory-${project.name}-coordinator`;
}

export function readCurrentRun(root: string): string | null {
  try {
    return readFileSync(join(root, '.overstory', 'current-run.txt'), 'utf8').trim() || null;
  } catch {
    return null;
  }
}

/** null removes the file, which is how overstory ends a run. */
export function writeCurrentRun(root: string, runId: string | null): void {
  const path = join(root, '.overstory', 'current-run.txt');
  if (runId === null) rmSync(path, { force: true });
  else writeFileSync(path, runId);
}

function baseName(root: string): string {
  return resolve(root).split('/').at(-1) ?? 'project';
}
