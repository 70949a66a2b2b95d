// `npm run docs -- commands`: writes docs/commands.md from the verbs and from the sentences that the trial's model knows.
import { writeFile } from 'node:fs/promises';
import { examples as sentences } from '../src/simulator/demo/sentences.ts';
import { verbs } from '../src/verbs/index.ts';

const file = 'docs/commands.md';

/** In a cell of a table a bar must not end it. */
const cell = (text: string) => text.replaceAll('|', '\\|');

const where = (surfaces: readonly string[]) =>
  surfaces.includes('chat') ? (surfaces.includes('cli') ? '' : 'chat only') : 'terminal only';

export function renderCommands(): string {
  return `# What you can say

In chat behind \`/fleet\` (in some chats \`@bot /fleet …\`: docs/channels.md), in a terminal behind \`fleet\`: the trial's is \`bin/fleet\` (\`npx fleet\` is
the same, half a second later), the bundle's \`docker compose exec fleetd fleet\`. In chat everything after the product is
taken as it is, without quotes. In a terminal every command takes \`--output json|yaml\` (\`--json\`), a list \`--output name\` too; \`status\` and \`tree\` take \`--watch\`; exit codes are in
[errors.md](errors.md).

| command | what it does | where |
|---|---|---|
${verbs
  .map(
    ({ name, usage, summary, surfaces }) =>
      `| \`${cell(`${name} ${usage}`.trim())}\` | ${cell(summary)} | ${where(surfaces)} |`,
  )
  .join('\n')}

## In detail

${verbs
  .map(
    ({ name, details = [], examples }) =>
      `- **${name}**: ${[...details.map((line) => (/[.:!?]$/.test(line) ? line : `${line}.`)), `For example ${examples.map((line) => `\`${line}\``).join(' or ')}.`].join(' ')}`,
  )
  .join('\n')}

## In your own words

To the model in chat say what you want in any words. The trial's model is simulated, and understands these:

${sentences.map((example) => `- ${example}`).join('\n')}

What only a human may do (answer questions, approve plans, accept proposals) the model cannot do for you: it has no tool for it.

This page is written by \`npm run docs -- commands\`.
`;
}

if (process.argv[1]?.endsWith('commands.ts')) await writeFile(file, renderCommands());
