// What the test run proves of the original plan: milestones 1 to 5 and the six open questions.
// docs/milestones.md is rendered from what is written here (npm run docs:milestones).
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

export const runResults = 'test/results/milestones.json';

export interface Results {
  /** 1 to 5 → what was proven */
  milestones: Record<string, string>;
  /** 1 to 6 → measured answer */
  answers: Record<string, string>;
}

export function readResults(file: string): Results {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Results;
  } catch {
    return { milestones: {}, answers: {} };
  }
}

function record(kind: keyof Results, n: number, text: string): void {
  const results = readResults(runResults);
  results[kind][String(n)] = text;
  mkdirSync(dirname(runResults), { recursive: true });
  writeFileSync(runResults, `${JSON.stringify(results, null, 2)}\n`);
}

/** Called where the proof has just held. */
export const recordMilestone = (n: 1 | 2 | 3 | 4 | 5, evidence: string): void =>
  record('milestones', n, evidence);

/** Called with the figures just measured. */
export const recordAnswer = (question: 1 | 2 | 3 | 4 | 5 | 6, answer: string): void =>
  record('answers', question, answer);
