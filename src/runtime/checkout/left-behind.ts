// What of a human's folder is not in the clone that agents work on: what is not committed, what is unfinished, and the
// hooks and the signature that their own commits have. Nothing of it is lost; a human who does not know it pays for work
// that misses it. The folder is read only.
import { gitFoldersOf } from './git-folder.ts';
import { hooksOf, settingsOf } from './hooks.ts';
import { unfinishedIn } from './in-place.ts';
import { runGit } from './run-git.ts';
import type { Concern } from './state.ts';

/** A large folder takes longer than anybody waits for: it is then left out. */
const lookMs = 20_000;

/** @param source  the folder that the clone was made from. @returns nothing where it is not there, or bare */
export async function leftBehind(source: string): Promise<Concern[]> {
  const [where, status, settings] = await Promise.all([
    gitFoldersOf(source),
    runGit(
      source,
      ['status', '--porcelain', '--branch', '--untracked-files=no', '--ignore-submodules=dirty'],
      {
        timeoutMs: lookMs,
      },
    ),
    settingsOf(source),
  ]);
  if (where === null || !status.ok) return [];
  const open = await unfinishedIn(where.own);
  const [header = '', ...lines] = status.stdout.split('\n');
  const changed = lines.flatMap((line) => (line === '' ? [] : line.slice(3)));
  // Configured outside of it, they run in the clone too.
  const stay = settings.get('core.hookspath')?.own !== false;
  const hooks = stay ? await hooksOf(source, where.common, settings) : [];
  return [
    ...(open === null
      ? []
      : [
          {
            code: 'PRODUCT_UNFINISHED',
            weight: 'start' as const,
            says: `Expected nothing unfinished in ${source}, got ${open.what}: agents work on the last commit, and what they make may conflict with what you are at.`,
            mend: `End it first (${open.end}), or take the risk.`,
          },
        ]),
    ...(header.startsWith('## No commits yet')
      ? [
          {
            code: 'PRODUCT_NO_COMMIT',
            weight: 'start' as const,
            says: `Expected a commit in ${source}, got none: agents begin with an empty folder.`,
            mend: 'Commit what the work needs.',
          },
        ]
      : []),
    ...(changed.length === 0 || open !== null
      ? []
      : [
          {
            code: 'PRODUCT_UNCOMMITTED',
            weight: 'start' as const,
            says: `Agents see what is committed in ${source}, and not its ${changed.length} uncommitted change${changed.length === 1 ? '' : 's'}: ${changed.slice(0, 3).join(', ')}${changed.length > 3 ? ', …' : ''}.`,
            mend: 'Commit them if the work needs them.',
          },
        ]),
    ...(hooks.length === 0
      ? []
      : [
          {
            code: 'GIT_HOOKS_NOT_RUN',
            weight: 'doctor' as const,
            says: `Hooks of ${source} do not run in the fleet's clone: ${hooks.join(', ')}.`,
            mend: 'Merge or commit what comes as `fleet/<objective>` yourself, and they run then.',
          },
        ]),
    ...(settings.get('commit.gpgsign')?.value !== 'true'
      ? []
      : [
          {
            code: 'GIT_NOT_SIGNED',
            weight: 'doctor' as const,
            says: `Commits of agents are not signed, as yours in ${source} are (commit.gpgsign).`,
            mend: 'Sign what comes as `fleet/<objective>` when you take it: `git rebase --gpg-sign` or `git merge --gpg-sign`.',
          },
        ]),
  ];
}
