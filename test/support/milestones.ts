// Milestones 1 to 5 of the original plan, as the test run reaches them. docs/milestones.md is rendered from
// what is written here.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

const file = 'test/results/milestones.json';

export interface MilestoneResult {
  milestone: 1 | 2 | 3 | 4 | 5;
  evidence: string;
}

/** Called where the proof has just held. */
export async function recordMilestone(
  milestone: MilestoneResult['milestone'],
  evidence: string,
): Promise<void> {
  const known = readMilestones().filter((m) => m.milestone !== milestone);
  mkdirSync(dirname(file), { recursive: true });
  const all = [...known, { milestone, evidence }].sort((a, b) => a.milestone - b.milestone);
  writeFileSync(file, `${JSON.stringify(all, null, 2)}\n`);
}

export function readMilestones(): MilestoneResult[] {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as MilestoneResult[];
  } catch {
    return [];
  }
}
