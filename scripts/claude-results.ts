// `npm run docs:claude`: writes what `npm run test:claude -- --record` came to into docs/overstory.md.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** One per pair of versions. */
export type ClaudeResults = {
  overstory: string;
  claude: string;
  /** of the last run */
  date: string;
  /** null: not measured */
  figures: ClaudeFigures | null;
  cases: { name: string; state: string; ms: number }[];
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
}

export const resultsFile = join(import.meta.dirname, '../docs/results/claude.json');
const page = join(import.meta.dirname, '../docs/overstory.md');
const heading = '## On the real Claude Code';
const end = '<!-- end of the real Claude Code -->';

/** The whole page as it should be now. */
export function renderClaude(): string {
  const results: ClaudeResults = JSON.parse(readFileSync(resultsFile, 'utf8'));
  const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
  const rows = results.map(({ overstory, claude, date, figures, cases }) => {
    const failed = cases.filter(({ state }) => state !== 'passed').length;
    const shown = figures
      ? [
          seconds(figures.startMs),
          seconds(figures.firstCommitMs),
          seconds(figures.doneMs),
          Object.entries(figures.pssBytes)
            .map(([role, bytes]) => `${role} ${Math.round(bytes / 2 ** 20)} MiB`)
            .join(', '),
          `${figures.idleCpuPercent.toFixed(1)} %`,
        ]
      : ['–', '–', '–', '–', '–'];
    return `| ${[overstory, claude, date, `${cases.length - failed} passed, ${failed} failed`, ...shown].join(' | ')} |`;
  });
  const text = [
    heading,
    '',
    '`npm run test:claude` runs the whole chain on the real parts: fleetd, its agent, `ov`, tmux, git and Claude Code from npm',
    'as they are; the model alone is scripted, behind the Messages API on loopback. A scripted model shows that what is sent',
    'arrives and what is done is seen, not what a model would make of it. Times hold for two cores and instant answers.',
    '',
    '| overstory | Claude Code | date | cases | start → coordinator | → first commit | → done | memory (PSS) | idle CPU |',
    '|---|---|---|---|---|---|---|---|---|',
    ...rows,
    '',
    end,
  ].join('\n');
  const before = readFileSync(page, 'utf8');
  const [from, to] = [before.indexOf(heading), before.indexOf(end)];
  if (from < 0) return `${before.trimEnd()}\n\n${text}\n`;
  return before.slice(0, from) + text + before.slice(to + end.length);
}

if (process.argv[1]?.endsWith('claude-results.ts')) writeFileSync(page, renderClaude());
