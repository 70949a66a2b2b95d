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
}

export const resultsFile = join(import.meta.dirname, '../docs/results/claude.json');

export function claudeSection(): string {
  const results: ClaudeResults = JSON.parse(readFileSync(resultsFile, 'utf8'));
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
    'arrives and what is done is seen, not what a model would make of it. Times hold for two cores and instant answers.',
    'With `--bundle` they are built into the images of docker-compose.yaml, asked in WebChat, and what is done is published',
    'into repositories outside. Without any network but what leads to the model (on the machine a network namespace, in the',
    `bundle a network of the runtime's that leads nowhere else): ${apart} of these ${all.length} cases.`,
    '',
    '| overstory | Claude Code | where | date | cases | start → coordinator | → first commit | → done | memory (PSS) | idle CPU |',
    '|---|---|---|---|---|---|---|---|---|---|',
    ...rows,
    '',
    '',
  ].join('\n');
}
