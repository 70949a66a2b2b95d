// The machine of fleetd is believed to be gone: its backup goes on elsewhere, and takes up what runs. The old one still runs,
// reaches the same agent, and gets nothing done any more.
import { copyFileSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../src/common/clock.ts';
import { fleetEpoch, takeOver } from '../../src/fleetd/epoch.ts';
import { repository } from '../checkout/kinds.ts';
import { until } from '../simulator/ov.ts';
import { openRealFleet, type RealFleet } from '../support/real-fleet.ts';
import { openSimOv, type SimOv } from '../support/sim-ov.ts';

let box: SimOv;
let folder: string;
const open: RealFleet[] = [];

const fleetAt = async (name: string): Promise<RealFleet> => {
  const fleet = await openRealFleet({
    channel: box.channel(),
    channelOf: () => box.channel(),
    workspace: '/workspace',
    stateDir: join(folder, name),
    products: ['one'],
    sections: 'runtimes:\n  - { name: box, kind: ssh, host: box }\n',
    extra: () => `repo: file://${join(realpathSync(folder), 'source')}`,
    lease: { termMs: 12_000 },
  });
  open.push(fleet);
  return fleet;
};

beforeAll(async () => {
  box = await openSimOv({ OV_SIM_SPEED: '' });
  folder = mkdtempSync(join(tmpdir(), 'fleet-take-over-'));
  await repository(join(folder, 'source'));
});
afterAll(async () => {
  for (const fleet of open) await fleet[Symbol.asyncDispose]();
  await box?.[Symbol.asyncDispose]();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

const linkOf = ({ fleetd }: RealFleet) => fleetd.fleet.status(null).runtimes?.[0];

it('goes on with what runs, and the one before is refused', async () => {
  const before = await fleetAt('old');
  await until(
    () => before.fleetd.fleet.status(null).products[0]?.state,
    (state) => state === 'idle',
  );
  box.speed(join(box.folder, 'one'), 0.4);
  const id = before.start('one', 'Explore');
  await before.handedOver('one', id);
  const { file } = await before.fleetd.fleet.backup();
  mkdirSync(join(folder, 'new'));
  copyFileSync(file, join(folder, 'new', 'journal.db'));
  copyFileSync(join(folder, 'old', 'fleet-id'), join(folder, 'new', 'fleet-id'));
  const [epoch, later] = [
    await takeOver(join(folder, 'new'), systemClock),
    await fleetEpoch(join(folder, 'new')),
  ];
  expect([epoch > 1, later]).toEqual([true, epoch]);

  const after = await fleetAt('new');
  await until(
    () => linkOf(before),
    (link) => link?.state === 'lost' && JSON.stringify(link).includes('Another fleetd has taken over'),
  );
  const refused = before.start('one', 'And again');
  await after.reaches(id, 'done');
  expect(before.objective(id).state).toBe('running');
  expect(before.objective(refused).state).toBe('queued');
  expect(after.events('session.starting')).toHaveLength(1);
  await after.reaches(after.start('one', 'By the new one'), 'done');
  expect(linkOf(before)?.state).toBe('lost');
}, 240_000);

it('is above every epoch before, also where the clock was set back', async () => {
  const at = join(folder, 'again');
  expect(await fleetEpoch(at)).toBe(1);
  const first = await takeOver(at, { nowMs: () => 1_800_000_000_000 });
  expect(await takeOver(at, { nowMs: () => 0 })).toBe(first + 1);
});
