// `npm run test:newcomer [-- --linked]`: the first hour of a new user, from a fresh clone of what is committed here: install,
// start the trial, add a repository of their own, ship a change in it by a sentence in chat, see its diff, approve it, stop,
// start again. Prints each step with its time; exits 1 at the first that fails, with what was seen last. --linked takes the
// packages of this clone instead of `npm ci`. Leaves nothing behind, on the disk or running.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { askAgent } from '../test/support/gateway-client.ts';
import { freePort, processesOf } from '../test/support/trial-process.ts';

const here = join(import.meta.dirname, '..');
const linked = process.argv.includes('--linked');
const folder = await realpath(await mkdtemp(join(tmpdir(), 'newcomer-')));
const clone = join(folder, 'meta-coordinator');
const shop = join(folder, 'code', 'web-shop');
const minutes = 60_000;

/** One `npm start`, and what it has printed. */
interface Start {
  printed(): string;
  /** of WebChat, with its token */
  link(): string;
  /** Ctrl-C. @returns the exit code; npm's own end by it is 0 */
  stop(): Promise<number | null>;
}
let trial: Start | null = null;
const started = (): Start => {
  if (trial) return trial;
  throw new Error('Expected a trial that was started');
};

async function run(program: string, words: string[], cwd = clone): Promise<string> {
  const { exitCode, stdout, stderr } = await execa(program, words, { cwd, reject: false, stdin: 'ignore' });
  if (exitCode === 0) return stdout;
  throw new Error(
    `Expected \`${[program, ...words].join(' ')}\` to exit 0, got ${exitCode}:\n${stdout}\n${stderr}`,
  );
}
const fleet = (...words: string[]) => run('bin/fleet', words);

function requireText(text: string, wanted: RegExp): string {
  if (wanted.test(text)) return text;
  throw new Error(`Expected ${wanted}, got:\n${text}`);
}

async function until(look: () => Promise<string> | string, wanted: RegExp, ms: number): Promise<string> {
  for (const deadline = Date.now() + ms; ; ) {
    const seen = await look();
    if (wanted.test(seen)) return seen;
    if (Date.now() > deadline) throw new Error(`Expected ${wanted} within ${ms / 1_000} s, got:\n${seen}`);
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}

async function start(ports: string[]): Promise<void> {
  let printed = '';
  // Ctrl-C reaches all that it started, as in a terminal.
  const child = spawn('npm', ['start', '--', ...ports], {
    cwd: clone,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      printed += chunk;
    });
  // Once nobody holds its output any more: npm itself does not wait for the end of what it started.
  const ended = once(child, 'close');
  const over = () => child.exitCode !== null || child.signalCode !== null;
  trial = {
    printed: () => printed,
    link: () => /WebChat: +(\S+)/.exec(printed)?.[1] ?? '',
    async stop() {
      if (child.pid !== undefined && !over()) process.kill(-child.pid, 'SIGINT');
      await ended;
      return child.signalCode === 'SIGINT' ? 0 : child.exitCode;
    },
  };
  const seen = await until(
    () => (over() ? `${printed}\nended: ${child.exitCode}` : printed),
    /Ctrl-C stops everything|\nended: /,
    5 * minutes,
  );
  requireText(seen, /WebChat: +http\S+#token=/);
}

function inChat(sentence: string): Promise<string> {
  const link = new URL(started().link());
  return askAgent({ url: link.origin, token: link.hash.replace('#token=', '') }, sentence);
}

const began = performance.now();
async function step(what: string, does: () => Promise<unknown>): Promise<void> {
  const since = performance.now();
  try {
    await does();
  } catch (error) {
    console.log(`failed  ${seconds(since)}  ${what}\n${error instanceof Error ? error.message : error}`);
    if (trial) console.log(`The trial had printed:\n${trial.printed()}`);
    throw error;
  }
  console.log(`ok      ${seconds(since)}  ${what}`);
}
const seconds = (since: number) => `${((performance.now() - since) / 1_000).toFixed(1).padStart(6)} s`;

async function firstHour(): Promise<void> {
  const ports = ['--port', String(await freePort()), '--dashboard-port', String(await freePort())];
  await step('clone the repository', () => run('git', ['clone', '--quiet', here, clone], folder));
  await step(linked ? 'take the packages of this clone' : 'npm ci', () =>
    linked ? symlink(join(here, 'node_modules'), join(clone, 'node_modules')) : run('npm', ['ci']),
  );
  await step('npm start prints the links', () => start(ports));
  await step('bin/fleet status answers', async () => requireText(await fleet('status'), /product-a/));
  await step('add a repository of one’s own', async () => {
    await mkdir(shop, { recursive: true });
    await writeFile(join(shop, 'index.ts'), 'export const shop = "open";\n');
    const git = (...words: string[]) =>
      run('git', ['-c', 'user.name=new', '-c', 'user.email=new@localhost', ...words], shop);
    await git('init', '--quiet', '--initial-branch=main');
    await git('add', '--all');
    await git('commit', '--quiet', '--message', 'First');
    requireText(await fleet('add', shop, '--yes'), /web-shop is ready/);
  });
  await step('have its work shown before it counts', async () =>
    requireText(await fleet('edit', 'web-shop', 'review=required'), /It is in force/),
  );
  await step('ship a change by a sentence in chat', async () => {
    requireText(await inChat('Ship the auth feature on web-shop'), /obj-1/);
    await until(() => fleet('gates'), /obj-1|web-shop/, 5 * minutes);
  });
  await step('see its diff', async () => requireText(await fleet('diff', '--patch', 'obj-1'), /^\+/m));
  await step('approve it', async () => {
    const gate = /"n": (\d+)/.exec(await fleet('gates', '--json'))?.[1] ?? '1';
    await fleet('approve', gate);
    requireText(await fleet('wait', 'obj-1', '--timeout', '300'), /done/);
  });
  await step('stop: nothing is left running', stopped);
  await step('start again', () => start(ports));
  await step('what was is still there', async () => {
    requireText(await fleet('products'), /web-shop/);
    requireText(await fleet('history'), /obj-1/);
    requireText(await fleet('remove', 'web-shop', '--yes'), /is out of/);
    requireText(await run('git', ['status', '--short']), /^(?:\?\? products\.yaml\.before)?$/);
  });
  await step('stop', stopped);
}

async function stopped(): Promise<void> {
  const { stop, printed } = started();
  const exit = await stop();
  trial = null;
  requireText(printed(), /Nothing is left running/);
  if (exit !== 0) throw new Error(`Expected exit 0, got ${exit}`);
  const left = process.platform === 'linux' ? await processesOf(folder) : [];
  if (left.length > 0) throw new Error(`Expected no process of it, got:\n${left.join('\n')}`);
}

/** Also where a step failed: nothing is left. */
async function cleanUp(): Promise<void> {
  await trial?.stop();
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void cleanUp().then(() => process.exit(130)));
try {
  await firstHour();
  console.log(`The first hour took ${seconds(began).trim()}.`);
} catch {
  process.exitCode = 1;
} finally {
  await cleanUp();
}
