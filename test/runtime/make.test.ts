// A product that comes into products.yaml while the runtime is up is made ready without a restart: by a real agent, on real
// git, with ov-sim.
import { existsSync, mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Runtime } from '../../src/runtime/index.ts';
import { git, repository } from '../checkout/kinds.ts';
import { openSimOv, type SimOv } from '../support/sim-ov.ts';

let sim: SimOv;
let projects: string;
let runtime: Runtime;
const how = { repo: null, type: 'code', description: null };
const shop = () => ({
  name: 'shop',
  root: join(realpathSync(sim.folder), 'shop'),
  source: join(projects, 'shop'),
});
const initialised = (root: string) => existsSync(join(root, '.overstory/config.yaml'));

describe('where a human’s repositories are', () => {
  beforeEach(async () => {
    sim = await openSimOv();
    projects = realpathSync(mkdtempSync(join(tmpdir(), 'fleet-projects-')));
    runtime = await sim.connect({ FLEET_PROJECTS: projects });
  });
  afterEach(async () => {
    await sim[Symbol.asyncDispose]();
    rmSync(projects, { recursive: true });
  });

  it('is cloned and initialised once, also when two ask for it', async () => {
    await repository(join(projects, 'shop'));
    const [one, two] = await Promise.all([runtime.make(shop(), how), runtime.make(shop(), how)]);
    expect(one).toEqual([`cloned ${shop().source}`, 'initialised overstory']);
    expect(two).toEqual(one);
    expect(initialised(shop().root)).toBe(true);
    const head = await git(shop().root, 'rev-parse', 'HEAD');
    expect(await runtime.make(shop(), how)).toEqual([]);
    expect(await git(shop().root, 'rev-parse', 'HEAD')).toBe(head);
  });

  it('says what is in its way, and is made when that is mended', async () => {
    await expect(runtime.make(shop(), how)).rejects.toMatchObject({
      code: 'PRODUCT_MISSING',
      product: 'shop',
    });
    const aside = join(projects, 'aside');
    await repository(aside);
    mkdirSync(shop().source);
    await expect(runtime.make(shop(), how)).rejects.toMatchObject({
      code: 'PRODUCT_NOT_GIT',
      mend: expect.stringContaining('fleet prepare shop'),
    });
    rmSync(shop().source, { recursive: true });
    renameSync(aside, shop().source);
    expect(await runtime.make(shop(), how)).toContain('initialised overstory');
  });

  it('is made nowhere but in its place', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'outside-'));
    symlinkSync(outside, join(sim.folder, 'shop'));
    await repository(join(projects, 'shop'));
    for (const root of [shop().root, outside, sim.folder])
      await expect(runtime.make({ ...shop(), root }, how)).rejects.toMatchObject({ code: 'PATH_ESCAPES' });
    rmSync(outside, { recursive: true });
  });
});

it('gets a sample where no repositories of a human are', async () => {
  sim = await openSimOv();
  runtime = await sim.connect();
  const root = join(realpathSync(sim.folder), 'shop');
  expect(await runtime.make({ name: 'shop', root }, how)).toEqual([
    'created a sample',
    'initialised overstory',
  ]);
  await sim[Symbol.asyncDispose]();
});
