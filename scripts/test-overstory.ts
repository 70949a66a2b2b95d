// `npm run test:overstory [-- --record]`: the tests of test/real/ against the overstory that OVERSTORY_SRC
// points at. Without it: says what to set, runs nothing, exits 0. overstory refuses root, so as root the
// tests run as uid 1000 with a home of their own. OVERSTORY_NEXT_SRC: a checkout of another version, for what happens
// when `ov` is replaced under a session. --record keeps the outcome in docs/results/overstory.json.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  accessSync,
  chmodSync,
  chownSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';

const results = join(import.meta.dirname, '../docs/results/overstory.json');
/** overstory's own container user; any but root would do. */
const otherUser = { uid: 1000, gid: 1000 };

function findBun(): string | null {
  const places = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'bun'));
  for (const file of [process.env.BUN ?? '', ...places]) {
    try {
      accessSync(file, constants.X_OK);
      return resolve(file);
    } catch {
      // not there
    }
  }
  return null;
}

function leave(exit: number, sentence: string): never {
  console.log(sentence);
  process.exit(exit);
}

const given = process.env.OVERSTORY_SRC;
if (!given)
  leave(
    0,
    'Nothing was run. Set OVERSTORY_SRC to a checkout of overstory (0.10.3 or 0.11.0, with its dependencies installed), have bun on PATH or its path in BUN, and have tmux and git.',
  );
const source = resolve(given);
if (!existsSync(join(source, 'src/index.ts')))
  leave(2, `Expected a checkout of overstory in OVERSTORY_SRC, got no src/index.ts in ${source}.`);
const bun = findBun();
if (bun === null)
  leave(2, 'Expected bun on PATH or its path in BUN, got none. Mend: npm install bun, and set BUN.');

const version = JSON.parse(
  execFileSync(bun, [join(source, 'src/index.ts'), '--version', '--json'], { encoding: 'utf8' }),
).version as string;
const home = mkdtempSync(join(tmpdir(), 'overstory-'));
const outcome = join(home, 'outcome.json');
const asRoot = process.getuid?.() === 0;
if (asRoot) {
  chownSync(home, otherUser.uid, otherUser.gid);
  chmodSync(home, 0o700);
}
console.log(
  `overstory ${version} from ${source}${asRoot ? `, as uid ${otherUser.uid} (it refuses root)` : ''}`,
);
// A disk that a test may fill, where this user may mount one.
const small = join(home, 'small');
const mounted =
  mkdirSync(small) === undefined &&
  spawnSync(
    'mount',
    ['-t', 'tmpfs', '-o', `size=100m,mode=700${asRoot ? ',uid=1000,gid=1000' : ''}`, 'tmpfs', small],
    {
      stdio: 'ignore',
    },
  ).status === 0;
if (!mounted) console.log('no tmpfs can be mounted here: what happens on a full disk is not tried');
const words = process.argv.slice(2).filter((word) => word !== '--record');
const { status } = spawnSync(
  process.execPath,
  [
    join(import.meta.dirname, '../node_modules/vitest/vitest.mjs'),
    'run',
    '--config',
    'test/real/vitest.config.ts',
    '--configLoader',
    'native',
    ...words,
  ],
  {
    cwd: join(import.meta.dirname, '..'),
    stdio: 'inherit',
    env: {
      ...process.env,
      OVERSTORY_SRC: source,
      BUN: bun,
      HOME: home,
      TMPDIR: home,
      OVERSTORY_RESULT: outcome,
      ...(mounted ? { OVERSTORY_SMALL_DISK: small } : {}),
    },
    ...(asRoot ? otherUser : {}),
  },
);
if (process.argv.includes('--record') && existsSync(outcome)) {
  const before = existsSync(results) ? JSON.parse(readFileSync(results, 'utf8')) : {};
  const date = new Date().toISOString().slice(0, 10);
  type Case = { name: string; state: string; ms: number; date?: string };
  const run = (JSON.parse(readFileSync(outcome, 'utf8')) as Case[]).filter(
    ({ state }) => state !== 'skipped',
  );
  // A run of some cases says nothing about the others.
  const others = (before[version] ?? []).filter((one: Case) => !run.some(({ name }) => name === one.name));
  const next = { ...before, [version]: [...others, ...run.map((one) => ({ ...one, date }))] };
  mkdirSync(join(results, '..'), { recursive: true });
  writeFileSync(results, `${JSON.stringify(next, null, 2)}\n`);
}
if (mounted) spawnSync('umount', ['-l', small]);
rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
process.exitCode = status ?? 1;
