// `npm run docs -- overstory`: writes two tables of docs/overstory.md: the pairs of versions, from src/overstory/pairs.ts, and
// the traps, from test/sessions/traps.ts and from docs/results/overstory.json, which `npm run test:overstory --
// --record` writes; cases whose test is gone are taken out of it. A test holds the page and the results to it.
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { pairsTable, recommendedClaude } from '../src/overstory/pairs.ts';
import { type Trap, traps } from '../test/sessions/traps.ts';
import { claudeSection } from './claude-results.ts';

const page = 'docs/overstory.md';

type Results = Record<string, { name: string; state: string; date: string; ms: number }[]>;
const resultsFile = 'docs/results/overstory.json';

/** What was recorded, without the cases of tests that no longer stand in test/real. */
export function keptResults(): Results {
  const sources = globSync('test/real/*.real.ts').map((file) =>
    readFileSync(file, 'utf8').replaceAll("\\'", "'"),
  );
  const stands = (name: string) => sources.some((text) => text.includes(name.split(' > ').at(-1) ?? name));
  const recorded: Results = JSON.parse(readFileSync(resultsFile, 'utf8'));
  return Object.fromEntries(
    Object.entries(recorded).map(([version, cases]) => [version, cases.filter(({ name }) => stands(name))]),
  );
}

const recordings = 'test/fixtures/recordings';
/** When these were made (their folder's own versions): a recording never changes. */
const recordedOn = '2026-11-20';

/** Versions on which a case passed, e.g. `0.10.3 (2026-11-20)`. */
export function provedOn(results: Results, real: string): string[] {
  return Object.entries(results).flatMap(([version, cases]) => {
    const found = cases.find(
      ({ name, state }) => (name === real || name.endsWith(` > ${real}`)) && state === 'passed',
    );
    return found ? `${version} (${found.date})` : [];
  });
}

/** Versions of which this call was recorded, those that are driven. */
export const recordedFor = (name: string): string[] =>
  ['0.9.4', '0.10.3', '0.11.0'].filter((version) => existsSync(`${recordings}/${version}/${name}.json`));

function proof(results: Results, real: Trap['real']): string {
  if (typeof real === 'string') return provedOn(results, real).join(', ') || 'not shown';
  if ('not' in real) return `not tried: ${real.not}`;
  return `recorded: ${recordedFor(real.recorded).join(', ')} (${recordedOn})`;
}

/** What `npm run test:cycles -- --record` last came to. */
function cyclesLine(): string {
  const { date, count, seed, ends, left } = JSON.parse(readFileSync('docs/results/cycles.json', 'utf8')) as {
    date: string;
    count: number;
    seed: number;
    ends: Record<string, number>;
    left: string[];
  };
  const said = Object.entries(ends).map(([end, n]) => `${n} ${end}`);
  return `${count} start/stop cycles with random faults (${date}, seed ${seed}): ${said.join(', ')}; left alive: ${left.join(', ') || 'nothing'}.`;
}

/** The whole page as it should be now. */
export function renderOverstoryPage(): string {
  const before = readFileSync(page, 'utf8');
  const sections = { pairs: pairsSection(), claude: claudeSection(), traps: trapsSection() };
  return Object.entries(sections).reduce((text, [name, section]) => withSection(text, name, section), before);
}

/** @param section  beginning with its heading; an earlier one of that heading goes, up to its end mark */
function withSection(before: string, name: string, section: string): string {
  const end = `<!-- end of ${name} -->`;
  const [from, to] = [before.indexOf(section.split('\n')[0] ?? ''), before.indexOf(end)];
  return before.slice(0, from) + section + before.slice(to);
}

function pairsSection(): string {
  return [
    '## Pairs of versions',
    '',
    'Which overstory and which Claude Code work together, from `src/overstory/pairs.ts`. `fleet doctor` names a pair that',
    'does not; the runtime image installs 0.10.3 with ' +
      recommendedClaude +
      ' (`OVERSTORY` and `CLAUDE_CODE` of .env). Headless workers are',
    'children of the coordinator’s Claude Code: `bin/overstory-claude` takes its marks (CLAUDECODE, its session, socket and token)',
    'out of their environment, in the image and in the trial with `--real`. An older version is not made a tried one by it.',
    '',
    pairsTable(),
    '',
    '',
  ].join('\n');
}

function trapsSection(): string {
  const results = keptResults();
  const rows = traps.map(({ trap, does, test, real }) => {
    const [file = '', name = ''] = test?.split(/: (.*)/s) ?? [];
    const held = test === null ? '–' : `\`${file.replace('test/', '')}\`${name && `: ${name}`}`;
    return `| ${[trap, does, held, proof(results, real)].join(' | ').replaceAll('\n', ' ')} |`;
  });
  return [
    '## Traps',
    '',
    'What overstory does to a driver, what this project does about it, the test of the ordinary run, and what shows it on',
    'the real `ov`: version and date of a case of `npm run test:overstory` that passed, or the recorded calls which the',
    'contract test reads (`npm run docs -- overstory` writes this table).',
    '',
    '| trap | what is done | test | real `ov` |',
    '|---|---|---|---|',
    ...rows,
    '',
    cyclesLine(),
    '',
    '',
  ].join('\n');
}

if (process.argv[1]?.endsWith('overstory-traps.ts')) {
  writeFileSync(resultsFile, `${JSON.stringify(keptResults(), null, 2)}\n`);
  writeFileSync(page, renderOverstoryPage());
}
