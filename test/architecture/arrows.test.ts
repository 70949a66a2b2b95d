// Dependencies point down (docs: README "How it is built"). Each folder names what it may import; a new arrow
// is a decision and shows up here.
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

/** Words and types that belong to no layer: anybody may import them, they import nobody above a schema. */
const leaves = [
  'src/errors.ts',
  'src/clock.ts',
  'src/version.ts',
  'src/token.ts',
  'src/quiet-json.ts',
  'src/api/contract.ts',
  'src/api/work.ts',
];

const mayImport: Record<string, string[]> = {
  prices: [],
  registry: ['prices'],
  overstory: [],
  scheduler: [],
  runtime: ['overstory', 'registry'],
  fleet: ['scheduler', 'overstory', 'runtime', 'registry', 'prices'],
  // Of the scheduler, which is pure: the words for what it says by name.
  api: ['fleet', 'runtime', 'scheduler'],
  verbs: ['api'],
  doctor: ['overstory', 'registry', 'runtime', 'api'],
  cli: ['verbs', 'api', 'doctor'],
  simulator: [],
  openclaw: ['verbs', 'api', 'simulator'],
  dashboard: ['api'],
  fleetd: ['api', 'dashboard', 'fleet', 'registry', 'runtime'],
  trial: ['fleetd', 'openclaw', 'overstory', 'registry', 'runtime', 'simulator'],
};

interface Import {
  from: string;
  to: string;
}

async function imports(): Promise<Import[]> {
  const entries = await readdir('src', { recursive: true, withFileTypes: true });
  const files = entries
    .filter((e) => e.isFile() && /\.tsx?$/.test(e.name))
    .map((e) => join(e.parentPath, e.name));
  const all = await Promise.all(
    files.map(async (from) => {
      const text = await readFile(from, 'utf8');
      return [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, to = '']) => ({
        from,
        to: to.startsWith('.') ? relative('.', join(dirname(from), to)) : to,
      }));
    }),
  );
  return all.flat();
}

const folder = (file: string): string => file.split('/')[1] ?? '';

it('every folder opens with a README', async () => {
  const folders = Object.keys(mayImport).map((name) => join('src', name));
  const without = await Promise.all(
    folders.map(async (at) => ((await readdir(at)).includes('README.md') ? [] : [at])),
  );
  expect(without.flat()).toEqual([]);
});

describe('arrows', () => {
  it('every folder imports only what lies below it', async () => {
    const wrong = (await imports())
      .filter(({ from, to }) => from.split('/').length > 2 && to.startsWith('src/') && !leaves.includes(to))
      .filter(({ from, to }) => folder(from) !== folder(to) && !mayImport[folder(from)]?.includes(folder(to)))
      .map(({ from, to }) => `${from} → ${to}`);
    expect(wrong).toEqual([]);
  });

  it('the scheduler imports nothing that has effects', async () => {
    const outside = (await imports()).filter(
      ({ from, to }) => from.startsWith('src/scheduler/') && !to.startsWith('src/scheduler/'),
    );
    expect(outside).toEqual([]);
  });

  it('the gateway holds neither the Docker client nor the journal', async () => {
    const wrong = (await imports()).filter(
      ({ from, to }) =>
        /^src\/(openclaw|verbs|cli)\//.test(from) && /dockerode|node:sqlite|vscode-jsonrpc/.test(to),
    );
    expect(wrong).toEqual([]);
  });
});

describe('the one door', () => {
  async function filesWith(text: string): Promise<string[]> {
    const entries = await readdir('src/fleet', { recursive: true, withFileTypes: true });
    const files = entries
      .filter((e) => e.isFile() && e.name.endsWith('.ts'))
      .map((e) => join(e.parentPath, e.name));
    const found = await Promise.all(
      files.map(async (f) => ((await readFile(f, 'utf8')).includes(text) ? [f] : [])),
    );
    return found.flat().sort();
  }

  it('only admit() makes a session, and only the start of a session calls coordinator.start', async () => {
    expect(await filesWith("kind: 'session.starting'")).toEqual(['src/fleet/admit.ts']);
    expect(await filesWith("'coordinator.start', {")).toEqual(['src/fleet/session/start.ts']);
    const callers = (await imports()).filter(({ to }) => to === 'src/fleet/admit.ts').map(({ from }) => from);
    expect(callers).toEqual(['src/fleet/loop.ts']);
    const starters = (await imports())
      .filter(({ to }) => to === 'src/fleet/session/start.ts')
      .map(({ from }) => from);
    expect(starters).toEqual(['src/fleet/session/drive.ts']);
  });
});
