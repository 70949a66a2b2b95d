// docs/security.md promises: each threat of the model has its rows, and each test that a row names is there and runs.
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';

const doc = await readFile('docs/security.md', 'utf8');
const threats = [
  'A compromised gateway',
  'Prompt injection through mail, code and chat',
  'A hostile skill or plugin',
  'A stranger in a chat, or at a port',
  'A leaked token or key',
  'A compromised worker',
];
const chapters = new Map(
  doc
    .split(/^## /m)
    .slice(1)
    .map((chapter) => [chapter.slice(0, chapter.indexOf('\n')), chapter]),
);
/** Cells of all rows but heads and rules. */
const rowsOf = (chapter: string) =>
  chapter
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .slice(1)
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
const all = [...chapters.values()].flatMap(rowsOf);

/** Run by test/compose, whose files have the real bundle and nothing else. */
const onBundle = /^(?:compose\/[\w-]+\.test\.ts|security\/bundle\/[\w-]+\.ts)$/;

interface Named {
  file: string;
  title: string;
}
/** `security/bundle/gateway.ts` "finds no engine"; "another of the same file" */
function namedIn(cell: string): Named[] {
  let file = '';
  return [...cell.matchAll(/`([\w./-]+\.ts)`|"([^"]+)"/g)].flatMap(([, path, title]) => {
    file = path ?? file;
    return title === undefined ? [] : [{ file, title }];
  });
}

describe('the table', () => {
  it.each(threats)('has rows for: %s', (threat) => {
    expect(rowsOf(chapters.get(threat) ?? '').length).toBeGreaterThan(0);
  });

  it('has four cells in each row, and an attacking test or the word none', () => {
    for (const row of all) {
      expect(row, row.join(' | ')).toHaveLength(4);
      const [, control = '', tests = '', remains = ''] = row;
      expect(remains, row[0]).not.toBe('');
      if (tests === 'none')
        expect([control.startsWith('none'), remains.includes('**')], row[0]).toEqual([true, true]);
      else expect(namedIn(tests).length, row[0]).toBeGreaterThan(0);
    }
  });

  it('names for each row a test that runs on the bundle, or none', () => {
    const without = all
      .filter(([, , tests = '']) => tests !== 'none')
      .filter(([, , tests = '']) => !namedIn(tests).some(({ file }) => onBundle.test(file)))
      .map(([it]) => it);
    expect(without).toEqual([]);
  });

  it('names tests that exist, in files that run', async () => {
    const names = all.flatMap(([, , tests = '']) => namedIn(tests));
    expect(names.length).toBeGreaterThan(50);
    const missing: string[] = [];
    for (const { file, title } of names) {
      const path = `test/${file}`;
      if (!existsSync(path)) {
        missing.push(path);
        continue;
      }
      const text = await readFile(path, 'utf8');
      // A title may hold a quote that is escaped in the source, or the placeholder of a table.
      if (!text.replaceAll("\\'", "'").includes(title)) missing.push(`${path}: ${title}`);
      if (!path.endsWith('.test.ts') && !(await importedByTests(path)))
        missing.push(`${path} is run by no test`);
    }
    expect(missing).toEqual([]);
  });
});

async function importedByTests(path: string): Promise<boolean> {
  const files = await readdir('test', { recursive: true });
  const name = path.split('/').at(-1) ?? '';
  for (const file of files.filter((one) => one.endsWith('.test.ts')))
    if ((await readFile(`test/${file}`, 'utf8')).includes(`/${name}'`)) return true;
  return false;
}

describe('what this is made of', () => {
  it('npm packages are of one exact version, and the lock file has each', async () => {
    const { dependencies, devDependencies, optionalDependencies } = JSON.parse(
      await readFile('package.json', 'utf8'),
    );
    const { packages } = JSON.parse(await readFile('package-lock.json', 'utf8'));
    for (const [name, version] of Object.entries({
      ...dependencies,
      ...devDependencies,
      ...optionalDependencies,
    })) {
      expect(version, name).toMatch(/^\d+\.\d+\.\d+(-[\w.]+)?$/);
      expect(packages[`node_modules/${name}`]?.version, name).toBe(version);
    }
    expect(await readFile('.npmrc', 'utf8')).toMatch(/^ignore-scripts=true$/m);
  });

  it('images and what is installed into them are of one exact version', async () => {
    const dockerfile = await readFile('containers/Dockerfile', 'utf8');
    const stages = [...dockerfile.matchAll(/^FROM (\S+) AS (\S+)/gm)].map(
      ([, from, name]) => `${name}: ${from?.replace(/[${}]/g, '')}`,
    );
    expect(stages).toEqual([
      'packages: NODE_IMAGE',
      'base: NODE_IMAGE',
      'build: packages',
      'fleetd: base',
      'fleetd-kubernetes: fleetd',
      'openclaw-meta: base',
      'with-git: base',
      'publisher: with-git',
      'deliverer: with-git',
      'overstory-runtime: with-git',
    ]);
    expect(dockerfile).toMatch(/^ARG NODE_IMAGE=node:\d+-[a-z]+-slim$/m);
    for (const [, spec] of dockerfile.matchAll(/^ARG \w*(?:VERSION|OVERSTORY)=(\S+)/gm))
      expect(spec).toMatch(/\d+\.\d+\.\d+$/);
    const { devDependencies } = JSON.parse(await readFile('package.json', 'utf8'));
    expect(dockerfile).toContain(`ARG OPENCLAW_VERSION=${devDependencies.openclaw}`);
    // The tag of the base moves: the Node in it is replaced by that of the lock file.
    expect(dockerfile).toContain('cp node_modules/node-linux-*/bin/node /node');
    expect(dockerfile).toContain('COPY --from=packages /node /usr/local/bin/node');
  });
});
