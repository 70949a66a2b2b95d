// What pages for contributors name is there.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const scripts = JSON.parse(readFileSync('package.json', 'utf8')).scripts;

// docs/security.md names tests without their folder: test/docs/security.test.ts looks for them.
const pages = ['ARCHITECTURE.md', 'CONTRIBUTING.md', 'README.md', 'SECURITY.md'];
for (const name of readdirSync('docs'))
  if (name.endsWith('.md') && name !== 'security.md') pages.push(`docs/${name}`);

describe.each(pages)('%s', (page) => {
  const text = readFileSync(page, 'utf8');
  const beside = page.includes('/') ? 'docs/' : '';

  it('names files and folders that exist', () => {
    const inCode = [...text.matchAll(/`((?:src|test|scripts|bench|bin|docs|containers|skills)\/[\w./-]*)`/g)];
    const linked = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, to = '']) => `${beside}${to}`);
    const named = [...inCode.map(([, path = '']) => path), ...linked];
    expect(named.filter((path) => !existsSync(path))).toEqual([]);
  });

  it('names npm scripts that exist', () => {
    const named = [...text.matchAll(/npm run (?:--silent )?([\w:-]+)/g)].map(([, name = '']) => name);
    expect(named.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
  });
});
