// What the machine does to a session of the real ov.
import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { until } from '../simulator/ov.ts';
import { by, withRealOv } from './open.ts';

const lab = withRealOv();
const { open, expectNothingLeft, handedOver, running, trouble, notices } = lab;
/** A checkout of another version, and a folder on a disk of 100 MiB: scripts/test-overstory.ts. */
const { OVERSTORY_NEXT_SRC: next, OVERSTORY_SMALL_DISK: small } = process.env;

describe('the machine under the real ov', () => {
  it('holds the databases for 10 s at a start: the objective is handed over once when they are free', async () => {
    const { fleet: mine, root } = await open('held');
    const held = ['sessions.db', 'mail.db'].map((file) => {
      const db = new DatabaseSync(join(root, '.overstory', file));
      db.exec('PRAGMA journal_mode = WAL; BEGIN EXCLUSIVE');
      return db;
    });
    const since = Date.now();
    const id = mine.start('held', 'ship it');
    await until(
      () => mine.said('held').join('\n') + mine.objective(id).why,
      (said) => /database is locked/.test(said),
      60_000,
    );
    await sleep(Math.max(0, 10_000 - (Date.now() - since)));
    for (const db of held) {
      db.exec('ROLLBACK');
      db.close();
    }
    expect(await mine.reaches(id, 'done', 'failed')).toMatchObject({ state: 'done' });
    expect(mine.events('action.intended').filter(({ data }) => data.action === `${id}.1`)).toHaveLength(1);
    await expectNothingLeft('held');
  });

  it('says exit 1 after a start that worked, and after a stop that worked: what is there counts', async () => {
    const { fleet: mine } = await open('lying');
    lab
      .real()
      .disturb(
        'case "$1 $2" in "coordinator start"|"coordinator stop") ov "$@"; echo \'{"success":false,"command":"ov","error":"no word of mine is true"}\'; exit 1;; esac',
      );
    try {
      const id = mine.start('lying', 'ship it');
      expect(await mine.reaches(id, 'done', 'failed')).toMatchObject({ state: 'done' });
      expect(mine.events('session.starting')).toHaveLength(1);
      await expectNothingLeft('lying');
    } finally {
      lab.real().disturb(null);
    }
  });

  it('loses the keeper: the last session is stopped all the same, and its run is closed', async () => {
    const { fleet: mine } = await open('keeperless');
    const id = mine.start('keeperless', 'fake:wait');
    await running(id);
    await lab.real().tmux('kill-session', '-t', '=keeper');
    mine.fleetd.fleet.commands.stop('keeperless', null, by);
    await mine.reaches(id, 'cancelled');
    expect(mine.fleetd.fleet.loop.context.observations.get('keeperless')?.snapshot.runId).toBeNull();
    await lab.real().tmux('new-session', '-d', '-s', 'keeper', 'sleep', 'infinity');
    await expectNothingLeft('keeperless');
  });

  it.skipIf(next === undefined)(
    'has another ov between two calls: noticed, said, and driven as what it is',
    async () => {
      const { fleet: mine } = await open('upgraded');
      const id = mine.start('upgraded', 'fake:wait');
      await handedOver('upgraded', id);
      lab.real().install(next ?? '');
      try {
        await until(
          () => mine.events('runtime.upgraded').length,
          (count) => count === 1,
          60_000,
        );
        expect(
          (await mine.fleetd.fleet.commands.message('upgraded', { text: 'go on', source: by })).nudged,
        ).toBe(true);
        mine.fleetd.fleet.commands.stop('upgraded', null, by);
        await mine.reaches(id, 'cancelled');
        await expectNothingLeft('upgraded');
      } finally {
        lab.real().disturb(null);
      }
    },
  );

  it.skipIf(small === undefined)(
    'has no room on the disk: named and told; with room again the session goes on',
    async () => {
      const disk = join(small ?? '', 'w');
      const { root } = await lab.real().product('small', disk);
      const { fleet: mine } = await open('other', {
        products: ['small'],
        workspace: disk,
        channel: lab.real().channel({ FLEET_WORKSPACE: disk }),
      });
      const id = mine.start('small', 'fake:wait');
      await handedOver('small', id);
      const { bavail, bsize } = statfsSync(root);
      const filler = join(root, 'filler');
      writeFileSync(filler, Buffer.alloc(bavail * bsize - 1024 * 1024));
      await until(
        () => trouble('small'),
        (code) => code === 'OV_DISK_FULL',
        60_000,
      );
      expect(notices().join('\n')).toContain('trouble: small: Expected at least');
      expect(mine.objective(id).state).toBe('running');
      rmSync(filler);
      await until(
        () => trouble('small'),
        (code) => code === null,
        60_000,
      );
      mine.fleetd.fleet.commands.stop('small', null, by);
      await mine.reaches(id, 'cancelled');
    },
  );
});
