// `npm run test:overstory [-- --record]`: the tests of test/real/ against the overstory that OVERSTORY_SRC
// points at. Without it: says what to set, runs nothing, exits 0. overstory refuses root, so as root the
// tests run as uid 1000 with a home of their own. OVERSTORY_NEXT_SRC: a checkout of another version, for what happens
// when `ov` is replaced under a session. --record keeps the outcome in docs/results/overstory.json.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { asRoot, leave, openRealRun, otherUser, requireOverstory } from './real-run.ts';

const results = join(import.meta.dirname, '../docs/results/overstory.json');

const given = process.env.OVERSTORY_SRC;
if (!given)
  leave(
    0,
    'Nothing was run. Set OVERSTORY_SRC to a checkout of overstory (0.10.3 or 0.11.0, with its dependencies installed), have bun on PATH or its path in BUN, and have tmux and git.',
  );
const { source, version, bun } = requireOverstory(given);
const run = openRealRun();
const { home } = run;
const outcome = join(home, 'outcome.json');
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
process.exitCode = run.vitest('test/real/vitest.config.ts', words, {
  OVERSTORY_SRC: source,
  BUN: bun,
  OVERSTORY_RESULT: outcome,
  ...(mounted ? { OVERSTORY_SMALL_DISK: small } : {}),
});
if (process.argv.includes('--record') && existsSync(outcome)) {
  const before = existsSync(results) ? JSON.parse(readFileSync(results, 'utf8')) : {};
  const date = new Date().toISOString().slice(0, 10);
  type Case = { name: string; state: string; ms: number; date?: string };
  const ran = (JSON.parse(readFileSync(outcome, 'utf8')) as Case[]).filter(
    ({ state }) => state !== 'skipped',
  );
  // A run of some cases says nothing about the others.
  const others = (before[version] ?? []).filter((one: Case) => !ran.some(({ name }) => name === one.name));
  const next = { ...before, [version]: [...others, ...ran.map((one) => ({ ...one, date }))] };
  mkdirSync(join(results, '..'), { recursive: true });
  writeFileSync(results, `${JSON.stringify(next, null, 2)}\n`);
}
if (mounted) spawnSync('umount', ['-l', small]);
run[Symbol.dispose]();
