// `npm run docs -- tools`: writes the model's tools into openclaw.plugin.json, and when to use which into the skill.
import { readFileSync, writeFileSync } from 'node:fs';
import { fleetTools, lookTools } from '../src/openclaw/tools/index.ts';

const manifest = 'openclaw.plugin.json';
const skill = 'skills/overstory/SKILL.md';

/** The manifest with each tool in it. What only looks may be done again after a broken connection. */
export function renderManifest(): string {
  const whole = JSON.parse(readFileSync(manifest, 'utf8'));
  const names = fleetTools.map(({ name }) => name);
  const looks = new Set(lookTools.map(({ name }) => name));
  const kind = (name: string) => (looks.has(name) ? { replaySafe: true } : { sideEffecting: true });
  whole.contracts.tools = names;
  whole.toolMetadata = Object.fromEntries(names.map((name) => [name, kind(name)]));
  return `${JSON.stringify(whole, null, 2)}\n`;
}

/** The skill with a row for each tool in its table, before the rows that name none. */
export function renderSkill(): string {
  const rows = fleetTools
    .filter(({ when }) => when !== undefined)
    .map(({ name, when, how }) => `| ${when} | ${how ?? `\`${name}\``} |\n`);
  return readFileSync(skill, 'utf8').replace(
    /(?<=\| The human says \| Do \|\n\|---\|---\|\n)(?:\| .*(?<!not you.*)\n)*?(?=\| .* \| not you)/,
    rows.join(''),
  );
}

if (process.argv[1]?.endsWith('tools.ts')) {
  writeFileSync(manifest, renderManifest());
  writeFileSync(skill, renderSkill());
}
