// Nothing that the agent starts carries the marks of a Claude Code around it, nor does what goes through bin/overstory-claude.
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, expect, test } from 'vitest';
import { claudeMarks } from '../../src/runtime/agent/marks.ts';
import { connectRuntime, localChannel } from '../../src/runtime/index.ts';
import { agentFile } from './workspace.ts';

const wrapper = fileURLToPath(new URL('../../bin/overstory-claude', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'fleet-marks-'));
afterAll(() => rmSync(folder, { recursive: true }));
const marked = Object.fromEntries(claudeMarks.map((mark) => [mark, '1']));
const names = (environment: string) => environment.split('\n').map((line) => line.split('=')[0]);

test('bin/overstory-claude takes away what the agent takes away, and hands on words and exit', async () => {
  const script = readFileSync(wrapper, 'utf8');
  const taken = [...script.matchAll(/^unset (.+)$/gm)].flatMap(([, list = '']) => list.split(' '));
  expect(taken).toEqual([...claudeMarks]);
  const ran = await execa(wrapper, ['sh', '-c', 'env; exit $1', 'sh', '7'], {
    env: { ...marked, KEPT: '1' },
    reject: false,
  });
  expect(ran.exitCode).toBe(7);
  expect(names(ran.stdout)).toContain('KEPT');
  expect(names(ran.stdout).filter((name) => name !== undefined && name in marked)).toEqual([]);
});

test('it lets nothing out that the work does not need, unless it is told to', async () => {
  const name = 'CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC';
  const seen = async (env: NodeJS.ProcessEnv) =>
    (await execa(wrapper, ['printenv', name], { env, reject: false })).stdout;
  expect(await seen({ [name]: undefined })).toBe('1');
  expect(await seen({ [name]: '' })).toBe('');
});

test("a subscription's token reaches the Claude Code of a command, also where Claude Code takes it out; a key goes before it", async () => {
  const token = 'CLAUDE_CODE_OAUTH_TOKEN';
  /** Two Claude Codes, the second started by a command of the first, which gives its commands no token. */
  const below = async (env: NodeJS.ProcessEnv) => {
    const claude = `unset ${token}; ${env.INNER ?? ''} exec '${wrapper}' sh -c 'echo "$${token}"'`;
    return (await execa(wrapper, ['sh', '-c', claude], { env: { [token]: undefined, ...env } })).stdout;
  };
  expect(await below({ [token]: 'made-up' })).toBe('made-up');
  expect(await below({ [token]: 'made-up', INNER: 'ANTHROPIC_API_KEY=another' })).toBe('');
  expect(await below({})).toBe('');
});

test("in a linked worktree it takes that worktree's local settings, and not those of the root", async () => {
  const root = join(folder, 'repository');
  const worktree = join(folder, 'worktree');
  const git = (...args: string[]) =>
    execa('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], { cwd: root });
  mkdirSync(root);
  await git('init', '-q', '-b', 'main');
  await git('commit', '-q', '--allow-empty', '-m', 'start');
  await git('worktree', 'add', '-q', worktree, '-b', 'work');
  for (const at of [root, worktree]) {
    mkdirSync(join(at, '.claude'));
    writeFileSync(join(at, '.claude/settings.local.json'), '{}');
  }
  const words = async (cwd: string) => (await execa(wrapper, ['echo', '-p'], { cwd })).stdout;
  expect(await words(root)).toBe('-p');
  expect(await words(worktree)).toBe(
    `-p --setting-sources user,project --settings ${realpathSync(worktree)}/.claude/settings.local.json`,
  );
});

test('the agent starts `ov` without them', async () => {
  const ov = join(folder, 'ov');
  const seen = join(folder, 'seen');
  writeFileSync(
    ov,
    `#!/bin/sh\nenv >'${seen}'\necho '{"name":"@os-eco/overstory-cli","version":"0.10.3","runtime":"bun","platform":"linux-x64"}'\n`,
  );
  chmodSync(ov, 0o755);
  const runtime = connectRuntime({
    channel: localChannel({
      argv: [process.execPath, agentFile],
      env: { ...process.env, ...marked, KEPT: '1', FLEET_WORKSPACE: folder, FLEET_OV: ov },
      cwd: folder,
    }),
  });
  await new Promise((resolve) => runtime.on('connected', resolve));
  await runtime.close();
  const environment = names(readFileSync(seen, 'utf8'));
  expect(environment).toContain('KEPT');
  expect(environment.filter((name) => name !== undefined && name in marked)).toEqual([]);
});
