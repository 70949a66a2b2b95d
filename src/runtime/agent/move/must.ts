// git, where a move cannot go on without it.
import { FleetError } from '../../../common/errors.ts';
import { type GitOptions, reasonOf, runGit } from '../../checkout/run-git.ts';

/** Of one call; a history may be large. */
export const moveGitMs = 300_000;

/** @returns its words as they are. @throws FleetError MOVE_FAILED in git's words */
export const mustSay =
  (product: string, folder: string) =>
  async (args: string[], options: GitOptions = {}): Promise<string> => {
    const done = await runGit(folder, args, { timeoutMs: moveGitMs, ...options });
    if (done.ok) return done.stdout;
    throw new FleetError({
      code: 'MOVE_FAILED',
      product,
      message: `Expected \`git ${args[0]}\` to do its part of the move in ${folder}, got ${reasonOf(done)}.`,
      mend: `Nothing is lost: mend it there, then move ${product} again.`,
    });
  };

/** The same without blanks around it. */
export const must =
  (product: string, folder: string) =>
  async (args: string[], options: GitOptions = {}): Promise<string> =>
    (await mustSay(product, folder)(args, options)).trim();
