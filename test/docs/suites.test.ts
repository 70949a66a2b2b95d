// CONTRIBUTING.md's table of suites names every folder that has tests.
import { globSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

it('CONTRIBUTING.md says of each suite where it runs and what it guards', () => {
  const rows = [...readFileSync('CONTRIBUTING.md', 'utf8').matchAll(/^\| (test\/[^|]+)\|/gm)];
  const named = new Set(rows.flatMap(([, cell = '']) => cell.match(/test\/[\w-]+/g) ?? []));
  const folders = new Set(globSync('test/**/*.test.ts').map((file) => file.split('/').slice(0, 2).join('/')));
  expect([...folders].filter((folder) => !named.has(folder))).toEqual([]);
});
