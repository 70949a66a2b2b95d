// Room on the disk of the workspace.
import { statfs } from 'node:fs/promises';
import { type Check, type MachinePlace, ok } from '../check.ts';

const leastFreeBytes = 1024 ** 3;

export const disk: Check<MachinePlace> = {
  name: 'disk',
  async look({ workspaceRoot }) {
    const { bavail, bsize } = await statfs(workspaceRoot);
    const gib = ((bavail * bsize) / 1024 ** 3).toFixed(1);
    if (bavail * bsize >= leastFreeBytes) return ok(`${gib} GiB free`);
    return {
      state: 'failed',
      says: `Expected at least 1 GiB free in ${workspaceRoot}, got ${gib} GiB.`,
      mend: 'Make room: parked worktrees (`ov worktree clean`), old logs under .overstory/logs.',
    };
  },
};
