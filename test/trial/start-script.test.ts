// `npm start` builds what is older than its sources and nothing else, and becomes the trial: no Node of another process stays.
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const packaged = `node-${process.platform}-${process.arch}`;

describe.skipIf(!existsSync(join(root, 'node_modules', packaged)))('on a packaged Node', () => {
  let clone: string;
  const put = (file: string, text: string) => {
    mkdirSync(dirname(join(clone, file)), { recursive: true });
    writeFileSync(join(clone, file), text);
  };
  /** Hours after the rest was written. */
  const touch = (file: string, hour: number) => utimesSync(join(clone, file), 3_600 * hour, 3_600 * hour);
  /** What was run, a line each: pid, argv after `node`. */
  const ran = () =>
    existsSync(join(clone, 'ran'))
      ? readFileSync(join(clone, 'ran'), 'utf8')
          .trim()
          .split('\n')
          .map((line) => line.split(' '))
      : [];

  beforeEach(() => {
    clone = realpathSync(mkdtempSync(join(tmpdir(), 'start-')));
    for (const file of [
      'package.json',
      'package-lock.json',
      'openclaw.plugin.json',
      'rolldown.config.ts',
      'tsconfig.json',
    ])
      put(file, '');
    for (const file of [
      'src/trial/main.ts',
      'skills/one',
      'dist/trial.js',
      'dist/fleetd.js',
      'node_modules/rolldown/bin/cli.mjs',
    ])
      put(file, '');
    put(
      `node_modules/${packaged}/bin/node`,
      `#!/bin/sh\necho "$$ $* \${FLEET_BUILD-all}" >> '${clone}/ran'\n`,
    );
    chmodSync(join(clone, `node_modules/${packaged}/bin/node`), 0o755);
    mkdirSync(join(clone, 'bin'));
    copyFileSync(join(root, 'bin/start'), join(clone, 'bin/start'));
    for (const path of ['bin/start', 'bin', 'src/trial/main.ts', 'src/trial', 'src', 'skills/one', 'skills'])
      touch(path, 1);
    for (const path of [
      'package.json',
      'package-lock.json',
      'openclaw.plugin.json',
      'rolldown.config.ts',
      'tsconfig.json',
    ])
      touch(path, 1);
    for (const path of ['dist/trial.js', 'dist/fleetd.js']) touch(path, 2);
  });
  afterEach(() => rmSync(clone, { recursive: true, force: true }));
  const start = () => execa('sh', [join(clone, 'bin/start'), '--port', '1'], { cwd: tmpdir() });

  it('starts at once where nothing is newer, in the process that was started', async () => {
    const running = start();
    await running;
    expect(ran()).toEqual([
      [String(running.pid), '--max-semi-space-size=2', 'dist/trial.js', '--port', '1', 'all'],
    ]);
  });

  it.each([
    ['a source', 'src/trial/main.ts'],
    ['a folder that lost a file', 'src/trial'],
    ['the lock file', 'package-lock.json'],
  ])('builds the trial first where %s is newer, and leaves it the rest', async (_what, path) => {
    touch(path, 3);
    await start();
    expect(ran().map((words) => [words[1], words.at(-1)])).toEqual([
      ['node_modules/rolldown/bin/cli.mjs', 'trial'],
      ['--max-semi-space-size=2', 'others'],
    ]);
  });

  it.each([
    ['never built', () => rmSync(join(clone, 'dist'), { recursive: true })],
    ['ended before its last program', () => rmSync(join(clone, 'dist/fleetd.js'))],
    [
      'begun anew, and ended after the trial',
      () => {
        touch('src/trial/main.ts', 3);
        touch('dist/trial.js', 4);
      },
    ],
  ])('builds what was %s', async (_what, happened) => {
    happened();
    await start();
    expect(ran()).toHaveLength(2);
  });
});
