import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { renderManifest, renderSkill } from '../../scripts/tools.ts';

it('the manifest has the tools as they are (mend: npm run docs -- tools)', () => {
  expect(readFileSync('openclaw.plugin.json', 'utf8')).toBe(renderManifest());
});

it('the skill says of each when to use it (mend: npm run docs -- tools)', () => {
  expect(readFileSync('skills/overstory/SKILL.md', 'utf8')).toBe(renderSkill());
});
