// The program installed as `tmux` in a trial on a machine that has none: the commands that overstory, its simulator and
// the fleet give, with tmux's own words and exit codes (test/simulator/tmux.test.ts holds it to the real one). No
// terminal emulator: what it shows is what the simulated coordinator drew. TMUX_TMPDIR keeps servers apart, as in tmux.
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { selfArgv } from './processes.ts';
import { hold, type Order } from './terminal/hold.ts';
import { ask, socketOf, type Terminal, terminals } from './terminal/socket.ts';

const folder = join(process.env.TMUX_TMPDIR || tmpdir(), 'tmux-sim');
mkdirSync(folder, { recursive: true, mode: 0o700 });

class Refused extends Error {}

/** Options up to the first word that is none, as getopt reads them. @param valued  letters of those with a value */
function read(
  words: string[],
  valued: string,
): { has(letter: string): boolean; all(letter: string): string[]; rest: string[] } {
  const found: [string, string][] = [];
  const rest = [...words];
  while (rest[0] !== undefined && /^-[A-Za-z]$/.test(rest[0])) {
    const letter = rest.shift()?.slice(1) ?? '';
    found.push([letter, valued.includes(letter) ? (rest.shift() ?? '') : '']);
  }
  const all = (letter: string) => found.flatMap(([name, value]) => (name === letter ? [value] : []));
  return { has: (letter) => all(letter).length > 0, all, rest };
}

/** `=name:`, `=name` and `name:` are the session of exactly that name. @throws Refused when there is none */
async function target(words: string[]): Promise<{ at: string; terminal: Terminal }> {
  const [given = ''] = read(words, 'tFSE').all('t');
  const name = given.replace(/^=/, '').replace(/:$/, '');
  const at = socketOf(folder, name);
  const terminal = await ask(at, { kind: 'describe' });
  if (terminal === null) throw new Refused(`can't find session: ${name}`);
  return { at, terminal };
}

const formatted = (format: string, { name, cwd, pid, panePid }: Terminal): string =>
  format
    .replaceAll('#{session_name}', name)
    .replaceAll('#{session_path}', cwd)
    .replaceAll('#{pid}', String(pid))
    .replaceAll('#{pane_pid}', String(panePid));

const print = (text: string) => process.stdout.write(`${text}\n`);

const keys: Record<string, string> = { Enter: '\n', Escape: '\u001b' };

const commands: Record<string, (words: string[]) => Promise<void>> = {
  async 'new-session'(words) {
    const { has, all, rest } = read(words, 'FsceEtnxy');
    const [name = ''] = all('s');
    const [cwd = process.cwd()] = all('c');
    const environment = Object.fromEntries(
      all('e').map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
    );
    const order: Order = { folder, name, cwd, environment, command: rest };
    const [program, argv] = selfArgv('__hold', JSON.stringify(order));
    // Of no product: what runs in one is told by its folder.
    const holder = spawn(program, argv, { cwd: '/', detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
    const line = await new Promise<string>((resolve) => {
      createInterface({ input: holder.stdout })
        .once('line', resolve)
        .once('close', () => resolve('{}'));
    });
    holder.stdout.destroy();
    holder.unref();
    const { panePid, error } = JSON.parse(line) as { panePid?: number; error?: string };
    if (panePid === undefined) throw new Refused(error ?? 'server exited unexpectedly');
    if (has('P'))
      print(formatted(all('F')[0] ?? '#{session_name}:', { name, cwd, pid: 0, panePid, screen: '' }));
  },
  async 'has-session'(words) {
    await target(words);
  },
  async 'kill-session'(words) {
    await ask((await target(words)).at, { kind: 'kill' });
  },
  async 'kill-server'() {
    for (const { name } of await running()) await ask(socketOf(folder, name), { kind: 'kill' });
  },
  async 'list-sessions'(words) {
    const [format = '#{session_name}'] = read(words, 'F').all('F');
    for (const terminal of await running()) print(formatted(format, terminal));
  },
  async 'list-panes'(words) {
    const { terminal } = await target(words);
    print(formatted(read(words, 'tF').all('F')[0] ?? '#{pane_pid}', terminal));
  },
  async 'capture-pane'(words) {
    print((await target(words)).terminal.screen);
  },
  async 'send-keys'(words) {
    const { at } = await target(words);
    const text = read(words, 't')
      .rest.map((key) => keys[key] ?? key)
      .join('');
    await ask(at, { kind: 'type', text });
  },
  /** A live look, until Ctrl-C: nothing can be typed. */
  async attach(words) {
    for (;;) {
      const { terminal } = await target(words);
      process.stdout.write(
        `\u001b[H\u001b[2J${terminal.screen}\n(simulated terminal, read only; Ctrl-C leaves)\n`,
      );
      await sleep(500);
    }
  },
};

/** @throws Refused when there is none, as a tmux whose server is not there */
async function running(): Promise<Terminal[]> {
  const all = await terminals(folder);
  if (all.length === 0) throw new Refused(`no server running on ${folder}`);
  return all;
}

void main();

async function main(): Promise<void> {
  if (process.argv[2] === '-V') print('tmux 3.5 (tmux-sim: no terminal emulator)');
  else if (process.argv[2] === '__hold') await hold(JSON.parse(process.argv[3] ?? '') as Order);
  else {
    // `-L overstory` names a server: TMUX_TMPDIR does that here.
    const [verb = '', ...words] = read(process.argv.slice(2), 'L').rest;
    const command = commands[verb];
    try {
      if (command === undefined) throw new Refused(`unknown command: ${verb}`);
      await command(words);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      process.stderr.write(`${error.message}\n`);
      process.exitCode = 1;
    }
  }
}
