// Where Claude Code keeps the transcripts of a product: one folder per working directory under
// `<config>/projects`, named after its path with everything but letters and digits made `-`. Two paths may give one
// name, and a long one ends in a hash: whose a transcript is, its own first `cwd` says.
import { readdir, realpath, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { liesUnder } from '../confine.ts';

/** Longer names are cut there and end in a hash (2.1.71 to 2.1.332). */
const nameLength = 200;
/** Of the folder for a working directory, as far as it can be told. */
export const folderName = (cwd: string) => cwd.replace(/[^a-zA-Z0-9]/g, '-').slice(0, nameLength);

/** What a transcript's folder may hold: sessions, and in a folder of a session's name its subagents. */
const sessionFile = /^[0-9a-f-]{36}\.jsonl$/;
const subagentFile = /^agent-[\w.-]{1,100}\.jsonl$/;
/**
 * A folder's own time moves when a transcript is begun in it. Nobody goes on for that long in one; after months there
 * are thousands of workers' folders, which would all be looked through.
 */
const longestMs = 7 * 24 * 3_600_000;
/** Of one product; the latest are read. */
const mostFiles = 2_000;

export interface TranscriptFile {
  path: string;
  /** those of the subagents that the session started by itself */
  subagents: string[];
  /** ms since epoch */
  changedMs: number;
}

/** `coordinator`, or the name of the worker whose worktree it is; null: not of this product */
export function agentAt(folder: string, cwd: string): string | null {
  if (cwd === folder) return 'coordinator';
  const worktrees = join(folder, '.overstory', 'worktrees');
  return dirname(cwd) === worktrees ? basename(cwd) : null;
}

/** The agent and what it starts have one environment: Claude Code looks there too. */
export const configFolder = () => process.env.CLAUDE_CONFIG_DIR || join(homedir(), '.claude');

/**
 * Every transcript that may be of this product and was written to since then, latest first. Links are not followed.
 * @param folder the product's resolved root
 */
export async function transcriptFiles(folder: string, sinceMs: number): Promise<TranscriptFile[]> {
  const projects = await realpath(join(configFolder(), 'projects')).catch(() => null);
  if (projects === null) return [];
  const own = folderName(folder);
  const worktrees = folderName(join(folder, '.overstory', 'worktrees', '/'));
  const names = (await list(projects)).filter(
    (name) =>
      name === own || name.startsWith(worktrees) || (own.length === nameLength && name.startsWith(`${own}-`)),
  );
  const found: TranscriptFile[] = [];
  for (const name of names) {
    const inside = await realpath(join(projects, name)).catch(() => projects);
    if (!liesUnder(projects, inside)) continue;
    if (name !== own && (await changed(inside)) < sinceMs - longestMs) continue;
    for (const file of (await list(inside)).filter((one) => sessionFile.test(one))) {
      const path = join(inside, file);
      const below = join(inside, file.slice(0, -'.jsonl'.length), 'subagents');
      const resolved = await realpath(below).catch(() => null);
      const subagents = resolved === below ? (await list(below)).filter((one) => subagentFile.test(one)) : [];
      const paths = subagents.map((one) => join(below, one));
      const changedMs = Math.max(...(await Promise.all([path, ...paths].map(changed))));
      if (changedMs >= sinceMs) found.push({ path, subagents: paths, changedMs });
    }
  }
  return found.sort((a, b) => b.changedMs - a.changedMs).slice(0, mostFiles);
}

const list = (folder: string) => readdir(folder).catch(() => []);
const changed = (path: string) =>
  stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
