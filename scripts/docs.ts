// `npm run docs [-- <page> …]`: writes pages of docs/ from what they tell of; without a name all that need nothing but the
// source and the results that are kept (docs/results). Tests hold most of them to it.
import { execa } from 'execa';

const pages: Record<string, string> = {
  commands: 'commands.ts',
  errors: 'error-codes.ts',
  man: 'man.ts',
  models: 'models.ts',
  openapi: 'openapi.ts',
  overstory: 'overstory-traps.ts',
  'products-schema': 'products-schema.ts',
  reliability: 'reliability.ts',
  repositories: 'repositories.ts',
  tools: 'tools.ts',
};
/** Written when asked for: from a bench that ran in this clone, and from a running trial. */
const others: Record<string, string> = { performance: 'performance.ts', pictures: 'pictures.ts' };

const asked = process.argv.slice(2);
const all = { ...pages, ...others };
const unknown = asked.filter((name) => !Object.hasOwn(all, name));
if (unknown.length > 0) {
  console.error(`Expected names of pages (${Object.keys(all).join(', ')}), got ${unknown.join(', ')}.`);
  process.exit(2);
}
if (asked.includes('pictures')) await execa('npm', ['run', '--silent', 'build'], { stdio: 'inherit' });
for (const name of asked.length > 0 ? asked : Object.keys(pages)) {
  const { exitCode = 1 } = await execa('tsx', [`scripts/${all[name]}`], {
    stdio: 'inherit',
    reject: false,
  });
  if (exitCode !== 0) process.exit(exitCode);
}
