// The stand-in for tmux, held to the real one: the same commands, in the words of overstory, its simulator and the
// fleet, get the same answers. Where no tmux is installed, the stand-in alone is held to what is written here.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { rolldown } from 'rolldown';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from './ov.ts';

const folder = mkdtempSync(join(tmpdir(), 'tmux-sim-'));
const program = join(folder, 'tmux-sim.cjs');

beforeAll(async () => {
  const bundle = await rolldown({
    input: join(import.meta.dirname, '../../src/simulator/tmux-sim.ts'),
    platform: 'node',
  });
  await bundle.write({ file: program, format: 'cjs', codeSplitting: false });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const installed = (() => {
  try {
    execFileSync('tmux', ['-V'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

/** Draws a screen, draws it again with each line that is typed, and notes where and with what it runs. */
const pane = [
  process.execPath,
  '-e',
  `const draw = (text) => process.stdout.write('\\u001b[H' + text + '\\u001b[K\\u001b[J');
   draw('ready in ' + process.cwd() + ' as ' + process.env.WHO);
   require('readline').createInterface({ input: process.stdin }).on('line', (line) => draw('typed: ' + line));`,
];

describe.each([
  ['the stand-in', () => [process.execPath, program], false],
  ['the real one', () => ['tmux'], !installed],
] as const)('%s', (name, argv, skipped) => {
  const at = mkdtempSync(join(tmpdir(), 'tmux-of-'));
  const tmux = async (...words: string[]) => {
    const [file = '', ...before] = argv();
    const ran = await execa(file, [...before, '-L', 'overstory', ...words], {
      env: { TMUX_TMPDIR: at },
      reject: false,
      stdin: 'ignore',
    });
    return { exit: ran.exitCode, out: ran.stdout.trimEnd(), err: ran.stderr };
  };
  const start = (session: string, ...command: string[]) =>
    tmux(
      'new-session',
      '-d',
      '-P',
      '-F',
      '#{pane_pid}',
      '-s',
      session,
      '-c',
      '/',
      '-e',
      'WHO=me',
      ...command,
    );
  const screen = async () => (await tmux('capture-pane', '-t', 'one:', '-p', '-S', '-50')).out.trim();
  afterAll(async () => {
    await tmux('kill-server');
    rmSync(at, { recursive: true, force: true });
  });

  test.skipIf(skipped)('answers as a tmux does', { timeout: 60_000 }, async () => {
    expect((await tmux('list-sessions', '-F', '#{session_name}:#{pid}')).exit, name).toBe(1);
    expect((await tmux('has-session', '-t', '=one')).exit).toBe(1);

    expect(await tmux('new-session', '-d', '-s', 'keeper', 'sleep', 'infinity')).toMatchObject({
      exit: 0,
      out: '',
    });
    const made = await start('one', ...pane);
    const pid = Number(made.out);
    expect(process.kill(pid, 0)).toBe(true);
    expect((await start('one', ...pane)).err).toBe('duplicate session: one');
    expect((await tmux('list-sessions', '-F', '#{session_name}')).out.split('\n')).toEqual(['keeper', 'one']);
    expect((await tmux('list-sessions', '-F', '#{session_name}:#{pid}')).out).toMatch(
      /^keeper:\d+\none:\d+$/,
    );
    expect((await tmux('list-panes', '-t', '=one:', '-F', '#{pane_pid}')).out).toBe(String(pid));
    expect((await tmux('has-session', '-t', '=one')).exit).toBe(0);
    // `=` asks for the whole name.
    expect((await tmux('has-session', '-t', '=on')).exit).toBe(1);

    await until(screen, (text) => text === 'ready in / as me');
    expect((await tmux('send-keys', '-t', 'one', 'hello there', 'Enter')).exit).toBe(0);
    await until(screen, (text) => text === 'typed: hello there');

    expect(await tmux('kill-session', '-t', '=none')).toMatchObject({
      exit: 1,
      err: "can't find session: none",
    });
    expect((await tmux('kill-session', '-t', '=one')).exit).toBe(0);
    expect((await tmux('has-session', '-t', '=one')).exit).toBe(1);
    await until(
      () => {
        try {
          return process.kill(pid, 0);
        } catch {
          return false;
        }
      },
      (alive) => !alive,
    );
    // A program that ends takes its session with it.
    await start('one', 'sleep', '0.2');
    await until(
      async () => (await tmux('has-session', '-t', '=one')).exit,
      (exit) => exit === 1,
    );
    expect((await tmux('kill-server')).exit).toBe(0);
    expect((await tmux('has-session', '-t', '=keeper')).exit).toBe(1);
  });
});
