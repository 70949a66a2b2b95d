// A checkout with its programs built, and what is bundled of its sources to be measured.
import { execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';

export interface Build {
  /** as figures name it */
  name: string;
  /** the checkout's folder, with node_modules and dist */
  root: string;
}

export const thisBuild: Build = { name: 'this build', root: dirname(import.meta.dirname) };

/** @returns path of a built program of it: `agent.js`, `fleetd.js`, … */
export const programOf = ({ root }: Build, name: string): string => join(root, 'dist', name);

/**
 * One file of a source of the checkout, with what that checkout's own configuration does to its programs.
 * @param source path in the checkout
 */
export function bundleOf({ root }: Build, source: string, file: string): void {
  // Its plugins read what lies below the folder they run in.
  execFileSync(process.execPath, [join(import.meta.dirname, 'bundle.ts'), join(root, source), file], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}
