// The journal as a file: copied while in use, restored, refused when it is newer, full, and large.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, describe, expect, it } from 'vitest';
import { openJournal, systemClock } from '../../src/fleet/index.ts';
import { layQueue, product, registry, testFleet } from '../support/fleet.ts';
import { manualClock } from '../support/manual-clock.ts';

const undo: (() => void)[] = [];
afterEach(() => {
  for (const step of undo.splice(0).reverse()) step();
});
function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'fleet-journal-'));
  undo.push(() => rmSync(made, { recursive: true, force: true }));
  return made;
}
const one = () => registry([product('alpha')], { maxConcurrentSessions: 1 });

describe('backup', () => {
  it('is complete in one file, made while fleetd goes on, and restores to the same state', async () => {
    const file = join(folder(), 'journal.db');
    const t = testFleet({ registry: one(), file });
    await t.clock.settle();
    t.start('alpha', 'first', { idempotencyKey: 'k' });
    await t.clock.settle();
    const copied = t.fleet.backup();
    t.start('alpha', 'after the copy began');
    const { file: copy, bytes, lastSeq } = await copied;
    expect(copy).toMatch(/backups\/journal-20260105T0900\d\d-\d{3}Z\.db$/);
    expect(bytes).toBe(statSync(copy).size);
    expect(lastSeq).toBeGreaterThan(4);
    t.crash();

    const restored = join(folder(), 'journal.db');
    copyFileSync(copy, restored);
    const second = testFleet({ registry: one(), file: restored, world: t });
    await second.clock.settle();
    expect(second.start('alpha', 'again', { idempotencyKey: 'k' }).id).toBe('obj-1');
    expect(second.fleet.commands.objective('obj-1').state).toBe('running');
    expect(second.fake.product('alpha').received).toHaveLength(1);
    second.crash();
  });

  it('says what is wrong when it cannot be written', async () => {
    const place = folder();
    const t = testFleet({ registry: one(), file: join(place, 'journal.db') });
    writeFileSync(join(place, 'backups'), 'in the way');
    await expect(t.fleet.backup()).rejects.toMatchObject({ code: 'JOURNAL_UNUSABLE' });
    t.crash();
  });
});

describe('a journal that cannot be used', () => {
  it('of a newer fleetd is refused in words, and left as it is', () => {
    const file = join(folder(), 'journal.db');
    openJournal(file, systemClock).close();
    const newer = new DatabaseSync(file);
    newer.exec('PRAGMA user_version = 99; PRAGMA journal_mode = DELETE;');
    newer.close();
    const before = statSync(file).size;
    expect(() => openJournal(file, systemClock)).toThrow(
      expect.objectContaining({
        code: 'JOURNAL_NEWER',
        message: expect.stringContaining('version 99: a newer fleetd wrote it'),
        mend: expect.stringContaining('restore a backup'),
      }),
    );
    expect(statSync(file).size).toBe(before);
  });

  it('of another kind is refused', () => {
    const file = join(folder(), 'journal.db');
    writeFileSync(file, 'this is not a database, it is a text of some length'.repeat(100));
    expect(() => openJournal(file, systemClock)).toThrow(
      expect.objectContaining({ code: 'JOURNAL_UNUSABLE' }),
    );
  });
});

describe('no space left', () => {
  const place = process.getuid?.() === 0 && process.platform === 'linux' ? smallDisk() : null;

  it.skipIf(place === null)(
    'refuses what is new in words, keeps what was accepted, goes on showing, and recovers (needs root for a tmpfs)',
    async () => {
      const at = smallDisk() as string;
      const t = testFleet({ registry: one(), file: join(at, 'journal.db') });
      await t.clock.settle();
      const accepted: string[] = [];
      let refused: unknown = null;
      while (refused === null && accepted.length < 500) {
        try {
          accepted.push(t.start('alpha', 'x'.repeat(100_000)).id);
        } catch (error) {
          refused = error;
        }
      }
      expect(refused).toMatchObject({ code: 'JOURNAL_UNUSABLE', class: 'unavailable' });
      await t.clock.advance(60_000);
      // Room for what is short, and no more: that ends no alarm.
      execFileSync('mount', ['-o', 'remount,size=3584k', at]);
      await t.clock.advance(60_000);
      accepted.push(t.start('alpha', 'short').id);
      await t.clock.advance(1_000);
      const status = t.fleet.status(null);
      expect(status.journal.error).toMatchObject({ code: 'JOURNAL_UNUSABLE' });
      expect(t.fleet.commands.objectives(1_000, null)).toHaveLength(accepted.length);
      expect(await t.fleet.metrics()).toContain('fleet_journal_writable 0');

      execFileSync('mount', ['-o', 'remount,size=64m', at]);
      await t.clock.advance(60_000);
      expect(t.start('alpha', 'there is space again').id).toBe(`obj-${accepted.length + 1}`);
      expect(t.fleet.status(null).journal.error).toBeNull();
      expect(t.fleet.commands.objective('obj-1').state).toBe('running');
      expect(t.fake.product('alpha').received).toHaveLength(1);
      t.crash();
    },
  );

  /** A file system of 3 MiB; null where it cannot be mounted. */
  function smallDisk(): string | null {
    const at = folder();
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', at], { stdio: 'ignore' });
      undo.push(() => execFileSync('umount', ['-l', at]));
      return at;
    } catch {
      return null;
    }
  }
});

describe('much', () => {
  it('10,000 queued objectives are decided, shown and started from', { timeout: 120_000 }, async () => {
    const products = Array.from({ length: 50 }, (_, i) => product(`p${i}`));
    const t = testFleet({
      registry: registry(products, { maxConcurrentSessions: 1, maxLiveSessions: 1 }),
      file: join(folder(), 'journal.db'),
    });
    await t.clock.settle();
    layQueue(
      t.journal,
      10_000,
      products.map(({ name }) => name),
    );
    const decided = timed(() => t.fleet.loop.schedule());
    const shown = timed(() => expect(t.fleet.status(null).queue).toHaveLength(9_999));
    console.log(`10,000 queued: decided in ${decided} ms, shown in ${shown} ms`);
    expect(decided).toBeLessThan(10_000);
    expect(shown).toBeLessThan(6_000);
    await t.clock.settle();
    expect(t.journal.liveSessions()).toHaveLength(1);
    t.crash();
  });

  it('a file with 100,000 events is open and shown within 2 s of CPU', { timeout: 120_000 }, () => {
    const file = join(folder(), 'journal.db');
    const first = openJournal(file, manualClock());
    for (let done = 0; done < 100_000; done += 1_000)
      first.record(
        ...Array.from({ length: 1_000 }, () => ({
          kind: 'registry.problem' as const,
          text: 'a fact for the log, of the usual length of a sentence in this log.',
          data: { problems: ['a fact for the log'] },
        })),
      );
    first.close();
    let t: ReturnType<typeof testFleet> | undefined;
    const ms = timed(() => {
      t = testFleet({ registry: one(), file });
      t.fleet.status(null);
    });
    console.log(`100,000 events: started and shown in ${ms} ms`);
    expect(t?.fleet.lastSeq()).toBe(100_001);
    expect(ms).toBeLessThan(2_000);
    t?.crash();
  });
});

/** In ms of CPU: what runs beside the test does not count. */
function timed(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return Math.round((user + system) / 1_000);
}
