// Every kind of repository under the real `ov`: what is said of each is what docs/repositories.md says of it on the
// simulator, and what the real `ov merge` makes of a session's work comes to the same end.
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { meet, openGround, type Row, withoutLfs } from '../repositories/run.ts';
import { openRealOv } from '../support/real-ov.ts';
import { repositoryKinds } from '../support/repositories.ts';

const only = process.env.REPOSITORIES_ONLY?.split(',');

/**
 * Where the real `ov` does otherwise, and the simulator on purpose does not (src/simulator/README.md): it deletes an
 * untracked file of a human's that a branch has too, and fast-forwards, so that a hook for merges is not asked.
 */
const otherwise: Record<string, string> = {
  'an untracked file that the work brings too, in-place': 'done',
  'a pre-merge-commit hook that refuses, in-place': 'done',
};

/** How one that was let run ends. */
function end(result: string | null): string | null {
  if (result === null) return null;
  if (result.startsWith('asks: ')) return 'kept, and told';
  if (/Its work is the branch/.test(result)) return 'published';
  return /did not merge|could not commit|git said|the branch is kept/.test(result)
    ? 'kept, and told'
    : 'done';
}

/** What a kind has of an `.overstory` is its project's name. */
async function initialise(folder: string, env: NodeJS.ProcessEnv): Promise<void> {
  const inside = join(folder, '.overstory');
  const name = /name: (\S+)/.exec(readFileSync(join(inside, 'config.yaml'), 'utf8'))?.[1] ?? '';
  rmSync(inside, { recursive: true });
  const run = (file: string, ...words: string[]) =>
    execa(file, words, { cwd: folder, env, extendEnv: false });
  const skips = ['mulch', 'seeds', 'canopy', 'onboard'].map((what) => `--skip-${what}`);
  await run('ov', 'init', '--yes', '--json', '--name', name, ...skips);
  await run('git', 'add', '--all');
  await run('git', 'commit', '--quiet', '--allow-empty', '-m', 'Initialise overstory');
}

it('is met as on the simulator', { timeout: 2_700_000 }, async () => {
  await using real = await openRealOv();
  using ground = openGround();
  const env = { PATH: withoutLfs(ground.folder, real.env.PATH ?? '') };
  const kinds = repositoryKinds.filter(({ word }) => only === undefined || only.includes(word));
  const rows = await meet(kinds, {
    folder: ground.folder,
    env: { ...real.env, ...env },
    channel: (more) => real.channel({ ...more, ...env }),
    asks: { stopped: 'fake:wait', whole: 'fake:build' },
    writes: (objective) => `fake-claude/${objective}.md`,
    initialise: (folder) => initialise(folder, real.env),
    patienceMs: 400_000,
    sessions: true,
  });
  const recorded: Row[] = JSON.parse(readFileSync('docs/results/repositories.json', 'utf8'));
  const met = (row: Row) => ({ ...row, result: end(row.result) });
  const expected = rows.map((row) =>
    recorded.find(({ kind, checkout }) => kind === row.kind && checkout === row.checkout),
  );
  if (only) console.log(JSON.stringify(rows, null, 1));
  const wanted = (row: Row) => ({
    ...met(row),
    result: otherwise[`${row.kind}, ${row.checkout}`] ?? end(row.result),
  });
  expect(rows.map(met)).toEqual(expected.map((row) => row && wanted(row)));
});
