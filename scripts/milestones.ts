// `npm run docs:milestones`: takes the results of the last test run into docs/results/ and renders
// docs/milestones.md. A test fails when the page, the kept results and a new run no longer agree.
import { mkdir, writeFile } from 'node:fs/promises';
import { type Results, readResults, runResults } from '../test/support/milestones.ts';

export const keptResults = 'docs/results/milestones.json';
export const page = 'docs/milestones.md';

const milestones = [
  'Containers boot, the UI is there',
  'The CLI bridge works',
  'Status query in WebChat',
  'Spawn a session in words',
  'Resource scheduling: queueing at capacity',
];
const questions = [
  'Latency: how fast is `docker exec` for frequent polling? Is there a better way?',
  'tmux in containers: does it work reliably?',
  'Volume performance: SQLite in WAL mode?',
  'OpenClaw skill API: how complex?',
  'Claude API key routing: shared or separate?',
  'Session persistence: does a restarted gateway recover its knowledge of running sessions?',
];

/** The page for these results. */
export function renderMilestones(results: Results): string {
  const passed = milestones.filter((_, i) => results.milestones[i + 1] !== undefined).length;
  return `# Milestones of the original plan

Rendered by \`npm run docs:milestones\` from \`${keptResults}\`, which the test run on the compose bundle wrote
(\`npx vitest run test/compose\`: real engine, real gateway, real Chromium, simulated \`ov\` and model). Figures are
from that run's machine; a test fails when a new run reaches other milestones than these.

| # | milestone | passed | shown by |
|---|---|---|---|
${milestones.map((name, i) => `| ${i + 1} | ${name} | ${results.milestones[i + 1] ? 'yes' : '**no**'} | ${results.milestones[i + 1] ?? ''} |`).join('\n')}

**Go / no-go** (the plan: four or more pass → go on): ${passed} of 5 pass → **${passed >= 4 ? 'go' : 'no-go'}**.

## The six open questions

${questions.map((question, i) => `${i + 1}. **${question}** ${results.answers[i + 1] ?? 'Not measured.'}`).join('\n')}
`;
}

if (process.argv[1]?.endsWith('milestones.ts')) {
  const results = readResults(runResults);
  await mkdir('docs/results', { recursive: true });
  await writeFile(keptResults, `${JSON.stringify(results, null, 2)}\n`);
  await writeFile(page, renderMilestones(results));
}
