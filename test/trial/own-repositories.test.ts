// A newcomer's own repositories in the trial, in a real terminal: they are found and picked, one more is added while it runs,
// work on it comes back as a branch of the human's folder, and Ctrl-C leaves nothing running.
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { git, repository } from '../checkout/kinds.ts';
import { until } from '../simulator/ov.ts';
import { standIn } from '../support/tmux.ts';
import { freePort, processesOf } from '../support/trial-process.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

describe.skipIf(process.env[standIn])('own repositories', () => {
  let folder: string;
  let state: string;
  const server = `own-${process.pid}`;
  const tmux = (...args: string[]) => execa('tmux', ['-L', server, ...args], { reject: false });
  const screen = async () => (await tmux('capture-pane', '-p', '-t', 'trial', '-S', '-200')).stdout;
  const shows = (text: RegExp, ms = 60_000) => until(screen, (seen) => text.test(seen), ms);
  const keys = (...pressed: string[]) => tmux('send-keys', '-t', 'trial', ...pressed);
  const fleet = async (...words: string[]) => {
    const { exitCode, stdout, stderr } = await execa(
      process.execPath,
      [join(root, 'dist/cli.cjs'), ...words],
      {
        env: { FLEET_SOCKET: join(state, 'run/operator.sock') },
        cwd: folder,
        reject: false,
        stdin: 'ignore',
      },
    );
    return { exitCode, said: stdout + stderr };
  };

  beforeAll(async () => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'own-')));
    state = join(folder, 'st');
    for (const name of ['Shop', 'blog', 'left-alone']) await repository(join(folder, 'code', name));
    const ports = ['--port', await freePort(), '--dashboard-port', await freePort()];
    const words = [
      ...[
        process.execPath,
        join(root, 'dist/trial.js'),
        '--projects',
        join(folder, 'code'),
        '--state',
        state,
      ],
      ...ports,
    ];
    // Ctrl-C ends the trial, and not the shell that says how it ended.
    const line = `trap : INT; OV_SIM_SPEED=4 ${words.map((word) => `'${word}'`).join(' ')}; echo "ended: $?"; sleep 600`;
    await tmux('new-session', '-d', '-s', 'trial', '-x', '160', '-y', '50', '-c', folder, 'sh', '-c', line);
  });
  afterAll(async () => {
    // Where a test failed before its Ctrl-C.
    if (!/ended: \d/.test(await screen())) {
      await keys('C-c');
      await shows(/ended: \d/).catch(() => '');
    }
    await tmux('kill-server');
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  });

  it('are offered, and the picked ones are products', async () => {
    const offered = await shows(/Which of them are products[\s\S]*confirm/);
    // The newest first: which is where depends on the second in which they were made.
    const names = [...offered.matchAll(/◼ (\S+)/g)].map(([, name = '']) => name);
    expect(names.toSorted()).toEqual(['blog', 'left-alone', 'shop']);
    for (const name of names) {
      if (name !== 'shop') await keys('Space');
      await keys('Down');
    }
    await shows(/◻ (?:blog|left-alone)[\s\S]*◻ (?:blog|left-alone)/);
    await keys('Enter');
    await shows(/Products: shop, written to .*products\.yaml\./);
    await shows(/Ctrl-C stops everything/, 100_000);
    expect(readFileSync(join(state, 'products.yaml'), 'utf8')).toMatch(
      /products:\n {2}- name: shop\n {4}path: Shop\nscheduling:/,
    );
  }, 180_000);

  it('are added while it runs, and get the work as a branch', async () => {
    const before = readFileSync(join(state, 'products.yaml'), 'utf8');
    const added = await fleet('add', 'code/blog', '--yes');
    expect(added).toEqual({ exitCode: 0, said: expect.stringContaining('blog is ready: cloned') });
    expect(readFileSync(join(state, 'products.yaml'), 'utf8')).toContain(
      '  - name: blog\n    type: marketing\nscheduling:',
    );
    const started = await fleet('start', 'blog', 'Ship the auth feature');
    expect(started).toEqual({ exitCode: 0, said: expect.stringContaining('obj-1') });
    expect((await fleet('wait', 'obj-1', '--timeout', '100')).exitCode).toBe(0);
    await until(
      () => git(join(folder, 'code', 'blog'), 'branch', '--list', 'fleet/*'),
      (branches) => branches.includes('fleet/obj-1'),
    );
    const removed = await fleet('remove', 'blog', '--yes');
    expect(removed.said).toContain(`clone stays at ${join(state, 'checkouts/blog')}`);
    expect(existsSync(join(state, 'checkouts/blog/.overstory'))).toBe(true);
    expect(readFileSync(join(state, 'products.yaml'), 'utf8')).toBe(before);
  }, 180_000);

  it('are left by Ctrl-C with nothing running', async () => {
    await keys('C-c');
    await shows(/Nothing is left running\.\s+ended: 0/);
    if (process.platform === 'linux')
      expect((await processesOf(state)).filter((line) => !line.includes('sh -c'))).toEqual([]);
  }, 90_000);
});
