// What of a workspace's products lives: coordinators in tmux, and processes that carry overstory's mark.

import { liesUnder } from '../confine.ts';
import type { Roots } from '../find.ts';
import { tmux } from '../maintenance/tmux.ts';
import { environmentOf, readProcesses } from '../processes.ts';

/** Of an agent or worker of overstory, or of a service that the fleet keeps for one. */
export const carriesMark = (environment: string[]): boolean =>
  environment.some((one) => /^(OVERSTORY_AGENT_NAME|FLEET_SERVE)=./.test(one));

const inside = ({ workspaceRoot, projectsRoot }: Roots, path: string): boolean =>
  [workspaceRoot, projectsRoot].some((root) => root !== null && liesUnder(root, path));

/** Folders in which the coordinators of these roots were begun. */
export async function coordinatorFolders(roots: Roots): Promise<string[]> {
  const { stdout = '' } = await tmux('list-sessions', '-F', '#{session_name}:#{session_path}');
  const paths = stdout.split('\n').flatMap((line) => {
    const [, path] = /^overstory-[^:]+-coordinator:(.+)$/.exec(line) ?? [];
    return path === undefined || !inside(roots, path) ? [] : path;
  });
  return [...new Set(paths)];
}

/** Pids and folders of what carries the mark; none where there is no /proc. */
export async function markedProcesses(
  roots: Roots,
): Promise<{ pid: number; startTicks: number; cwd: string }[]> {
  const found = ((await readProcesses()) ?? []).flatMap(({ pid, startTicks, cwd }) =>
    cwd !== null && pid !== process.pid && inside(roots, cwd) ? { pid, startTicks, cwd } : [],
  );
  const marked = await Promise.all(
    found.map(async (one) => (carriesMark(await environmentOf(one.pid)) ? one : null)),
  );
  return marked.filter((one) => one !== null);
}

export async function somethingLives(roots: Roots): Promise<boolean> {
  return (await coordinatorFolders(roots)).length > 0 || (await markedProcesses(roots)).length > 0;
}
