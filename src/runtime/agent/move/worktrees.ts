// The checkouts of one repository: the product's own, first, and those of its workers.
import { runGit } from '../../checkout/run-git.ts';

export interface Worktree {
  path: string;
  commit: string;
  /** null: HEAD is detached */
  branch: string | null;
}

/** Those whose folder is there. Nothing where git finds no repository. */
export async function worktreesOf(folder: string): Promise<Worktree[]> {
  const { stdout } = await runGit(folder, ['worktree', 'list', '--porcelain', '-z']);
  return stdout.split('\0\0').flatMap((entry): Worktree[] => {
    const lines = entry.split('\0');
    const said = (key: string) =>
      lines.find((line) => line.startsWith(`${key} `))?.slice(key.length + 1) ?? null;
    const [path, commit, branch] = [said('worktree'), said('HEAD'), said('branch')];
    const gone = lines.some((line) => line === 'bare' || line.startsWith('prunable'));
    if (path === null || commit === null || gone) return [];
    return [{ path, commit, branch: branch?.replace(/^refs\/heads\//, '') ?? null }];
  });
}
