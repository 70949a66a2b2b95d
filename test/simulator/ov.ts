// A bundled ov-sim, as it is installed, and products to run it in; each with its own tmux server.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { rolldown } from 'rolldown';

export interface Reply {
  exit: number;
  stdout: string;
  stderr: string;
  /** Last line of stdout, read as JSON; undefined when it is not JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into replies of many shapes
  json: any;
}

export interface Lab extends AsyncDisposable {
  folder: string;
  env: Record<string, string>;
  /** A git repository with one commit, initialised unless told otherwise. */
  product(name: string, options?: { init?: boolean }): Promise<string>;
  ov(
    root: string,
    words: string[],
    options?: { input?: string; env?: Record<string, string> },
  ): Promise<Reply>;
}

/** Polls a condition until it holds; fails with what was seen last. */
export async function until<T>(
  look: () => Promise<T> | T,
  holds: (seen: T) => boolean,
  ms = 60_000,
): Promise<T> {
  const deadline = Date.now() + ms;
  for (;;) {
    const seen = await look();
    if (holds(seen)) return seen;
    if (Date.now() > deadline)
      throw new Error(`Expected a condition within ${ms} ms, last seen: ${JSON.stringify(seen)}`);
    await sleep(50);
  }
}

export async function openLab(env: Record<string, string> = {}): Promise<Lab> {
  const folder = mkdtempSync(join(tmpdir(), 'ov-sim-'));
  const program = join(folder, 'ov-sim.cjs');
  const bundle = await rolldown({
    input: join(import.meta.dirname, '../../src/simulator/ov-sim.ts'),
    platform: 'node',
  });
  await bundle.write({ file: program, format: 'cjs', codeSplitting: false });
  mkdirSync(join(folder, 'tmux'));
  const whole: Record<string, string> = {
    TMUX_TMPDIR: join(folder, 'tmux'),
    CLAUDE_CONFIG_DIR: join(folder, 'claude'),
    OV_SIM_SPEED: '8',
    OV_SIM_START_MS: '100',
    OV_SIM_POLL_MS: '30',
    GIT_CONFIG_GLOBAL: join(folder, 'gitconfig'),
    ...env,
  };
  writeFileSync(
    whole.GIT_CONFIG_GLOBAL ?? '',
    '[user]\nname = Test\nemail = test@example.invalid\n[init]\ndefaultBranch = main\n',
  );
  const tmux = (...args: string[]) =>
    execa('tmux', ['-L', 'overstory', ...args], { env: whole, reject: false });
  await tmux('new-session', '-d', '-s', 'keeper', 'sleep', '600');

  const lab: Lab = {
    folder,
    env: whole,
    async product(name, { init = true } = {}) {
      const root = join(folder, name);
      mkdirSync(root, { recursive: true });
      const git = (...args: string[]) =>
        execFileSync('git', args, { cwd: root, env: { ...process.env, ...whole } });
      git('init', '--quiet');
      writeFileSync(join(root, 'index.js'), 'console.log(1)\n');
      git('add', '.');
      git('commit', '--quiet', '-m', 'start');
      if (init) await lab.ov(root, ['init', '--yes', '--json', '--name', name]);
      return root;
    },
    async ov(root, words, options = {}) {
      const ran = await execa(process.execPath, [program, ...words], {
        cwd: root,
        env: { ...whole, ...options.env },
        input: options.input ?? '',
        reject: false,
        stripFinalNewline: false,
      });
      return { exit: ran.exitCode ?? -1, stdout: ran.stdout, stderr: ran.stderr, json: lastJson(ran.stdout) };
    },
    async [Symbol.asyncDispose]() {
      await tmux('kill-server');
      for (const pid of processesIn(folder)) process.kill(pid, 'SIGKILL');
      await until(
        () => processesIn(folder),
        (pids) => pids.length === 0,
      );
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return lab;
}

/** Live processes that name `folder` in their argv: every process of ov-sim does. */
export function processesIn(folder: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((name) => {
      try {
        return readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(folder);
      } catch {
        return false;
      }
    })
    .map(Number);
}

function lastJson(stdout: string): unknown {
  try {
    return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
  } catch {
    return undefined;
  }
}
