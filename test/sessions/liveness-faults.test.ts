// A coordinator, a worker or a database that is not as it should be: each is told for what it is.
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { liveness } from '../../src/fleet/observe/liveness.ts';
import { processesIn, until } from '../simulator/ov.ts';
import type { RealFleet } from '../support/real-fleet.ts';
import { by, open } from './misbehaving-fleet.ts';

const trouble = (mine: RealFleet, name: string, code: string) =>
  until(
    () => mine.fleetd.fleet.loop.context.journal.trouble(name)?.code,
    (seen) => seen === code,
  );

it('logged out ends the session with the mend', async () => {
  const { mine } = await open('expired', [{ command: 'coordinator', kind: 'logged-out', times: 1 }]);
  const id = mine.start('expired', 'ship it');
  expect((await mine.reaches(id, 'done', 'failed')).why).toContain('CLAUDE_LOGGED_OUT');
});

it('hung is named and not ended', async () => {
  const { mine } = await open('hanging', [{ command: 'coordinator', kind: 'hang-busy', times: 1 }]);
  const id = mine.start('hanging', 'ship it');
  await trouble(mine, 'hanging', 'SESSION_HUNG');
  expect(mine.objective(id).state).toBe('running');
  mine.fleetd.fleet.commands.stop('hanging', null, by);
  await mine.reaches(id, 'cancelled');
});

it('idle is told from busy', async () => {
  const { mine, root } = await open('calm', [{ command: 'worker', kind: 'endless', times: 1 }]);
  const { context } = mine.fleetd.fleet.loop;
  const patience = { screenConfirmMs: 8_000, hungAfterMs: 1_200_000 };
  const state = async () => {
    const snapshot = await context.observe('calm');
    return liveness({ snapshot, finalMail: false, screen: null, nowMs: Date.now() }, patience).state;
  };
  // A human's, with nothing to do yet; the objective takes it over.
  await context.runtime.ov({ name: 'calm', root }, 'coordinator.start', {});
  expect(await state()).toBe('idle');
  const id = mine.start('calm', 'ship it');
  await until(state, (seen) => seen === 'busy');
  mine.fleetd.fleet.commands.stop('calm', null, by);
  await mine.reaches(id, 'cancelled');
});

it('died silently fails the objective', async () => {
  const { mine, root, sim } = await open('dying', [{ command: 'worker', kind: 'endless', times: 1 }]);
  const id = mine.start('dying', 'ship it');
  // At its work: one that dies before it is seen alive is only started again.
  await mine.handedOver('dying', id);
  sim.faults(root, [{ command: 'coordinator', kind: 'die', times: 1 }]);
  expect((await mine.reaches(id, 'done', 'failed')).why).toContain('its run was not closed');
});

it('a worker whose claude died at its start is told with what it printed, though sling called it a success', async () => {
  const { mine } = await open('stillborn', [
    { command: 'worker', kind: 'stillborn', text: 'nested-claude', times: 1 },
  ]);
  const id = mine.start('stillborn', 'ship it');
  const lost = await until(
    () => mine.events('worker.lost'),
    (events) => events.length > 0,
  );
  expect(lost[0]).toMatchObject({
    text: expect.stringContaining(
      'WORKER_DIED_AT_START: Worker lead-obj-1 of stillborn died at its start: Error: Claude Code cannot be launched inside another Claude Code session.',
    ),
    data: { agent: 'lead-obj-1', mail: null, code: 'WORKER_DIED_AT_START' },
  });
  const status = mine.fleetd.fleet.status(null);
  expect(status.products[0]?.workers).toMatchObject([{ name: 'lead-obj-1', state: 'zombie' }]);
  expect(mine.objective(id).state).toBe('running');
  mine.fleetd.fleet.commands.stop('stillborn', null, by);
  await mine.reaches(id, 'cancelled');
});

it('a broken mail.db is a trouble, not "no mail"; mended, the objective goes on', async () => {
  const { mine, root, sim } = await open('corrupt');
  const file = join(root, '.overstory/mail.db');
  writeFileSync(file, 'this is no database, whatever status says'.repeat(50));
  const id = mine.start('corrupt', 'ship it');
  await trouble(mine, 'corrupt', 'OV_DB_CORRUPT');
  expect(['queued', 'starting']).toContain(mine.objective(id).state);
  // Not under a look: at its end that would take the -wal of the new one, and the objective in it, for its own.
  await until(
    () => processesIn(join(sim.folder, 'ov-sim.cjs')),
    (looks) => looks.length === 0,
  );
  for (const part of ['', '-wal', '-shm']) rmSync(`${file}${part}`, { force: true });
  expect(await mine.reaches(id, 'done', 'failed')).toMatchObject({ state: 'done' });
});
