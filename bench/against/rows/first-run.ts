// The first `npm start` of a fresh clone, after `npm ci`: nothing was ever built in it.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Build } from '../../build.ts';
import { atMost, type Figure } from '../../figure.ts';
import { type Start, started } from '../npm-start.ts';
import { alternate, type Row, ratio } from '../pair.ts';

export const row: Row = {
  title: 'The first npm start of a fresh clone',
  limit:
    'npm itself, the bundler reading the sources of the trial, and the start of its program: about a second of CPU each way, before a page can answer. The other programs are built beside it.',
  async run({ older, ours, quick }) {
    const folder = mkdtempSync(join(tmpdir(), 'ff-'));
    try {
      const runs = { older: [] as Start[], ours: [] as Start[] };
      const first = (which: keyof typeof runs, build: Build) => async (round: number) => {
        const clone = join(folder, `${which}-${round}`);
        // What is committed of it, with the packages that it has.
        execFileSync('git', ['clone', '--quiet', build.root, clone]);
        execFileSync('cp', ['-al', join(build.root, 'node_modules'), clone]);
        const start = await started(clone, join(clone, '.fleet'));
        runs[which].push(start);
        rmSync(clone, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
        return start.dashboard;
      };
      const dashboards = await alternate(quick ? 1 : 3, {
        older: first('older', older),
        ours: first('ours', ours),
      });
      const chats = {
        older: runs.older.map(({ chat }) => chat),
        ours: runs.ours.map(({ chat }) => chat),
      };
      const figures: Figure[] = [
        ratio('first npm start of a fresh clone, to the dashboard', dashboards, 0.5, 'ms', { digits: 0 }),
        atMost('the same, the quickest', 'absolute', Math.min(...dashboards.ours), 3_000, 'ms', ''),
        ratio('first npm start of a fresh clone, to WebChat', chats, 1, 'ms', { digits: 0 }),
        atMost('the same, the quickest', 'absolute', Math.min(...chats.ours), 16_600, 'ms', ''),
      ];
      return figures;
    } finally {
      rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    }
  },
};
