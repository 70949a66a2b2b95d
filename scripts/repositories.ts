// `npm run docs -- repositories`: renders docs/repositories.md from what test/repositories/ saw. A test holds the two equal.
// `node bin/node24.mjs tsx scripts/repositories.ts run [<kinds>]`: runs the sessions too, and keeps what it saw.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import type { Row } from '../test/repositories/run.ts';

const page = 'docs/repositories.md';
const results = 'docs/results/repositories.json';
/** of `npm run test:overstory`, and its case that meets every kind */
const real = { results: 'docs/results/overstory.json', name: 'is met as on the simulator' };

/** The codes that a text says, or its first words where it says none. */
function short(text: string): string {
  const codes = [...new Set(text.match(/\b[A-Z]{2,}(?:_[A-Z]+)+\b/g) ?? [])].filter((code) =>
    known.has(code),
  );
  return codes.length > 0 ? codes.map((code) => `\`${code}\``).join(', ') : cell(text.slice(0, 120));
}
const known = new Set(
  [...readFileSync('docs/errors.md', 'utf8').matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, code = '']) => code),
);
const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ').replaceAll('<', '&lt;');
const said = (texts: string[]) => (texts.length === 0 ? '–' : texts.map(short).join(', '));

/** The page as it should be now. */
export function renderRepositories(): string {
  const rows: Row[] = JSON.parse(readFileSync(results, 'utf8'));
  const words = new Map<string, string>();
  for (const row of rows)
    for (const text of [row.prepare ?? '', ...row.doctor, ...row.start, row.begins, row.result ?? ''])
      for (const [, code = '', rest = ''] of text.matchAll(/\b([A-Z]{2,}(?:_[A-Z]+)+): ([^|]*)/g))
        if (known.has(code) && !words.has(code)) words.set(code, rest.trim());
  return `# Repositories, as people have them

What is said of each kind of repository, and when: as the runtime prepares it, by \`fleet doctor\`, in the answer to
\`fleet start\`, and in the end. Each is made by [test/support/repositories.ts](../test/support/repositories.ts) and met
by a whole fleet on the simulator; this page is written from what was seen (\`npm run docs -- repositories\`), and CI looks
again. *own*: agents work in the fleet's clone of it, which is what products.yaml means unless it says otherwise.
*in-place*: \`checkout: in-place\`. A dash: nothing. ${onReal()}

| repository | checkout | prepared | doctor | answer to a start | the session | its end |
|---|---|---|---|---|---|---|
${rows.map((row) => `| ${line(row).join(' | ')} |`).join('\n')}

## What the codes say

\`<folder>\` is the repository, \`<clones>\` where the fleet has its clones.

${[...words]
  .sort(([a], [b]) => a.localeCompare(b))
  .map(([code, text]) => `- \`${code}\`: ${text.replaceAll('<', '&lt;')}`)
  .join('\n')}
`;
}

/** What the real `ov` was seen to do with them. */
function onReal(): string {
  const versions: Record<string, { name: string; state: string; date: string }[]> = JSON.parse(
    readFileSync(real.results, 'utf8'),
  );
  const seen = Object.entries(versions).flatMap(([version, cases]) =>
    cases
      .filter(({ name, state }) => name === real.name && state === 'passed')
      .map(({ date }) => `${version} (${date})`),
  );
  return seen.length === 0
    ? 'The real `ov` was not tried on them.'
    : `The real \`ov\` is met with the same words and comes to the same ends: ${seen.join(', ')}, by \`npm run test:overstory -- repositories --record\`.`;
}

function line({ kind, checkout, prepare, doctor, start, begins, result }: Row): string[] {
  return [
    kind,
    checkout,
    prepare === null ? '–' : short(prepare),
    said(doctor),
    begins === 'refused' ? `refused: ${said(start)}` : said(start),
    begins === 'refused'
      ? '–'
      : begins === '?'
        ? 'not run'
        : begins === 'runs'
          ? 'runs; a stop ends it'
          : short(begins),
    result === null || result === '?' ? '–' : ended(result),
  ];
}

/** The part of a result that tells what became of the work. */
function ended(result: string): string {
  const published = /Its work is the branch [^.]*\./.exec(result)?.[0];
  const refused = /(?:git said:|failed \(exit \d+\):) ([^|\n]*)/.exec(result)?.[1];
  return cell(
    (refused ? `asks a human: ${refused}` : (published ?? result.split(' | ').slice(0, 2).join(': '))).slice(
      0,
      300,
    ),
  );
}

if (process.argv[1]?.endsWith('repositories.ts')) {
  const [, , mode, ...only] = process.argv;
  if (mode === 'run') {
    const env = {
      ...process.env,
      REPOSITORIES_RECORD: '1',
      REPOSITORIES_SESSIONS: '1',
      ...(only.length > 0 && { REPOSITORIES_ONLY: only.join(',') }),
    };
    const words = ['bin/node24.mjs', 'vitest', 'run', 'test/repositories'];
    process.exitCode = spawnSync(process.execPath, words, { env, stdio: 'inherit' }).status ?? 1;
  }
  writeFileSync(page, renderRepositories());
}
