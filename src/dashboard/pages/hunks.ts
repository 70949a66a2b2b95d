// A unified diff as lines side by side: what was taken away beside what came in its place.
import { block } from '../../text/sanitise.ts';

export interface Side {
  /** number of the line in its file */
  n: number;
  text: string;
}
export interface Line {
  old: Side | null;
  new: Side | null;
  same: boolean;
}
export interface Hunk {
  /** what git says stands before it, e.g. the name of a function; null: it goes on from the one before */
  head: string | null;
  lines: Line[];
}

/** Longer ones are drawn in parts, so that a browser lays out what is seen. */
const linesAtOnce = 120;

/** @param patch  hunks of one file, as contract/runtime/diff.ts has them; workers wrote its lines */
export function hunksOf(patch: string): Hunk[] {
  const hunks: Hunk[] = [];
  let lines: Line[] = [];
  let oldN = 0;
  let newN = 0;
  let gone: Side[] = [];
  let came: Side[] = [];
  const settle = (): void => {
    for (let at = 0; at < Math.max(gone.length, came.length); at++)
      lines.push({ old: gone[at] ?? null, new: came[at] ?? null, same: false });
    gone = [];
    came = [];
  };
  for (const line of block(patch).split('\n')) {
    const [, from, to, head] = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@ ?(.*)$/.exec(line) ?? [];
    if (from !== undefined) {
      settle();
      oldN = Number(from);
      newN = Number(to);
      lines = [];
      hunks.push({ head: head ?? '', lines });
      continue;
    }
    const text = line.slice(1);
    if (line.startsWith('-')) {
      // Lines that went after some that came are no longer in their place.
      if (came.length > 0) settle();
      gone.push({ n: oldN++, text });
    } else if (line.startsWith('+')) came.push({ n: newN++, text });
    else if (!line.startsWith('\\')) {
      settle();
      lines.push({ old: { n: oldN++, text }, new: { n: newN++, text }, same: true });
    }
  }
  settle();
  return hunks.flatMap(({ head, lines }) =>
    Array.from({ length: Math.ceil(lines.length / linesAtOnce) }, (_, at) => ({
      head: at === 0 ? head : null,
      lines: lines.slice(at * linesAtOnce, (at + 1) * linesAtOnce),
    })),
  );
}
