// What `npm run test:claude -- --record` came to, as a section of docs/overstory.md (scripts/overstory-traps.ts writes it).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One per pair of versions and place. */
export type ClaudeResults = {
  overstory: string;
  claude: string;
  /** In the images of docker-compose.yaml; undefined: on the machine itself */
  place?: 'bundle';
  /** of the last run */
  date: string;
  /** null: not measured */
  figures: Partial<ClaudeFigures> | null;
  cases: {
    name: string;
    state: string;
    ms: number;
    /** false: it ran where there is none but loopback */
    network?: boolean;
  }[];
}[];

export interface ClaudeFigures {
  /** `fleet start` → the coordinator runs */
  startMs: number;
  /** PSS of each claude with a lead and a builder at work, by role */
  pssBytes: Record<string, number>;
  /** of one core, of a coordinator at its prompt */
  idleCpuPercent: number;
  /** `fleet start` → the builder's commit */
  firstCommitMs: number;
  /** `fleet start` → done */
  doneMs: number;
  /** the first start of so many products at once */
  many: {
    products: number;
    /** → each of them has asked its model */
    startedMs: number;
    /** → each of them has done its objective, which is to report */
    doneMs: number;
    /** PSS of all their claudes together */
    pssBytes: number;
  };
}

export const resultsFile = join(import.meta.dirname, '../docs/results/claude.json');

const pairOf = ({ overstory, claude, place }: ClaudeResults[number]): string =>
  [overstory, claude, place].filter((part) => part !== undefined).join(', ');

/** Which case ran on which pair, and how long it took there. */
function caseTable(results: ClaudeResults): string[] {
  const names = [...new Set(results.flatMap(({ cases }) => cases.map(({ name }) => name)))].sort();
  return [
    `| case | ${results.map(pairOf).join(' | ')} |`,
    `|---|${results.map(() => '---|').join('')}`,
    ...names.map((name) => {
      const cells = results.map(({ cases }) => {
        const found = cases.find((one) => one.name === name);
        return found === undefined ? '–' : `${found.state}, ${Math.round(found.ms / 1000)} s`;
      });
      return `| ${[name.split(' > ').at(-1), ...cells].join(' | ')} |`;
    }),
    '',
  ];
}

function manyLines(results: ClaudeResults): string[] {
  return results.flatMap(({ overstory, claude, figures }) => {
    if (figures?.many === undefined) return [];
    const { products, startedMs, doneMs, pssBytes } = figures.many;
    return [
      `${products} products started for the first time at once, with one Claude config, on ${overstory} with ${claude}: each had asked`,
      `its model after ${Math.round(startedMs / 1000)} s and was done after ${Math.round(doneMs / 1000)} s; their Claude Codes had ${(pssBytes / 2 ** 30).toFixed(1)} GiB (PSS) together.`,
      '',
    ];
  });
}

export function claudeSection(): string {
  const recorded: ClaudeResults = JSON.parse(readFileSync(resultsFile, 'utf8'));
  const results = recorded.toSorted((a, b) => pairOf(a).localeCompare(pairOf(b)));
  const seconds = (ms?: number) => (ms === undefined ? '–' : `${(ms / 1000).toFixed(1)} s`);
  const rows = results.map(({ overstory, claude, place, date, figures, cases }) => {
    const failed = cases.filter(({ state }) => state !== 'passed').length;
    const memory = Object.entries(figures?.pssBytes ?? {})
      .map(([role, bytes]) => `${role} ${Math.round(bytes / 2 ** 20)} MiB`)
      .join(', ');
    const idle = figures?.idleCpuPercent;
    const shown = [
      ...[figures?.startMs, figures?.firstCommitMs, figures?.doneMs].map(seconds),
      memory || '–',
      idle === undefined ? '–' : `${idle.toFixed(1)} %`,
    ];
    return `| ${[overstory, claude, place ?? 'machine', date, `${cases.length - failed} passed, ${failed} failed`, ...shown].join(' | ')} |`;
  });
  const all = results.flatMap(({ cases }) => cases);
  const apart = all.filter(({ network }) => network === false).length;
  return [
    '## On the real Claude Code',
    '',
    '`npm run test:claude` runs the whole chain on the real parts: fleetd, its agent, `ov`, tmux, git and Claude Code from npm',
    'as they are; the model alone is scripted, behind the Messages API on loopback. A scripted model shows that what is sent',
    'arrives and what is done is seen, not what a model would make of it. Times are of two cores that other work used too, with',
    'instant answers: on a quiet machine they are shorter.',
    'With `--bundle` they are built into the images of docker-compose.yaml, asked in WebChat, and what is done is published',
    'into repositories outside. Without any network but what leads to the model (on the machine a network namespace, in the',
    `bundle a network of the runtime's that leads nowhere else): ${apart} of these ${all.length} cases.`,
    '',
    '| overstory | Claude Code | where | date | cases | start → coordinator | → first commit | → done | memory (PSS) | idle CPU |',
    '|---|---|---|---|---|---|---|---|---|---|',
    ...rows,
    '',
    ...manyLines(results),
    ...caseTable(results),
    '',
  ].join('\n');
}
