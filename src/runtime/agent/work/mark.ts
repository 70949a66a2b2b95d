// Where the work of a session begins and ends: two refs of the fleet's own for each, which keep its commits when the
// workers' branches are gone. What is shown later goes by the commits that fleetd was told, not by these refs: workers
// can move them.
import type { Mark, Tip } from '../../../contract/runtime/diff.ts';
import { readCanonicalBranch } from '../../../overstory/config.ts';
import { readRecord } from '../../checkout/record.ts';
import { git } from '../git.ts';

const maxTips = 500;

export interface Point {
  objective: string;
  session: number;
  point: 'base' | 'head';
}

/** The commit that work is merged into; null: there is none. @param folder resolved */
export async function workTip(folder: string): Promise<string | null> {
  const [named, record] = await Promise.all([readCanonicalBranch(folder), readRecord(folder)]);
  for (const branch of [named, record?.branch]) {
    const tip = branch == null ? null : await commitAt(folder, `refs/heads/${branch}`);
    if (tip !== null) return tip;
  }
  return await commitAt(folder, 'HEAD');
}

async function commitAt(folder: string, revision: string): Promise<string | null> {
  const found = await git(folder, [
    'rev-parse',
    '--verify',
    '--quiet',
    '--end-of-options',
    `${revision}^{commit}`,
  ]);
  return found.failed ? null : found.stdout.trim();
}

/** @returns null: there is no commit, or it could not be kept */
export async function mark(folder: string, { objective, session, point }: Point): Promise<Mark | null> {
  const commit = await workTip(folder);
  if (commit === null) return null;
  const ref = `refs/fleet/work/${objective}/${session}/${point}`;
  if ((await git(folder, ['update-ref', ref, commit])).failed) return null;
  return { commit, tips: point === 'head' ? await tipsIn(folder, commit) : [] };
}

/** Of the agents' branches that a commit has, the last commit. */
export async function tipsIn(folder: string, commit: string): Promise<Tip[]> {
  const { failed, stdout } = await git(folder, [
    'for-each-ref',
    `--merged=${commit}`,
    '--sort=-committerdate',
    `--count=${maxTips}`,
    '--format=%(objectname) %(refname)',
    'refs/heads/overstory/',
  ]);
  if (failed) return [];
  return stdout.split('\n').flatMap((line): Tip[] => {
    const [, tip, agent] = /^(\w+) refs\/heads\/overstory\/([^/]{1,200})\//.exec(line) ?? [];
    return tip === undefined || agent === undefined ? [] : [{ agent, commit: tip }];
  });
}
