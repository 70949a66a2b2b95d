// The real `ov` of a checkout (OVERSTORY_SRC) over a fake `claude` or a real one, with a workspace, a home and a tmux
// server of its own. Used by `npm run test:overstory` and `npm run test:claude` only.
import { execFileSync } from 'node:child_process';
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
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { type Channel, localChannel } from '../../src/runtime/index.ts';

export interface RealOv extends AsyncDisposable {
  workspace: string;
  env: NodeJS.ProcessEnv;
  /** A git repository with one commit, initialised by `ov init`. */
  product(name: string, workspace?: string): Promise<{ name: string; root: string }>;
  /** `ov <words>` in a product, as anybody in it could run it; its output */
  ov(product: string, ...words: string[]): Promise<string>;
  channel(env?: NodeJS.ProcessEnv): Channel;
  /** Puts another `ov` in the place of this one. @param source  its checkout */
  install(source: string): void;
  /** Makes `ov` run `script` of sh first, with its words in "$@"; null: as it was. */
  disturb(script: string | null): void;
  tmux(...args: string[]): Promise<string>;
  /** what fake-claude logged */
  turns(): { agent: string; event: string; resumed?: boolean; words?: string[]; exit?: number }[];
}

const here = import.meta.dirname;

export interface RealOvOptions {
  /** argv of `claude`; the fake one unless given */
  claude?: string[];
  /** on top of the lab's own */
  env?: NodeJS.ProcessEnv;
}

export async function openRealOv(options: RealOvOptions = {}): Promise<RealOv> {
  const source = process.env.OVERSTORY_SRC;
  const bun = process.env.BUN;
  if (!source || !bun)
    throw new Error('Expected OVERSTORY_SRC and BUN, as scripts/test-overstory.ts sets them.');
  // Short: a tmux socket's path may have 107 bytes.
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'ov-')));
  for (const name of ['bin', 'home', 'tmux', 'w']) mkdirSync(join(folder, name), { mode: 0o700 });
  const program = (name: string, ...argv: string[]) => {
    const file = join(folder, 'bin', name);
    writeFileSync(file, `#!/bin/sh\nexec ${argv.map((word) => `'${word}'`).join(' ')} "$@"\n`);
    chmodSync(file, 0o755);
  };
  program('bun', bun);
  program('ov', bun, join(source, 'src/index.ts'));
  program('claude', ...(options.claude ?? [process.execPath, join(here, 'fake-claude/main.ts')]));
  const env: NodeJS.ProcessEnv = {
    PATH: [join(folder, 'bin'), dirname(process.execPath), process.env.PATH].join(':'),
    HOME: join(folder, 'home'),
    TMUX_TMPDIR: join(folder, 'tmux'),
    LANG: 'C.UTF-8',
    TERM: 'xterm-256color',
    FLEET_WORKSPACE: join(folder, 'w'),
    FAKE_CLAUDE_LOG: join(folder, 'claude.log'),
    ...options.env,
  };
  writeFileSync(
    join(folder, 'home/.gitconfig'),
    '[user]\nname = Test\nemail = test@example.invalid\n[init]\ndefaultBranch = main\n',
  );
  const tmux = async (...args: string[]) =>
    (await execa('tmux', ['-u', '-L', 'overstory', ...args], { env, extendEnv: false, reject: false }))
      .stdout;
  await tmux('new-session', '-d', '-s', 'keeper', 'sleep', 'infinity');

  return {
    workspace: join(folder, 'w'),
    env,
    tmux,
    async product(name, workspace = join(folder, 'w')) {
      const root = join(workspace, name);
      mkdirSync(root, { recursive: true });
      const run = (file: string, ...args: string[]) =>
        execFileSync(file, args, { cwd: root, env, stdio: 'pipe' });
      run('git', 'init', '--quiet');
      writeFileSync(join(root, 'index.js'), 'console.log(1)\n');
      run('git', 'add', '.');
      run('git', 'commit', '--quiet', '-m', 'start');
      run(
        'ov',
        'init',
        '--yes',
        '--json',
        '--name',
        name,
        '--skip-mulch',
        '--skip-seeds',
        '--skip-canopy',
        '--skip-onboard',
      );
      return { name, root };
    },
    ov: async (product, ...words) =>
      (await execa('ov', words, { cwd: join(folder, 'w', product), env, extendEnv: false })).stdout,
    channel: (more = {}) =>
      localChannel({
        argv: [process.execPath, join(here, '../../src/runtime/agent/main.ts')],
        env: { ...env, ...more },
        cwd: join(folder, 'w'),
        onLog: (line) => process.env.TEST_LOG && console.error(line),
      }),
    install: (other) => program('ov', bun, join(other, 'src/index.ts')),
    disturb(script) {
      const real = join(source, 'src/index.ts');
      if (script === null) program('ov', bun, real);
      else
        writeFileSync(
          join(folder, 'bin/ov'),
          `#!/bin/sh\nov() { '${bun}' '${real}' "$@"; }\n${script}\nov "$@"\n`,
        );
    },
    turns() {
      try {
        return readFileSync(join(folder, 'claude.log'), 'utf8')
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line));
      } catch {
        return [];
      }
    },
    async [Symbol.asyncDispose]() {
      await tmux('kill-server');
      rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    },
  };
}
