// What is looked at before a start, beside the real ov: each product here is one that overstory takes, or fails too
// late, or in words that say something else.
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectRuntime, type Runtime } from '../../src/runtime/index.ts';
import { until } from '../simulator/ov.ts';
import { withRealOv } from './open.ts';

const lab = withRealOv();
const runtimes: Runtime[] = [];
async function connect(env: NodeJS.ProcessEnv = {}): Promise<Runtime> {
  const runtime = connectRuntime({ channel: lab.real().channel(env) });
  runtimes.push(runtime);
  await until(
    () => runtime.link().state,
    (state) => state === 'connected',
  );
  return runtime;
}
let runtime: Runtime;
beforeAll(async () => {
  runtime = await connect();
});
afterAll(() => Promise.all(runtimes.map((one) => one.close())));

const prepare = (ref: { name: string; root: string }, by = runtime) =>
  by.maintain(ref, { kind: 'prepare', maxWorkers: null });
const ov = (root: string, ...words: string[]): string => {
  try {
    return execFileSync('ov', words, { cwd: root, env: lab.real().env, encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    return String((error as { stdout?: string }).stdout);
  }
};

describe('before a start of the real ov', () => {
  it('a folder without config.yaml is refused, which ov takes for a project of defaults', async () => {
    const ref = await lab.real().product('bare');
    rmSync(join(ref.root, '.overstory/config.yaml'));
    expect(JSON.parse(ov(ref.root, 'status', '--json'))).toMatchObject({ success: true });
    await expect(prepare(ref)).rejects.toMatchObject({ code: 'OV_NOT_INITIALISED' });
  });

  it('a folder inside a larger repository is refused, whose .overstory ov ignores', async () => {
    const outer = await lab.real().product('outer');
    const root = join(outer.root, 'inner');
    mkdirSync(join(root, '.overstory'), { recursive: true });
    writeFileSync(join(root, '.overstory/config.yaml'), 'project:\n  name: inner\n');
    await expect(prepare({ name: 'inner', root })).rejects.toMatchObject({ code: 'PRODUCT_NOT_GIT_ROOT' });
  });

  it('a repository without a git identity is refused, which ov starts', async () => {
    const ref = await lab.real().product('nameless');
    execFileSync('git', ['config', 'user.useConfigOnly', 'true'], { cwd: ref.root });
    const bare = await connect({ GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null', EMAIL: '' });
    await expect(prepare(ref, bare)).rejects.toMatchObject({ code: 'GIT_NO_IDENTITY' });
  });

  it('two products of one project name are refused, which would share a tmux session', async () => {
    const ref = await lab.real().product('twin');
    const other = await lab.real().product('twin-b');
    const config = join(other.root, '.overstory/config.yaml');
    writeFileSync(config, readFileSync(config, 'utf8').replace(/name: .*/, 'name: twin'));
    await expect(prepare(ref)).rejects.toMatchObject({ code: 'PROJECT_NAME_TAKEN' });
    rmSync(other.root, { recursive: true });
  });

  it('databases that may not be written are refused, which ov finds out after it has made a tmux session', async () => {
    const ref = await lab.real().product('readonly');
    const file = join(ref.root, '.overstory/sessions.db');
    ov(ref.root, 'status', '--json');
    chmodSync(file, 0o444);
    await expect(prepare(ref)).rejects.toMatchObject({ code: 'OV_READONLY_DB' });
    chmodSync(file, 0o644);
    expect(await lab.real().tmux('list-sessions', '-F', '#{session_name}')).toBe('keeper');
  });

  it("Claude Code's state in a human's home is not written unasked; `fleet doctor --fix` is asking", async () => {
    const ref = await lab.real().product('private');
    const home = join(lab.real().workspace, '../human');
    mkdirSync(home);
    writeFileSync(join(home, '.gitconfig'), readFileSync(join(lab.real().env.HOME ?? '', '.gitconfig')));
    const theirs = await connect({ HOME: home, FLEET_CLAUDE_HOME: 'human' });
    await expect(prepare(ref, theirs)).rejects.toMatchObject({
      code: 'CLAUDE_NOT_TRUSTING',
      mend: expect.stringContaining('fleet doctor --fix'),
    });
    expect(existsSync(join(home, '.claude.json'))).toBe(false);
    const found = await theirs.doctor([ref], true);
    expect(found.find(({ check }) => check === 'trust')).toMatchObject({
      state: 'fixed',
      says: expect.stringContaining('~/.claude.json'),
    });
    expect((await prepare(ref, theirs)).done).not.toContain(expect.stringContaining('trust'));
  });
});
