// A product that was moved, and one whose workspace is gone, over a real agent and the simulator's `ov`.
import { existsSync, mkdirSync, realpathSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fleetBranch, fleetBranchSchema } from '../../../src/contract/runtime/bundle.ts';
import type { Runtime } from '../../../src/runtime/index.ts';
import { openSimOv, type SimOv } from '../../support/sim-ov.ts';

let sim: SimOv;
let runtime: Runtime;
beforeAll(async () => {
  sim = await openSimOv();
  runtime = await sim.connect();
});
afterAll(() => sim?.[Symbol.asyncDispose]());

const how = { repo: null, type: 'code', description: null };
const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => 'ok',
    (error: { code: string; product: string }) => `${error.code} ${error.product}`,
  );

test('who has not heard of a move may look and not write, also over the next agent', async () => {
  const moved = { name: 'moved', root: await sim.lab.product('moved') };
  const lesson = { kind: 'record-lesson', text: 'x' } as const;
  const write = (of: object, by = runtime) => codeOf(by.maintain({ ...moved, ...of }, lesson));
  expect(await write({ epoch: 1 })).toBe('ok');
  expect(await write({ epoch: 2 })).toBe('ok');
  expect(await write({ epoch: 1 })).toBe('EPOCH_OLD moved');
  const old = { ...moved, epoch: 1 };
  expect(await codeOf(runtime.ov(old, 'coordinator.start', {}))).toBe('EPOCH_OLD moved');
  expect(await codeOf(runtime.maintain(old, { kind: 'prepare', maxWorkers: null }))).toBe('EPOCH_OLD moved');
  expect(await codeOf(runtime.make(old, how))).toBe('EPOCH_OLD moved');
  const packed = runtime.bundle(old, { branch: 'fleet/obj-1', whole: false });
  expect(await codeOf(packed)).toBe('EPOCH_OLD moved');
  expect((await runtime.snapshot([old]))[0]?.health).toBe('ok');
  const next = await sim.connect();
  expect(await write({ epoch: 1 }, next)).toBe('EPOCH_OLD moved');
  expect(await write({ epoch: 2 }, next)).toBe('ok');
  // A fleet of one runtime knows of no moves.
  expect(await write({}, next)).toBe('ok');
});

test.each(['no folder', 'an empty disk'])('where it was made is %s: it waits for a human', async (what) => {
  const name = what === 'no folder' ? 'gone' : 'emptied';
  const root = join(realpathSync(sim.folder), name);
  if (what !== 'no folder') mkdirSync(root);
  const placed = { name, root, epoch: 1, expect: true };
  const [seen] = await runtime.snapshot([placed]);
  expect(seen).toMatchObject({ health: 'missing', error: { code: 'WORKSPACE_LOST', product: name } });
  expect(seen?.error?.mend).toContain(`fleet prepare ${name}`);
  expect(await codeOf(runtime.make(placed, how))).toBe(`WORKSPACE_LOST ${name}`);
  expect(existsSync(join(root, '.git'))).toBe(false);
  expect(await codeOf(runtime.ov(placed, 'coordinator.start', {}))).not.toBe('ok');
  // Somebody who knows says so. An empty folder may still be a mount that comes back: it is theirs to remove.
  const anew = () => codeOf(runtime.make(placed, { ...how, anew: true }));
  if (what !== 'no folder') {
    expect(await anew()).toBe(`PRODUCT_EMPTY ${name}`);
    rmdirSync(root);
  }
  expect(await anew()).toBe('ok');
  expect((await runtime.snapshot([placed]))[0]?.health).toBe('ok');
});

test('the branch of a moved product carries its epoch, and no other does', () => {
  expect(fleetBranch('obj-7')).toBe('fleet/obj-7');
  expect(fleetBranch('obj-7', 1)).toBe('fleet/obj-7');
  expect(fleetBranch('obj-7', 12)).toBe('fleet/obj-7-e12');
  expect(fleetBranchSchema.safeParse(fleetBranch('obj-123456789012', 999)).success).toBe(true);
});
