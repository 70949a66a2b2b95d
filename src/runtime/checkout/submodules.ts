// Submodules of a local folder are taken from its own `.git/modules`, not from the network: what a human has checked
// out is there, also what was never pushed.
import { join } from 'node:path';
import { reasonOf, runGit } from './run-git.ts';
import { isThere, type Source } from './source.ts';

/**
 * With those inside of them.
 * @returns what could not be filled, in words
 */
export async function fillSubmodules(
  checkout: string,
  { gitFolder }: Pick<Source, 'gitFolder'>,
  above = '',
): Promise<string[]> {
  const listed = await runGit(checkout, [
    'config',
    '--file',
    '.gitmodules',
    '--get-regexp',
    String.raw`^submodule\..*\.url$`,
  ]);
  if (!listed.ok) return [];
  const said: string[] = [];
  for (const line of listed.stdout.split('\n')) {
    const [, name] = /^submodule\.(.+)\.url /.exec(line) ?? [];
    if (name === undefined || name.split('/').includes('..')) continue;
    const theirs = join(gitFolder, 'modules', name);
    if (!(await isThere(theirs))) {
      said.push(`the submodule ${above}${name} is empty there, and is here`);
      continue;
    }
    const url = line.slice(`submodule.${name}.url `.length);
    await runGit(checkout, ['config', `submodule.${name}.url`, theirs]);
    const path = await runGit(checkout, ['config', '--file', '.gitmodules', `submodule.${name}.path`]);
    const filled = await runGit(checkout, [
      'submodule',
      '--quiet',
      'update',
      '--init',
      '--',
      path.stdout.trim(),
    ]);
    await runGit(checkout, ['config', `submodule.${name}.url`, url]);
    if (!filled.ok) said.push(`the submodule ${above}${name} stayed empty: ${reasonOf(filled)}`);
    else
      said.push(
        ...(await fillSubmodules(
          join(checkout, path.stdout.trim()),
          { gitFolder: theirs },
          `${above}${name}/`,
        )),
      );
  }
  return said;
}
