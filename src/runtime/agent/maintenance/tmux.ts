// The tmux server that overstory uses. TMUX_TMPDIR, tmux's own variable, keeps two of them apart.
import { basename } from 'node:path';
import { execa } from 'execa';
import { readProjectName } from '../../../overstory/config.ts';
import { keyVariables } from '../account-key.ts';

/** -u: else what is printed in a plain locale has `_` for every other letter. */
export function tmux(...args: string[]) {
  return execa('tmux', ['-u', '-L', 'overstory', ...args], {
    reject: false,
    stdin: 'ignore',
    timeout: 10_000,
  });
}

/** The name that `ov` gives the product's coordinator session. */
export async function coordinatorSession(folder: string): Promise<string> {
  return `overstory-${(await readProjectName(folder)) ?? basename(folder)}-coordinator`;
}

/**
 * A new session takes these from who starts it, and has none of them that this one has not: a tmux server keeps the
 * environment of its own start, and would give every session the key that was there then.
 */
export async function takeKeysFromStarter(): Promise<null> {
  const shown = await tmux('show-options', '-gqv', 'update-environment');
  const known = new Set(shown.stdout.split(/\s+/));
  for (const name of keyVariables)
    if (!known.has(name)) await tmux('set-option', '-ga', 'update-environment', name);
  return null;
}
