// What bin/start has left to be built is built beside the trial, whose ways to it open when it is there.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { readTrialOptions } from '../../src/trial/options.ts';
import { type Programs, programsOf } from '../../src/trial/programs.ts';
import { prepareRuntime } from '../../src/trial/runtime.ts';
import { lives } from '../runtime/workspace.ts';

let root: string;
let programs: Programs | null = null;
const at = (...parts: string[]) => join(root, ...parts);
const put = (file: string, text: string) => {
  mkdirSync(dirname(at(file)), { recursive: true });
  writeFileSync(at(file), text);
};
/** In the place of the bundler. It builds when `go` is there. */
const builder = (after: string) =>
  put(
    'node_modules/rolldown/bin/cli.mjs',
    `import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
     writeFileSync('asked', process.env.FLEET_BUILD + ' ' + process.pid);
     while (!existsSync('go')) await new Promise((resolve) => setTimeout(resolve, 20));
     ${after}`,
  );
const builds = `
  mkdirSync('dist/openclaw', { recursive: true });
  writeFileSync('dist/agent.js', 'process.stdin.resume()');
  writeFileSync('dist/ov-sim.cjs', '');
  writeFileSync('dist/openclaw/index.js', '');`;
const asked = () => vi.waitFor(() => readFileSync(at('asked'), 'utf8'), 10_000);

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'programs-')));
});
afterEach(async () => {
  await programs?.close();
  programs = null;
  rmSync(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
});

it('builds the others, and says when they are there', async () => {
  builder(builds);
  const env: NodeJS.ProcessEnv = { ...process.env, FLEET_BUILD: 'others' };
  programs = programsOf(root, env);
  expect(programs.building).toBe(true);
  // Nothing that the trial starts is to take it for its own.
  expect(env.FLEET_BUILD).toBeUndefined();
  expect(await asked()).toMatch(/^others \d+$/);
  let built = false;
  void programs.built.then(() => {
    built = true;
  });
  const environment = { ...process.env };
  const runtime = await prepareRuntime(
    readTrialOptions(['--state', at('state')], { PATH: process.env.PATH }),
    programs,
    () => {},
  );
  try {
    const opened = runtime.channel.open();
    // What is told of is opened when it is there: the folder has been empty all along.
    expect([built, existsSync(at('dist'))]).toEqual([false, false]);
    put('go', '');
    const stream = await opened;
    expect(built).toBe(true);
    await stream.close();
  } finally {
    await runtime.close([]);
    for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name];
    Object.assign(process.env, environment);
  }
});

it('says what the builder said where it fails', async () => {
  builder(`console.error('[PARSE_ERROR] of a source'); process.exit(1);`);
  put('go', '');
  programs = programsOf(root, { ...process.env, FLEET_BUILD: 'others' });
  await expect(programs.built).rejects.toMatchObject({
    code: 'TRIAL_BUILD',
    message: expect.stringContaining('[PARSE_ERROR] of a source'),
  });
});

it('ends it with the trial', async () => {
  builder(builds);
  programs = programsOf(root, { ...process.env, FLEET_BUILD: 'others' });
  programs.built.catch(() => {});
  const pid = Number((await asked()).split(' ')[1]);
  expect(await lives(pid)).toBe(true);
  await programs.close();
  expect(await lives(pid)).toBe(false);
  await expect(programs.built).rejects.toMatchObject({ code: 'TRIAL_BUILD' });
});

it('builds nothing where nothing was left, and names what is not there', async () => {
  builder(builds);
  programs = programsOf(root, { ...process.env });
  expect(programs.building).toBe(false);
  await expect(programs.built).rejects.toMatchObject({
    code: 'TRIAL_BUILD',
    message: expect.stringContaining('no agent.js'),
  });
  expect(existsSync(at('asked'))).toBe(false);
});
