// Keeps what a run of test/claude/ came to in docs/results/claude.json: outcome by case, and figures.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { type ClaudeResults, resultsFile } from './claude-results.ts';

type Entry = ClaudeResults[number];

/**
 * A run of some cases says nothing about the others: those stay as they are.
 * @param files what the run wrote; nothing is kept without the outcome of a case
 * @param network whether its parts had any but what leads to the model
 */
export function keepRun(
  of: Pick<Entry, 'overstory' | 'claude' | 'place'>,
  files: { outcome: string; figures: string },
  network: boolean,
): void {
  if (!existsSync(files.outcome)) return;
  const before: ClaudeResults = existsSync(resultsFile) ? JSON.parse(readFileSync(resultsFile, 'utf8')) : [];
  const same = before.find(
    (one) => one.overstory === of.overstory && one.claude === of.claude && one.place === of.place,
  );
  const cases = (JSON.parse(readFileSync(files.outcome, 'utf8')) as Entry['cases'])
    .filter(({ state }) => state !== 'skipped')
    .map((one) => ({ ...one, network }));
  if (cases.length === 0) return;
  const kept: Entry = {
    ...of,
    date: new Date().toISOString().slice(0, 10),
    figures: existsSync(files.figures)
      ? { ...same?.figures, ...JSON.parse(readFileSync(files.figures, 'utf8')) }
      : (same?.figures ?? null),
    cases: [...(same?.cases ?? []).filter((one) => !cases.some(({ name }) => name === one.name)), ...cases],
  };
  const next = [...before.filter((one) => one !== same), kept];
  writeFileSync(resultsFile, `${JSON.stringify(next, null, 2)}\n`);
}
