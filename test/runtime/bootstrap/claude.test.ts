import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isSeeded } from '../../../src/runtime/bootstrap/claude.ts';
import { seedClaude } from '../../../src/runtime/bootstrap/index.ts';
import { mcpServers } from '../../../src/runtime/bootstrap/mcp.ts';

const apiKey = `sk-ant-${'x'.repeat(80)}0123456789abcdefghij`;
let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'fleet-home-'));
});
afterEach(() => rm(home, { recursive: true }));
const read = async (file: string) => JSON.parse(await readFile(join(home, file), 'utf8'));

test('a fresh home gets every answer that a coordinator would otherwise wait for, and no more of the key than its tail', async () => {
  await seedClaude({ home, apiKey, roots: ['/workspace/a'] });
  expect(await read('.claude.json')).toEqual({
    theme: 'dark',
    hasCompletedOnboarding: true,
    bypassPermissionsModeAccepted: true,
    customApiKeyResponses: { approved: ['0123456789abcdefghij'], rejected: [] },
    projects: {
      '/workspace/a': {
        hasTrustDialogAccepted: true,
        hasCompletedProjectOnboarding: true,
        hasClaudeMdExternalIncludesWarningShown: true,
      },
    },
  });
  expect(await read('.claude/settings.json')).toEqual({ skipDangerousModePermissionPrompt: true });
  expect((await stat(join(home, '.claude.json'))).mode & 0o777).toBe(0o600);
});

test('what Claude Code and the human wrote since stays; a second time changes nothing', async () => {
  const before = {
    theme: 'light',
    numStartups: 7,
    customApiKeyResponses: { approved: ['other'], rejected: ['0123456789abcdefghij'] },
    projects: {
      '/workspace/a': { allowedTools: ['Bash'] },
      '/workspace/old': { hasTrustDialogAccepted: false },
    },
  };
  await writeFile(join(home, '.claude.json'), JSON.stringify(before));
  await seedClaude({ home, apiKey, roots: ['/workspace/a'] });
  const once = await read('.claude.json');
  expect(once).toMatchObject({
    theme: 'light',
    numStartups: 7,
    customApiKeyResponses: { approved: ['other', '0123456789abcdefghij'], rejected: [] },
    projects: {
      '/workspace/a': { allowedTools: ['Bash'], hasTrustDialogAccepted: true },
      '/workspace/old': { hasTrustDialogAccepted: false },
    },
  });
  await seedClaude({ home, apiKey, roots: ['/workspace/a'] });
  expect(await read('.claude.json')).toEqual(once);
});

test('a file that cannot be read is moved aside, not lost', async () => {
  await writeFile(join(home, '.claude.json'), '{"half":');
  await seedClaude({ home, apiKey: null, roots: [] });
  expect(await readFile(join(home, '.claude.json.unreadable'), 'utf8')).toBe('{"half":');
  expect((await read('.claude.json')).customApiKeyResponses).toEqual({ approved: [], rejected: [] });
});

describe('one writer of Claude Code’s files', () => {
  const source = new URL('../../../src/runtime/bootstrap/claude.ts', import.meta.url).href;
  const roots = Array.from({ length: 16 }, (_, index) => `/workspace/p${index}`);
  /** Another process, as the container's prepare step, `fleet doctor --fix` and an agent are. */
  const seedElsewhere = (mine: string[]) =>
    execa(process.execPath, [
      '--input-type=module',
      '--eval',
      `import { seedClaude } from ${JSON.stringify(source)};
       await Promise.all(${JSON.stringify(mine)}.map((root) => seedClaude({ home: ${JSON.stringify(home)}, apiKey: null, roots: [root] })));`,
    ]);

  test('16 products at once, in one process and in four, lose nothing and leave nothing', async () => {
    await writeFile(join(home, '.claude.json'), JSON.stringify({ numStartups: 7 }));
    const [here, ...elsewhere] = [0, 1, 2, 3, 4].map((part) => roots.filter((_, at) => at % 5 === part));
    await Promise.all([
      ...(here ?? []).map((root) => seedClaude({ home, apiKey, roots: [root] })),
      ...elsewhere.map(seedElsewhere),
    ]);
    const { projects, numStartups } = await read('.claude.json');
    expect(Object.keys(projects).sort()).toEqual([...roots].sort());
    expect(numStartups).toBe(7);
    expect((await readdir(home)).sort()).toEqual(['.claude', '.claude.json']);
    expect(await readdir(join(home, '.claude'))).toEqual(['settings.json']);
  });

  test('waits for a Claude Code that holds its lock, and takes over one whose holder is gone', async () => {
    const lock = join(home, '.claude.json.lock');
    await mkdir(lock);
    const seeding = seedClaude({ home, apiKey, roots });
    // As Claude Code does: read under the lock, write, give it back.
    await writeFile(join(home, '.claude.json'), JSON.stringify({ numStartups: 8 }));
    await rm(lock, { recursive: true });
    await seeding;
    expect(await read('.claude.json')).toMatchObject({
      numStartups: 8,
      projects: { '/workspace/p15': { hasTrustDialogAccepted: true } },
    });

    await mkdir(lock);
    const longAgo = new Date(Date.now() - 11_000);
    await utimes(lock, longAgo, longAgo);
    await Promise.all(
      [0, 1, 2].map((part) => seedElsewhere([`/workspace/late${part}a`, `/workspace/late${part}b`])),
    );
    expect(Object.keys((await read('.claude.json')).projects)).toHaveLength(16 + 6);
    expect((await readdir(home)).sort()).toEqual(['.claude', '.claude.json']);
  });

  test('keeps a link a link, and its mode; writes nothing that changes nothing', async () => {
    const file = join(home, 'dotfiles.json');
    await writeFile(file, '{}');
    await chmod(file, 0o640);
    await symlink(file, join(home, '.claude.json'));
    await seedClaude({ home, apiKey, roots });
    expect((await lstat(join(home, '.claude.json'))).isSymbolicLink()).toBe(true);
    const once = await stat(file);
    expect(once.mode & 0o777).toBe(0o640);
    await seedClaude({ home, apiKey, roots });
    expect((await stat(file)).ino).toBe(once.ino);
  });
});

describe('what a product brings along', () => {
  const root = () => join(home, 'w/p');
  const seed = (humans = false) => seedClaude({ home, apiKey: null, roots: [root()], humans });
  const refused = async () => (await read('.claude/settings.json')).disabledMcpjsonServers;
  beforeEach(async () => {
    await mkdir(join(root(), '.claude'), { recursive: true });
    const file = (...names: string[]) =>
      JSON.stringify({ mcpServers: Object.fromEntries(names.map((name) => [name, { command: 'sh' }])) });
    await writeFile(join(root(), '.mcp.json'), file('db', 'web'));
    // Claude Code reads those above as well.
    await writeFile(join(home, 'w/.mcp.json'), file('above'));
  });

  test('runs no MCP server unasked, and each that the human allows in Claude Code’s own way', async () => {
    await seed();
    expect(await refused()).toEqual(['db', 'web', 'above']);
    expect((await mcpServers(home, root())).unanswered).toEqual([]);
    const local = join(root(), '.claude/settings.local.json');
    await writeFile(
      local,
      JSON.stringify({ enabledMcpjsonServers: ['web'], disabledMcpjsonServers: ['db'] }),
    );
    await seed();
    expect(await refused()).toEqual(['db', 'above']);
  });

  test('refuses none in a human’s own home, where each without an answer is named', async () => {
    await seed(true);
    expect(await refused()).toBeUndefined();
    await writeFile(
      join(home, '.claude.json'),
      JSON.stringify({ projects: { [root()]: { enabledMcpjsonServers: ['db'] } } }),
    );
    expect((await mcpServers(home, root())).unanswered).toEqual(['web', 'above']);
    await writeFile(join(root(), '.mcp.json'), 'no JSON');
    expect((await mcpServers(home, root())).unanswered).toEqual(['above']);
  });

  test('a CLAUDE.md that imports from outside is a question until it was answered', async () => {
    await seed();
    const file = join(home, '.claude.json');
    const before = JSON.parse(await readFile(file, 'utf8'));
    delete before.projects[root()].hasClaudeMdExternalIncludesWarningShown;
    await writeFile(file, JSON.stringify(before));
    expect(await isSeeded(home, root())).toBe(true);
    await writeFile(join(root(), 'CLAUDE.md'), 'See @docs/here.md and me@example.com\n');
    expect(await isSeeded(home, root())).toBe(true);
    await writeFile(join(root(), 'CLAUDE.md'), 'See @~/notes.md\n');
    expect(await isSeeded(home, root())).toBe(false);
    await seed();
    expect(await isSeeded(home, root())).toBe(true);
  });
});
