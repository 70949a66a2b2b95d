// The tmux server that overstory uses. TMUX_TMPDIR, tmux's own variable, keeps two of them apart.
import { basename } from 'node:path';
import { execa } from 'execa';
import { readProjectName } from '../../../overstory/config.ts';

export function tmux(...args: string[]) {
  return execa('tmux', ['-L', 'overstory', ...args], { reject: false, stdin: 'ignore', timeout: 10_000 });
}

/** The name that `ov` gives the product's coordinator session. */
export async function coordinatorSession(folder: string): Promise<string> {
  return `overstory-${(await readProjectName(folder)) ?? basename(folder)}-coordinator`;
}
