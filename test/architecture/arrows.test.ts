// Dependencies point down. The table in ARCHITECTURE.md says what each folder may import; a new arrow is a decision, and
// is taken there.
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

/** Folder → what it may import, of the table in ARCHITECTURE.md. */
const mayImport = Object.fromEntries(
  [...(await readFile('ARCHITECTURE.md', 'utf8')).matchAll(/^\| `(\w+)` \|[^|]+\|([^|]*)\|$/gm)].map(
    ([, name = '', may = '']) => [name, may.split(',').flatMap((one) => one.trim() || [])],
  ),
);

/** src/fleet as the loop goes: each folder imports only what stands before it, and what all share. */
const loop = ['observe', 'decide', 'act', 'report', 'commands'];
const shared = ['src/fleet/context.ts', 'src/fleet/tuning.ts'];

interface Import {
  from: string;
  to: string;
}

async function sources(): Promise<{ file: string; text: string }[]> {
  const entries = await readdir('src', { recursive: true, withFileTypes: true });
  const files = entries
    .filter((e) => e.isFile() && /\.tsx?$/.test(e.name))
    .map((e) => join(e.parentPath, e.name));
  return Promise.all(files.map(async (file) => ({ file, text: await readFile(file, 'utf8') })));
}

async function imports(): Promise<Import[]> {
  return (await sources()).flatMap(({ file: from, text }) =>
    [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, to = '']) => ({
      from,
      to: to.startsWith('.') ? relative('.', join(dirname(from), to)) : to,
    })),
  );
}

const folder = (file: string): string => file.split('/')[1] ?? '';

it('every folder opens with a README', async () => {
  const folders = Object.keys(mayImport).map((name) => join('src', name));
  expect(folders.sort()).toEqual((await readdir('src')).map((name) => join('src', name)).sort());
  const without = await Promise.all(
    folders.map(async (at) => ((await readdir(at)).includes('README.md') ? [] : [at])),
  );
  expect(without.flat()).toEqual([]);
});

describe('arrows', () => {
  it('every folder imports only what lies below it', async () => {
    const wrong = (await imports())
      .filter(({ from, to }) => from.startsWith('src/') && to.startsWith('src/'))
      .filter(({ from, to }) => folder(from) !== folder(to) && folder(to) !== 'common')
      .filter(({ from, to }) => !mayImport[folder(from)]?.includes(folder(to)))
      .map(({ from, to }) => `${from} → ${to}`);
    expect(wrong).toEqual([]);
  });

  it('inside the fleet they follow the loop', async () => {
    const place = (file: string) => loop.indexOf(file.split('/')[2] ?? '');
    const wrong = (await imports())
      .filter(({ from, to }) => from.startsWith('src/fleet/') && to.startsWith('src/fleet/'))
      .filter(({ from }) => place(from) !== -1 || shared.includes(from))
      .filter(({ from, to }) => !shared.includes(to) && (place(to) === -1 || place(to) > place(from)))
      .map(({ from, to }) => `${from} → ${to}`);
    expect(wrong).toEqual([]);
  });

  it('the scheduler imports nothing that has effects', async () => {
    const outside = (await imports()).filter(
      ({ from, to }) =>
        from.startsWith('src/scheduler/') && !to.startsWith('src/scheduler/') && to !== 'src/common/units.ts',
    );
    expect(outside).toEqual([]);
  });

  it('SQLite is opened and asked by the journal, and by the simulator in place of ov', async () => {
    const wrong = (await imports()).filter(
      ({ from, to }) => to === 'node:sqlite' && !/^src\/(journal|simulator)\//.test(from),
    );
    expect(wrong).toEqual([]);
  });

  it('the gateway holds neither the Docker client nor the journal', async () => {
    const wrong = (await imports()).filter(
      ({ from, to }) =>
        /^src\/(openclaw|verbs|cli)\//.test(from) && /dockerode|node:sqlite|vscode-jsonrpc/.test(to),
    );
    expect(wrong).toEqual([]);
  });
});

describe('facts', () => {
  it('are each written in one place, so that one fact is one sentence', async () => {
    const files = [...new Set((await imports()).map(({ from }) => from))];
    const texts = await Promise.all(
      files.map(async (file) => ({ file, text: await readFile(file, 'utf8') })),
    );
    const kinds = texts
      .filter(({ file }) => /^src\/journal\/(.+\/)?events\.ts$/.test(file))
      .flatMap(({ text }) => [...text.matchAll(/^ {2}'([a-z.-]+)':/gm)].map(([, kind = '']) => kind));
    expect(kinds.length).toBeGreaterThan(50);
    const places = (kind: string) =>
      texts.flatMap(({ file, text }) => Array(text.split(`kind: '${kind}',`).length - 1).fill(file));
    const twice = kinds
      .map((kind) => ({ kind, at: places(kind) }))
      .filter(({ at }) => at.length > 1)
      .map(({ kind, at }) => `${kind}: ${at.join(', ')}`);
    expect(twice).toEqual([]);
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
    expect(await filesWith("kind: 'session.starting'")).toEqual(['src/fleet/act/admit.ts']);
    expect(await filesWith("'coordinator.start', {")).toEqual(['src/fleet/act/session/start.ts']);
    expect(await filesWith("kind: 'sling'")).toEqual(['src/fleet/act/direct/sling.ts']);
    const callers = (await imports())
      .filter(({ to }) => to === 'src/fleet/act/admit.ts')
      .map(({ from }) => from);
    expect(callers).toEqual(['src/fleet/loop.ts']);
    const starters = (await imports())
      .filter(({ to }) => to === 'src/fleet/act/session/start.ts')
      .map(({ from }) => from);
    expect(starters).toEqual(['src/fleet/act/session/drive.ts']);
  });
});
