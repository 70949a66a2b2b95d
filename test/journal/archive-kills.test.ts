// kill -9 of whoever moves events into the archive, before each of its writes: no event is lost, and none is there twice.
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, expect, it } from 'vitest';
import { openJournal } from '../../src/fleet/index.ts';
import type { JournalEvent } from '../../src/journal/events.ts';
import { product, registry, testFleet } from '../support/fleet.ts';

const dayMs = 86_400_000;
const place = mkdtempSync(join(tmpdir(), 'fleet-archive-kills-'));
afterAll(() => rmSync(place, { recursive: true, force: true }));

const once = (folder: string, beforeMs: number, killedAt: number) =>
  execa(
    process.execPath,
    [
      '--import',
      'tsx',
      join(import.meta.dirname, 'archive-once.ts'),
      join(folder, 'journal.db'),
      `${beforeMs}`,
      `${killedAt}`,
    ],
    { reject: false },
  );

it('loses nothing and doubles nothing, whichever write it comes before', { timeout: 240_000 }, async () => {
  const whole = join(place, 'whole');
  const t = testFleet({
    registry: registry([product('alpha'), product('beta')]),
    file: join(whole, 'journal.db'),
    tuning: { archiveAfterMs: Number.MAX_SAFE_INTEGER },
  });
  await t.clock.settle();
  const work = async (name: string) => {
    const { id } = t.start(name, 'fix it');
    await t.clock.advance(60_000);
    t.fake.mailFrom(name, { subject: `Run complete: [${id}]` });
    await t.clock.advance(60_000);
  };
  // Two months, so that two files are written.
  for (const name of ['alpha', 'beta']) await work(name);
  await t.clock.advance(40 * dayMs);
  await work('alpha');
  await t.clock.advance(dayMs);
  const { clock } = t;
  const all = t.journal.eventsAfter(0, 10_000);
  t.crash();

  const read = (folder: string, work: (journal: ReturnType<typeof openJournal>) => void) => {
    const journal = openJournal(join(folder, 'journal.db'), clock);
    work(journal);
    journal.close();
  };
  const ofAlpha = (journal: ReturnType<typeof openJournal>): JournalEvent[] =>
    journal.productEvents('alpha', 1_000).reverse();
  const check = (folder: string, at: number) =>
    read(folder, (journal) => {
      expect(journal.eventsAfter(0, 10_000), `killed before write ${at}`).toEqual(all);
      expect(ofAlpha(journal)).toEqual(all.filter((event) => event.product === 'alpha'));
      for (const kind of ['session.starting', 'objective.ended'] as const)
        expect(journal.eventsOf('obj-1', kind), `killed before write ${at}`).toHaveLength(1);
    });
  const beforeMs = clock.nowMs() + 1;
  const untouched = join(place, 'untouched');
  cpSync(whole, untouched, { recursive: true });
  const writes = Number((await once(untouched, beforeMs, 0)).stdout);
  console.log(`${writes} writes, each a place for a kill`);
  expect(writes).toBeGreaterThan(15);
  check(untouched, 0);
  for (let at = 1; at <= writes; at += 1) {
    const folder = join(place, `killed-${at}`);
    cpSync(whole, folder, { recursive: true });
    expect((await once(folder, beforeMs, at)).signal).toBe('SIGKILL');
    check(folder, at);
    // The next run ends what it began, with all that was written meanwhile.
    read(folder, (journal) => {
      while (journal.archiveSome(beforeMs));
    });
    check(folder, at);
  }
});
