// Which key a session gets: its account's, through `ov` and a tmux server that was started with another environment.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { KeySource } from '../../src/contract/runtime/protocol.ts';
import { keyEnvironment } from '../../src/runtime/agent/account-key.ts';
import { connectRuntime, localChannel } from '../../src/runtime/index.ts';
import { until } from '../simulator/ov.ts';
import { standIn } from '../support/tmux.ts';
import { agentFile, fixtureOv } from './workspace.ts';

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});
const folder = () => {
  // Short: a tmux socket's path may have 107 bytes.
  const made = realpathSync(mkdtempSync(join(tmpdir(), 'key-')));
  undo.push(() => rmSync(made, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }));
  return made;
};
const keys = { team: `sk-ant-api03-${'t'.repeat(30)}`, own: `sk-ant-oat01-${'o'.repeat(30)}` };

describe('the environment of an account', () => {
  it('has its key and no other', async () => {
    const file = join(folder(), 'key');
    writeFileSync(file, `${keys.own}\n`);
    expect(await keyEnvironment({ name: 'a', key: null })).toEqual({});
    expect(
      await keyEnvironment({ name: 'a', key: { as: 'subscription', from: 'file', name: file } }),
    ).toEqual({
      ANTHROPIC_API_KEY: undefined,
      ANTHROPIC_AUTH_TOKEN: undefined,
      CLAUDE_CODE_OAUTH_TOKEN: keys.own,
    });
  });

  it.each<[string, KeySource]>([
    ['a variable that is not set', { as: 'api-key', from: 'variable', name: 'NOT_SET_ANYWHERE' }],
    ['a file that is not there', { as: 'api-key', from: 'file', name: '/nowhere/key' }],
    ['a file of another kind', { as: 'api-key', from: 'file', name: '/etc/passwd' }],
  ])('is refused for %s, by name', async (_, key) => {
    await expect(keyEnvironment({ name: 'a', key })).rejects.toMatchObject({
      code: 'ACCOUNT_KEY_MISSING',
      product: 'a',
      message: expect.stringContaining(key.name),
    });
  });
});

/** As `ov coordinator start` does it: what runs in the session writes down what it was given. */
const ovWithTmux = `#!/bin/sh
if [ "$1 $2" = "coordinator start" ]; then
  tmux -L overstory new-session -d -s "$(basename "$PWD")" "/bin/sh -c 'env > env.txt; sleep 60'"
fi
exec '${process.execPath}' '${fixtureOv}' "$@"
`;

describe.skipIf(process.env[standIn])('two products on two accounts', () => {
  it('run on two keys, whatever the tmux server was started with', async () => {
    const home = folder();
    const ov = join(home, 'ov');
    writeFileSync(ov, ovWithTmux);
    chmodSync(ov, 0o755);
    const root = join(home, 'w');
    const own = join(home, 'own-key');
    writeFileSync(own, keys.own);
    const env = {
      PATH: process.env.PATH,
      HOME: home,
      TMUX_TMPDIR: home,
      FLEET_WORKSPACE: root,
      FLEET_OV: ov,
      GIT_AUTHOR_NAME: 't',
      GIT_AUTHOR_EMAIL: 't@example.invalid',
      GIT_COMMITTER_NAME: 't',
      GIT_COMMITTER_EMAIL: 't@example.invalid',
      ANTHROPIC_API_KEY: 'of-the-runtime',
      TEAM_KEY: keys.team,
    };
    const sources: Record<string, KeySource | null> = {
      team: { as: 'api-key', from: 'variable', name: 'TEAM_KEY' },
      own: { as: 'subscription', from: 'file', name: own },
      rest: null,
    };
    for (const name of Object.keys(sources)) {
      const at = join(root, name);
      mkdirSync(join(at, '.overstory'), { recursive: true });
      writeFileSync(join(at, '.overstory/config.yaml'), `project:\n  name: ${name}\n`);
      writeFileSync(join(at, 'fixture.json'), '{}');
      const git = (...args: string[]) => execFileSync('git', args, { cwd: at, env, stdio: 'pipe' });
      git('init', '--quiet');
      git('add', '.');
      git('commit', '--quiet', '-m', 'start');
    }
    undo.push(() => execFileSync('tmux', ['-L', 'overstory', 'kill-server'], { env, stdio: 'pipe' }));
    const logged: string[] = [];
    const runtime = connectRuntime({
      channel: localChannel({
        argv: [process.execPath, agentFile],
        env,
        cwd: root,
        onLog: (line) => logged.push(line),
      }),
    });
    undo.push(() => runtime.close());
    await new Promise((resolve) => runtime.on('connected', resolve));
    for (const [name, key] of Object.entries(sources)) {
      const product = { name, root: join(root, name), key };
      await runtime.maintain(product, { kind: 'prepare', maxWorkers: null });
      await runtime.ov(product, 'coordinator.start', {});
    }
    const given = async (name: string) => {
      const file = join(root, name, 'env.txt');
      const text = await until(
        () => (existsSync(file) ? readFileSync(file, 'utf8') : ''),
        (written) => /^PWD=/m.test(written),
      );
      return text
        .split('\n')
        .filter((line) => /^(ANTHROPIC_API_KEY|ANTHROPIC_AUTH_TOKEN|CLAUDE_CODE_OAUTH_TOKEN)=/.test(line));
    };
    expect(await given('team')).toEqual([`ANTHROPIC_API_KEY=${keys.team}`]);
    expect(await given('own')).toEqual([`CLAUDE_CODE_OAUTH_TOKEN=${keys.own}`]);
    expect(await given('rest')).toEqual(['ANTHROPIC_API_KEY=of-the-runtime']);
    // Claude Code asks about a key that it does not know: it knows its end.
    const state = JSON.parse(readFileSync(join(home, '.claude.json'), 'utf8'));
    expect(state.customApiKeyResponses.approved).toContain(keys.team.slice(-20));
    expect(logged.join('\n')).not.toMatch(/sk-ant/);
  });
});
