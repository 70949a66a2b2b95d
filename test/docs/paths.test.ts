// What pages for contributors name is there.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
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

const sources = readdirSync('src', { recursive: true, encoding: 'utf8' }).map((path) => `src/${path}`);
const readmes = sources.filter((path) => basename(path) === 'README.md');
const tables = readmes.filter((path) => /^\| (?:file|place) +\|/m.test(readFileSync(path, 'utf8')));
const isSource = (path: string) => /\.tsx?$/.test(path);

it.each(readmes)('%s names source files that exist, in its folder or from src/ on', (page) => {
  const folder = dirname(page);
  const named = [...readFileSync(page, 'utf8').matchAll(/`([\w./-]+\.tsx?)`/g)].map(([, path = '']) => path);
  const exists = (path: string) =>
    sources.some((file) => file.startsWith(`${folder}/`) && file.endsWith(`/${path}`)) ||
    [path, `src/${path}`, `${folder}/${path}`].some(existsSync);
  expect(named.filter((path) => !exists(path))).toEqual([]);
});

it.each(tables)('%s names all of its folder in its table', (page) => {
  const text = readFileSync(page, 'utf8');
  const beside = sources.filter((path) => dirname(path) === dirname(page) && basename(path) !== 'index.ts');
  const own = [
    ...beside.filter(isSource).map((path) => basename(path)),
    ...beside.filter((path) => !basename(path).includes('.')).map((path) => `${basename(path)}/`),
  ];
  const byNoun = text.includes('| a folder per noun');
  expect(own.filter((name) => !text.includes(`\`${name}\``) && !(byNoun && name.endsWith('/')))).toEqual([]);
});
