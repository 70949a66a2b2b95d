// The commits of a session, each with the agent whose branch brought it. On one machine all agents commit under one
// name, so it is told from the history: a merge names the branch that it takes in, and of a branch that was taken by a
// fast-forward its last commit was noted (mark.ts).
import type { DiffCommit, Tip } from '../../../contract/runtime/diff.ts';
import type { ObjectsGit } from './objects.ts';

/** Looked at for whose they are; a session of more shows the latest. */
const walked = 5_000;
const listed = 500;
const maxOutput = 8 * 1024 * 1024;

interface Node {
  id: string;
  parents: string[];
  author: string;
  atMs: number;
  subject: string;
}

/** @returns null: git has no such commits, or could not say */
export async function commitsOf(
  git: ObjectsGit,
  base: string,
  head: string,
  tips: readonly Tip[],
): Promise<{ commits: DiffCommit[]; total: number } | null> {
  const log = await git(
    [
      'log',
      '-z',
      '--topo-order',
      '--no-color',
      '--no-decorate',
      '--no-show-signature',
      '--no-notes',
      `--max-count=${walked}`,
      '--format=%H%n%P%n%at%n%an%n%s',
      head,
      `^${base}`,
      '--',
    ],
    { maxBuffer: maxOutput },
  );
  if (log.failed) return null;
  const nodes = log.stdout.split('\0').flatMap((entry): Node[] => {
    const [id = '', parents = '', at, author = '', subject = ''] = entry.split('\n');
    if (id === '') return [];
    return [{ id, parents: parents.split(' ').filter(Boolean), atMs: Number(at) * 1000, author, subject }];
  });
  const owners = ownersOf(nodes, head, tips);
  const made = nodes.filter(({ parents }) => parents.length < 2);
  return {
    total: made.length,
    commits: made.slice(0, listed).map(({ id, atMs, author, subject }) => ({
      id,
      atMs,
      author: author.slice(0, 200),
      agent: owners.get(id) ?? null,
      subject: subject.slice(0, 500),
    })),
  };
}

/**
 * Down from the head: a first parent is of the same branch, the second of a merge is of the branch that it names. What is
 * reached in two ways is of the branch that is nearer to the head: a branch begins on what another one had made.
 * @param nodes children before their parents
 */
function ownersOf(nodes: Node[], head: string, tips: readonly Tip[]): Map<string, string | null> {
  const ends = new Map(tips.map(({ commit, agent }) => [commit, agent]));
  const found = new Map<string, { owner: string | null; depth: number }>();
  const give = (id: string | undefined, owner: string | null, depth: number): void => {
    if (id === undefined) return;
    const known = found.get(id);
    if (known === undefined || depth < known.depth) found.set(id, { owner, depth });
  };
  give(head, null, 0);
  for (const { id, parents, subject } of nodes) {
    const { owner, depth } = found.get(id) ?? { owner: null, depth: 0 };
    const merge = parents.length > 1;
    // A line that no merge took in is of whose last commit it is.
    const mine = !merge && ends.has(id) && owner === null ? (ends.get(id) ?? null) : owner;
    found.set(id, { owner: mine, depth });
    give(parents[0], mine, depth);
    for (const other of parents.slice(1)) give(other, takenIn(subject) ?? ends.get(other) ?? null, depth + 1);
  }
  return new Map([...found].map(([id, { owner }]) => [id, owner]));
}

/** `builder-1` of `Merge branch 'overstory/builder-1/task-9'` */
const takenIn = (subject: string): string | null =>
  /^Merge branch 'overstory\/([^/']+)\//.exec(subject)?.[1] ?? null;
