// Which versions of overstory and of Claude Code work together, each line with its evidence. `fleet doctor` reads this
// table; docs/overstory.md shows it (`npm run docs -- overstory`).
export type Version = readonly number[];

/** Both ends included; null: no end. */
interface Range {
  from: Version | null;
  to: Version | null;
}

export interface Pair {
  overstory: Range;
  claude: Range;
  works: boolean;
  /** what happens */
  what: string;
  /** what was run, on which versions, and when */
  evidence: string;
}

/** The version to install: the last in JavaScript, which installs without an install script. */
export const recommendedClaude = '2.1.112';

const only = (version: Version): Range => ({ from: version, to: version });

export const pairs: readonly Pair[] = [
  {
    overstory: { from: [0, 10], to: null },
    claude: { from: null, to: [2, 1, 74] },
    works: false,
    what: 'no headless worker starts: it is started from within the coordinator’s Claude Code (CLAUDECODE=1), and this version refuses that; `ov sling` says success all the same',
    evidence:
      '2026-11-29: `ov sling` of 0.10.3 and 0.11.0 with 2.1.71; `CLAUDECODE=1 claude -p hi` is refused by 2.1.71 to 2.1.74 and not by 2.1.75',
  },
  {
    overstory: { from: [0, 10, 3], to: [0, 11, 0] },
    claude: only([2, 1, 112]),
    works: true,
    what: 'objective to merge',
    evidence: '2026-11-29: 0.10.3 and 0.11.0, `npm run test:claude`',
  },
  {
    overstory: { from: [0, 10, 3], to: [0, 11, 0] },
    claude: only([2, 1, 332]),
    works: true,
    what: 'objective to merge, started through `bin/overstory-claude`: without it builders may write nothing, because this version also takes the local settings of the repository’s root in its worktrees, where the coordinator’s hooks refuse Write and Edit; and on a subscription no worker is logged in, because it takes CLAUDE_CODE_OAUTH_TOKEN out of the environment of its commands',
    evidence:
      '2026-11-29: 0.10.3 and 0.11.0, `npm run test:claude`; before that was mended, "coordinator agents cannot modify files" at the builder’s Write, and (2026-11-30) "Not logged in" of a lead',
  },
];

/**
 * What is known of the two together: the first line that says they do not work, else one that says they do, else null:
 * nobody has tried them.
 */
export function pairOf(overstory: Version, claude: Version): Pair | null {
  const fitting = pairs.filter((pair) => within(pair.overstory, overstory) && within(pair.claude, claude));
  return fitting.find(({ works }) => !works) ?? fitting[0] ?? null;
}

const within = ({ from, to }: Range, version: Version): boolean =>
  (from === null || !older(version, from)) && (to === null || !older(to, version));

export function older(version: Version, least: Version): boolean {
  const at = least.findIndex((part, index) => (version[index] ?? 0) !== part);
  return at >= 0 && (version[at] ?? 0) < (least[at] ?? 0);
}

/** The numbers of the first version in a text, e.g. [2, 1, 112]; null: there is none. */
export function readVersion(text: string): Version | null {
  const found = /(\d+)\.(\d+)(?:\.(\d+))?/.exec(text);
  return found === null ? null : found.slice(1).map((part) => Number(part ?? 0));
}

const dotted = (version: Version): string => version.join('.');

/** `2.1.74 and older`, `2.1.112`, `2.1.113 to 2.1.200`, `2.1.332 and newer` */
export function rangeText({ from, to }: Range): string {
  if (from === null) return to === null ? 'any' : `${dotted(to)} and older`;
  if (to === null) return `${dotted(from)} and newer`;
  return dotted(from) === dotted(to) ? dotted(to) : `${dotted(from)} to ${dotted(to)}`;
}

/** The table as docs/overstory.md has it. */
export const pairsTable = (): string =>
  [
    '| overstory | Claude Code | together | evidence |',
    '|---|---|---|---|',
    ...pairs.map(
      ({ overstory, claude, works, what, evidence }) =>
        `| ${rangeText(overstory)} | ${rangeText(claude)} | ${works ? 'work' : 'do **not** work'}: ${what} | ${evidence} |`,
    ),
  ].join('\n');
