// The keeper on a human's tmux server goes with the trial that started it, and with no other.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { endsItsKeeper } from '../../src/trial/keeper.ts';

let env: NodeJS.ProcessEnv;
const tmux = (...args: string[]) =>
  execa('tmux', ['-L', 'overstory', ...args], { env, extendEnv: false, reject: false });
const session = (name: string) => tmux('new-session', '-d', '-s', name, 'sleep', '600');
const sessions = async () => (await tmux('list-sessions', '-F', '#{session_name}')).stdout.split('\n').sort();
beforeEach(() => {
  env = { ...process.env, TMUX_TMPDIR: mkdtempSync(join(tmpdir(), 'fk-')) };
});
afterEach(async () => {
  await tmux('kill-server');
  rmSync(env.TMUX_TMPDIR ?? '', { recursive: true, force: true });
});

test('one that the trial started ends with it', async () => {
  const end = await endsItsKeeper(env);
  await session('keeper');
  await end();
  expect(await sessions()).toEqual(['']);
});

test('one that was there before stays', async () => {
  await session('keeper');
  const end = await endsItsKeeper(env);
  await end();
  expect(await sessions()).toEqual(['keeper']);
});

test('one on which other sessions depend by now stays', async () => {
  const end = await endsItsKeeper(env);
  await session('keeper');
  await session('overstory-mine-coordinator');
  await end();
  expect(await sessions()).toEqual(['keeper', 'overstory-mine-coordinator']);
});
