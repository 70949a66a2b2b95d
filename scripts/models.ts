// `npm run docs -- models`: writes which models were evaluated (`npm run eval:model -- … --record`) into docs/models.md. A test
// holds the two equal.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Evaluation } from './eval/report.ts';

const page = 'docs/models.md';
const results = 'docs/results/models';

/** The page as it should be now. */
export function renderModels(): string {
  const rows = readdirSync(results)
    .sort()
    .map((name) => JSON.parse(readFileSync(join(results, name), 'utf8')) as Evaluation)
    .map(({ model, date, openclaw, version, counts, ms, tokens, verdict }) => [
      `\`${model}\``,
      `${date}, ${version} on OpenClaw ${openclaw}`,
      counts.map(({ kind, passed, of }) => `${kind} ${passed}/${of}`).join(', '),
      `${Math.round(ms / 1000)} s${tokens === null ? '' : `, ${tokens.input} in, ${tokens.output} out`}`,
      verdict,
    ]);
  const table = [
    '| model | when, on what | by kind | took, tokens | verdict |',
    '|---|---|---|---|---|',
    ...rows.map((cells) => `| ${cells.join(' | ')} |`),
  ].join('\n');
  return readFileSync(page, 'utf8').replace(
    /(?<=<!-- evaluated -->\n)[\s\S]*?(?=<!-- \/evaluated -->)/,
    `${table}\n`,
  );
}

if (process.argv[1]?.endsWith('models.ts')) writeFileSync(page, renderModels());
