// The real Claude Code in a home of its own, under tmux as `ov` starts it, or headless; its model is a server of the test.
// Claude Code takes no root with its permissions bypassed: as root, all of it runs as another user.
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { seedClaude } from '../../src/runtime/bootstrap/index.ts';
import { until } from '../simulator/ov.ts';
import { claudeProgram } from './claude-program.ts';
import { standIn } from './tmux.ts';

/** overstory's own container user; any but root would do. */
export const otherUser = process.getuid?.() === 0 ? { uid: 1000, gid: 1000 } : {};

/** Made up; the model server asks for none. */
export const madeUpKey = `sk-ant-api03-made-up-${'0'.repeat(40)}`;
/** As that of a subscription. */
export const madeUpToken = `sk-ant-oat01-made-up-${'0'.repeat(40)}`;

/** Whether it can run here. False comes with one line that says why; under CI it throws instead. */
export function claudeAvailable(): boolean {
  const program = claudeProgram.at(-1) ?? '';
  const missing = process.env[standIn] ? 'tmux' : existsSync(program) ? null : program;
  if (missing === null) return true;
  const line = `tests on the real Claude Code need ${missing}`;
  if (process.env.CI) throw new Error(line);
  console.warn(`skipped: ${line}`);
  return false;
}

export interface ClaudeLab extends AsyncDisposable {
  home: string;
  /** a folder that is a git repository, where it works */
  project: string;
  env: NodeJS.ProcessEnv;
  /** As the product makes a home ready. @param roots  the project unless given */
  seed(roots?: string[]): Promise<void>;
  /** Lays a file in the project. */
  write(path: string, text: string): void;
  /** A file of the project. */
  read(path: string): string;
  /** `claude -p`: one turn without a terminal. @param env in place of the lab's own */
  headless(prompt: string, env?: NodeJS.ProcessEnv): Promise<Ended>;
  /** A worker's turn as `ov` 0.10.3 and 0.11.0 run it: `claude -p`, JSON on both streams. @param env  all of it */
  turn(prompt: string, env: NodeJS.ProcessEnv): Promise<Ended>;
  terminal(): Promise<Terminal>;
}

interface Ended {
  exit: number | undefined;
  /** both streams */
  said: string;
}

export interface Terminal {
  screen(): Promise<string>;
  /** Types a line and sends it. */
  say(text: string): Promise<void>;
  /** Resolves with the screen when it shows this. */
  shows(pattern: RegExp, ms?: number): Promise<string>;
}

/** @param model  base address of its API. @param more  of the environment; undefined takes a variable out. @param program  its argv */
export function openClaudeLab(
  model: string,
  more: NodeJS.ProcessEnv = {},
  program = claudeProgram,
): ClaudeLab {
  // Short: a tmux socket's path may have 107 bytes.
  const folder = mkdtempSync(join(tmpdir(), 'cc-'));
  const [home, project, tmux, tmp] = ['home', 'project', 'tmux', 'tmp'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
    string,
  ];
  for (const one of [home, project, tmux, tmp]) mkdirSync(one, { mode: 0o700 });
  const env: NodeJS.ProcessEnv = {
    PATH: [dirname(process.execPath), process.env.PATH].join(':'),
    HOME: home,
    TMUX_TMPDIR: tmux,
    TMPDIR: tmp,
    LANG: 'C.UTF-8',
    TERM: 'xterm-256color',
    SHELL: '/bin/sh',
    ANTHROPIC_BASE_URL: model,
    ANTHROPIC_API_KEY: madeUpKey,
    // As the image sets it.
    DISABLE_AUTOUPDATER: '1',
    // No word to any other address than the model's.
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    // A failed request is tried once more, not for minutes.
    CLAUDE_CODE_MAX_RETRIES: '1',
    ...more,
  };
  const run = (file: string, args: string[], more: NodeJS.ProcessEnv = env, input = '') =>
    execa(file, args, { cwd: project, env: more, extendEnv: false, reject: false, input, ...otherUser });
  const once = async (args: string[], whole: NodeJS.ProcessEnv, input?: string) => {
    const [file = '', ...words] = [...program, ...args, '--permission-mode', 'bypassPermissions'];
    const { exitCode, stdout, stderr } = await run(file, words, whole, input);
    return { exit: exitCode, said: `${stdout}\n${stderr}`.trim() };
  };
  const give = () => otherUser.uid && ownAll(folder, otherUser.uid);
  let terminals = 0;
  give();

  return {
    home,
    project,
    env,
    async seed(roots = [project]) {
      await seedClaude({ home, apiKey: env.ANTHROPIC_API_KEY ?? null, roots });
      give();
    },
    write(path, text) {
      mkdirSync(dirname(join(project, path)), { recursive: true });
      writeFileSync(join(project, path), text);
      give();
    },
    read: (path) => readFileSync(join(project, path), 'utf8'),
    headless: (prompt, more) => once(['-p', prompt], { ...env, ...more }),
    turn: (prompt, whole) =>
      once(
        ['-p', ...['--output-format', 'stream-json'], ...['--input-format', 'stream-json'], '--verbose'],
        whole,
        JSON.stringify({
          type: 'user',
          message: { role: 'user', content: [{ type: 'text', text: prompt }] },
        }),
      ),
    async terminal() {
      terminals += 1;
      const name = `t${terminals}`;
      const on = (...args: string[]) => run('tmux', ['-u', '-L', 'claude', ...args]);
      await run('git', ['init', '--quiet']);
      const argv = [...program, '--model', 'opus', '--permission-mode', 'bypassPermissions'];
      const made = await on('new-session', '-d', '-x', '80', '-y', '24', '-s', name, '-c', project, ...argv);
      if (made.failed) throw new Error(`tmux: ${made.stderr}`);
      const screen = async () => (await on('capture-pane', '-p', '-t', `=${name}:`)).stdout;
      return {
        screen,
        async say(text) {
          await on('send-keys', '-t', `=${name}:`, '-l', text);
          // Typed at once, Enter is a line break of a pasted text.
          await until(screen, (seen) => seen.includes(text.slice(-20)));
          await on('send-keys', '-t', `=${name}:`, 'Enter');
        },
        shows: (pattern, ms) => until(screen, (seen) => pattern.test(seen), ms),
      };
    },
    async [Symbol.asyncDispose]() {
      const panes = await run('tmux', ['-L', 'claude', 'list-panes', '-a', '-F', '#{pane_pid}']);
      await run('tmux', ['-L', 'claude', 'kill-server']);
      // It still writes into its home while it ends.
      const pids = panes.stdout.split('\n').filter((pid) => pid !== '');
      await until(
        () => pids.filter((pid) => existsSync(`/proc/${pid}/exe`)),
        (left) => left.length === 0,
      );
      rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
    },
  };
}

/** All that is in a folder, to one user. */
function ownAll(folder: string, uid: number): void {
  chownSync(folder, uid, uid);
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile() || entry.isDirectory()) chownSync(join(entry.parentPath, entry.name), uid, uid);
}
