import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { seedClaude } from '../../../src/runtime/prepare/index.ts';

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
    projects: { '/workspace/a': { hasTrustDialogAccepted: true, hasCompletedProjectOnboarding: true } },
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
