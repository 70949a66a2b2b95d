// Sessions on a clone of a human's folder: a whole fleetd, a real agent, a real publisher and ov-sim, which merges, dies
// and is stopped. The folder is in use meanwhile: dirty, something staged, something stashed. It stays as it is, to the
// byte; what is done comes as branches.
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cloneFolder } from '../../src/runtime/checkout/make.ts';
import { localChannel } from '../../src/runtime/index.ts';
import type { Fault } from '../../src/simulator/faults.ts';
import { commit, fingerprint, git, kinds } from '../checkout/kinds.ts';
import { openRealFleet, type RealFleet } from '../support/real-fleet.ts';
import { openSimOv, type SimOv } from '../support/sim-ov.ts';

const publisherFile = fileURLToPath(new URL('../../src/runtime/publish/main.ts', import.meta.url));
const name = 'dirty';
let sim: SimOv;
let projects: string;
let source: string;
let root: string;
beforeAll(async () => {
  sim = await openSimOv();
  projects = realpathSync(mkdtempSync(join(tmpdir(), 'fleet-projects-')));
  source = await (kinds[name] as (at: string) => Promise<string>)(projects);
  root = join(realpathSync(sim.folder), name);
  await cloneFolder({ product: name, root, onProgress: () => {} }, source);
  expect((await sim.lab.ov(root, ['init', '--json', '--name', name])).exit).toBe(0);
});
afterAll(async () => {
  await sim?.[Symbol.asyncDispose]();
  rmSync(projects, { recursive: true, force: true });
});

const open = (): Promise<RealFleet> =>
  openRealFleet({
    channel: sim.channel(),
    workspace: sim.folder,
    projects: {
      folder: projects,
      publisher: localChannel({
        argv: [process.execPath, publisherFile],
        env: { ...process.env, FLEET_PROJECTS: projects },
        cwd: projects,
      }),
    },
    products: [name],
    tuning: {
      sweepLiveMs: 300,
      screenEveryMs: 200,
      screenConfirmMs: 500,
      stopGraceMs: 1_000,
      lookAgainMs: 100,
      startRetryMs: [200],
      breakerFailures: 1_000,
      startPacingMs: 0,
    },
  });
const madeBy = (fleet: RealFleet, id: string) =>
  fleet.fleetd.fleet.work.diff(id, { patch: true, maxBytes: 100_000 });
const published = async (): Promise<string[]> =>
  (await git(source, 'for-each-ref', '--format=%(refname:short)', 'refs/heads/fleet'))
    .split('\n')
    .filter(Boolean);

it('a human’s folder is as it was after sessions that end well, are stopped and die', {
  timeout: 240_000,
}, async () => {
  const was = await fingerprint(source);
  await using fleet = await open();
  const done: string[] = [];
  const faults: (Fault | null)[] = [
    null,
    { command: 'coordinator', kind: 'die', ms: 300, times: 1 },
    { command: 'coordinator start', kind: 'crash-after', text: 'no-pid', times: 1 },
    null,
  ];
  for (const [at, fault] of faults.entries()) {
    rmSync(join(root, '.overstory/sim/used'), { recursive: true, force: true });
    sim.faults(root, fault ? [{ ...fault, id: String(at) }] : []);
    const id = fleet.start(name, 'ship it');
    const { state } = await fleet.reaches(id, 'done', 'failed', 'cancelled');
    if (state === 'done') done.push(`fleet/${id}`);
    expect(await fingerprint(source)).toEqual(was);
  }
  const stopped = fleet.start(name, 'ship it');
  await fleet.handedOver(name, stopped);
  fleet.fleetd.fleet.commands.cancel(stopped, null, { via: 'cli', sender: 'tester', thread: null });
  await fleet.reaches(stopped, 'cancelled');
  expect(await fingerprint(source)).toEqual(was);
  // each that was done is there, and no other
  expect(done.length).toBeGreaterThanOrEqual(2);
  expect(await published()).toEqual(done.sort());
  expect(await git(source, 'log', '--format=%s', `main..${done[0]}`)).toMatch(/Merge branch 'overstory\//);
  expect(fleet.said(name).join('\n')).toContain(`Its work is the branch ${done[0]} (`);
  expect(await git(source, 'rev-parse', 'HEAD')).toBe(await git(source, 'rev-parse', 'main'));
});

it('what the human commits meanwhile is the next session’s: taken, or told to its coordinator where it conflicts', {
  timeout: 120_000,
}, async () => {
  await using fleet = await open();
  sim.faults(root, []);
  await git(source, 'commit', '--quiet', '-m', 'what was staged');
  await commit(source, 'new.txt', 'of the human\n');
  const first = fleet.start(name, 'ship it');
  await fleet.reaches(first, 'done');
  expect(await git(source, 'log', '--format=%s', `main..fleet/${first}`)).toContain(
    'Merge main of the source',
  );
  expect(await git(source, 'show', `fleet/${first}:new.txt`)).toBe('of the human');
  await commit(root, 'shared.txt', 'of the fleet\n');
  await commit(source, 'shared.txt', 'of the human\n');
  const second = fleet.start(name, 'ship it');
  await fleet.reaches(second, 'done');
  const mail = (await sim.lab.ov(root, ['mail', 'list', '--json', '--from', 'operator'])).json.messages;
  const bodies = mail
    .filter((one: { subject: string }) => one.subject.includes(`[${second}.1]`))
    .map((one: { body: string }) => one.body);
  expect(bodies.join('\n')).toMatch(
    /## New commits of the operator\nmain .* 1 new commit .*`git merge refs\/remotes/,
  );
  // neither has made what the human committed, nor what the other one made
  const [one, other] = [await madeBy(fleet, first), await madeBy(fleet, second)];
  const paths = (of: typeof one) => of.stretches.flatMap(({ files }) => files.map(({ path }) => path));
  expect([...paths(one), ...paths(other)].filter((path) => /^(?:new|shared)\.txt$/.test(path))).toEqual([]);
  const ids = (of: typeof one) => of.stretches.flatMap(({ commits }) => commits.map(({ id }) => id));
  expect(ids(one).length).toBeGreaterThan(0);
  expect(ids(other).filter((id) => ids(one).includes(id))).toEqual([]);
});

it('a branch that cannot be published is told with the end, and the work stays in the clone', {
  timeout: 120_000,
}, async () => {
  await using fleet = await open();
  // the next number of a journal of its own is 1: a branch of the human's of that name stands elsewhere
  await git(source, 'branch', '--quiet', '--force', 'fleet/obj-1', 'main');
  const id = fleet.start(name, 'ship it');
  expect(id).toBe('obj-1');
  await fleet.reaches(id, 'done');
  expect(fleet.said(name).join('\n')).toMatch(
    /could not be published as fleet\/obj-1: .*never forced.*git branch -m/,
  );
  expect(await git(source, 'rev-parse', 'fleet/obj-1')).toBe(await git(source, 'rev-parse', 'main'));
  expect(await git(root, 'rev-parse', 'fleet/obj-1')).toBe(await git(root, 'rev-parse', 'main'));
  // what it made is told from its own commits, also when every branch of it is gone and git has collected the rest
  const told = await madeBy(fleet, id);
  const { base = '', commits = [] } = told.stretches[0] ?? {};
  expect(told).toMatchObject({ objective: id, live: false, stretches: [{}] });
  expect(told.total.files).toBeGreaterThan(0);
  expect(commits.length).toBe(told.total.commits);
  expect(commits.every(({ agent }) => agent !== null)).toBe(true);
  const gone = await git(
    root,
    'for-each-ref',
    '--format=%(refname)',
    'refs/heads/overstory',
    'refs/heads/fleet',
  );
  for (const ref of gone.split('\n').filter(Boolean)) await git(root, 'update-ref', '-d', ref);
  await git(root, 'reset', '--quiet', '--hard', base);
  await git(root, 'reflog', 'expire', '--expire=now', '--all');
  await git(root, 'gc', '--quiet', '--prune=now');
  expect(await madeBy(fleet, id)).toEqual(told);
});
