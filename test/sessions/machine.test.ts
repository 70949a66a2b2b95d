// What the machine does to a session: its disk fills, its databases are held, another `ov` is installed, its container
// restarts. On ov-sim with a real agent; each is named in status, and mended or put before the human.
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { processesIn, until } from '../simulator/ov.ts';
import { openRealFleet, type RealFleet } from '../support/real-fleet.ts';
import { openSimOv, type SimOv } from '../support/sim-ov.ts';

const by = { via: 'cli', sender: 'tester', thread: null } as const;
const quick = {
  sweepLiveMs: 300,
  screenEveryMs: 200,
  stopGraceMs: 1_000,
  lookAgainMs: 100,
  pauseWordMs: 1_000,
  startRetryMs: [200],
};

let sim: SimOv;
let fleet: RealFleet | null = null;
beforeAll(async () => {
  sim = await openSimOv();
});
afterEach(async () => {
  await fleet?.[Symbol.asyncDispose]();
  fleet = null;
});
afterAll(() => sim?.[Symbol.asyncDispose]());

async function open(name: string): Promise<RealFleet> {
  fleet = await openRealFleet({
    channel: sim.channel(),
    workspace: sim.folder,
    products: [name],
    tuning: quick,
  });
  return fleet;
}
const status = (name: string) => fleet?.fleetd.fleet.status(name).products[0];
const named = (name: string, code: string) =>
  until(
    () => status(name)?.error?.code,
    (seen) => seen === code,
    30_000,
  );
const notices = () => fleet?.fleetd.fleet.outbox.due(0).map(({ kind, text }) => `${kind}: ${text}`) ?? [];
/** A tmpfs of this size there; false where this user may not mount. */
function smallDisk(folder: string, mebibytes: number): boolean {
  mkdirSync(folder, { recursive: true });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'tmpfs', folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** All but so much of it. */
function fill(folder: string, leaveBytes: number): string {
  const { bavail, bsize } = statfsSync(folder);
  const file = join(folder, 'filler');
  writeFileSync(file, Buffer.alloc(Math.max(0, bavail * bsize - leaveBytes)));
  return file;
}

describe('a disk that is full', () => {
  const folder = () => join(sim.folder, 'small');
  afterEach(() => {
    try {
      execFileSync('umount', ['-l', folder()], { stdio: 'ignore' });
    } catch {
      // it was not mounted
    }
  });

  it('is named, told the human and held against a start and a running session; with room again both go on', async (context) => {
    if (!smallDisk(folder(), 100)) {
      if (process.env.CI) throw new Error('Expected to mount a tmpfs, got no right to');
      return context.skip('a tmpfs cannot be mounted here');
    }
    const root = await sim.lab.product('small');
    sim.faults(root, [{ command: 'worker', kind: 'endless', times: 1 }]);
    const mine = await open('small');
    // Too little for a session, enough to look.
    let filler = fill(root, 20 * 1024 * 1024);
    const id = mine.start('small', 'ship it');
    await until(
      () => mine.said('small').join('\n') + JSON.stringify(mine.objective(id).why),
      (said) => said.includes('64 MiB free'),
    );
    expect(mine.objective(id).state).not.toBe('running');
    rmSync(filler);
    await until(
      () => mine.objective(id).state,
      (state) => state === 'running',
    );
    await mine.handedOver('small', id);
    // Nothing more can be written down: what is seen is not taken for the truth.
    filler = fill(root, 1024 * 1024);
    await named('small', 'OV_DISK_FULL');
    expect(status('small')?.state).toBe('trouble');
    expect(notices().join('\n')).toContain('trouble: small: Expected at least 4 MiB free');
    expect(mine.objective(id).state).toBe('running');
    rmSync(filler);
    await until(
      () => status('small')?.error ?? null,
      (error) => error === null,
    );
    expect(mine.objective(id).state).toBe('running');
    mine.fleetd.fleet.commands.stop('small', null, by);
    await mine.reaches(id, 'cancelled');
  }, 60_000);
});

describe('databases that are held for 10 s', () => {
  it('stop nothing: it is named, and the objective is handed over when they are free', async () => {
    const root = await sim.lab.product('held');
    const mine = await open('held');
    const held = ['sessions.db', 'mail.db'].map((file) => {
      const db = new DatabaseSync(join(root, '.overstory', file));
      db.exec('BEGIN EXCLUSIVE');
      return db;
    });
    const since = Date.now();
    const id = mine.start('held', 'ship it');
    await until(
      () => mine.said('held').join('\n') + mine.objective(id).why,
      (said) => /OV_DB_LOCKED|OV_MAIL_NOT_STORED|database is locked/.test(said),
      30_000,
    );
    await sleep(Math.max(0, 10_000 - (Date.now() - since)));
    expect(['queued', 'starting', 'running']).toContain(mine.objective(id).state);
    for (const db of held) {
      db.exec('ROLLBACK');
      db.close();
    }
    expect(await mine.reaches(id, 'done', 'failed')).toMatchObject({ state: 'done' });
    expect(mine.events('action.intended').filter(({ data }) => data.action === `${id}.1`)).toHaveLength(1);
  }, 60_000);
});

describe('another ov in the place of the one before', () => {
  const install = (version: string, more = '') =>
    writeFileSync(
      join(sim.folder, 'bin/ov'),
      `#!/bin/sh\n[ "$1" = --version ] && echo '{"name":"@os-eco/overstory-cli","version":"${version}","runtime":"bun","platform":"linux-x64","simulator":"ov-sim"}' && exit\n${more}exec '${process.execPath}' '${join(sim.folder, 'ov-sim.cjs')}' "$@"\n`,
      { mode: 0o755 },
    );

  it('is noticed between two calls, said, and used as what it is', async () => {
    const root = await sim.lab.product('upgraded');
    sim.faults(root, [{ command: 'worker', kind: 'endless', times: 1 }]);
    const mine = await open('upgraded');
    const { runtime } = mine.fleetd.fleet.loop.context;
    const id = mine.start('upgraded', 'ship it');
    await mine.handedOver('upgraded', id);
    const before = mine.fleetd.fleet.status(null).runtime.ovVersion;
    install('0.11.0');
    // The heartbeat of the link asks, every 10 s.
    await until(
      () => mine.events('runtime.upgraded').map(({ text }) => text),
      (said) => said.some((text) => text.includes(`ov ${before} was replaced by 0.11.0`)),
      30_000,
    );
    expect(mine.fleetd.fleet.status(null).runtime.ovVersion).toBe('0.11.0');
    expect(mine.objective(id).state).toBe('running');
    // One that the fleet cannot drive is named, and nothing is concluded from what it says.
    install('0.5.8');
    await named('upgraded', 'OV_UNSUPPORTED_VERSION');
    expect(notices().join('\n')).toMatch(/trouble: upgraded: .*0\.9\.4 or newer/);
    expect(mine.objective(id).state).toBe('running');
    install('0.10.3');
    await until(
      () => status('upgraded')?.error ?? null,
      (error) => error === null,
    );
    await runtime.ov({ name: 'upgraded', root }, 'mail.list', { type: 'status' });
    mine.fleetd.fleet.commands.stop('upgraded', null, by);
    await mine.reaches(id, 'cancelled');
  }, 90_000);
});

describe('a restart of the container', () => {
  it('under a running session is a death that is named; what comes next starts as ever', async () => {
    const root = await sim.lab.product('restarted');
    sim.faults(root, [{ command: 'worker', kind: 'endless', times: 1 }]);
    const mine = await open('restarted');
    const id = mine.start('restarted', 'ship it');
    await mine.handedOver('restarted', id);
    // All of it at once: agent, tmux server, coordinator, workers. What is left are the files.
    const link = mine.fleetd.fleet.loop.context.runtime.link();
    await sim.tmux('kill-server');
    if (link.state === 'connected') process.kill(link.info.pid, 'SIGKILL');
    for (const pid of processesIn(root)) process.kill(pid, 'SIGKILL');
    // Its number belongs to somebody else now.
    writeFileSync(join(root, '.overstory/watchdog.pid'), String(process.pid));
    expect(await mine.reaches(id, 'failed')).toMatchObject({
      why: expect.stringContaining('was not closed'),
    });
    expect(notices().join('\n')).toContain('failed: obj-1 on restarted is failed');
    sim.faults(root, []);
    const next = mine.start('restarted', 'ship it');
    expect(await mine.reaches(next, 'done', 'failed')).toMatchObject({ state: 'done' });
    expect(await sim.tmux('list-sessions', '-F', '#{session_name}')).toBe('keeper');
  }, 60_000);
});
