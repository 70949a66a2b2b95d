// The runtime's page over the real fleetd, agent and ov-sim: what it knows, and the checks of `fleet doctor`.
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createFleetClient } from '../../src/client/client.ts';
import { version } from '../../src/common/version.ts';
import { commit, repository } from '../checkout/kinds.ts';
import { cutChannel } from '../support/cut-channel.ts';
import { openRealFleet, type RealFleet } from '../support/real-fleet.ts';
import { openSimOv } from '../support/sim-ov.ts';
import { inChromium } from './browser.ts';
import { inTerminal } from './terminal.ts';

inChromium('the runtime on the dashboard', (open) => {
  const opened = new AsyncDisposableStack();
  let fleet: RealFleet;
  beforeAll(async () => {
    const sim = opened.use(await openSimOv());
    for (const name of ['shop', 'billing']) await sim.lab.product(name);
    fleet = opened.use(
      await openRealFleet({
        channel: sim.channel(),
        workspace: sim.folder,
        products: ['shop', 'billing'],
        dashboard: true,
      }),
    );
  }, 120_000);
  afterAll(() => opened.disposeAsync());

  it('says where sessions run, of what release, and what each product holds', async () => {
    const { page, wrong, close } = await open(fleet.fleetd.dashboard?.link ?? '');
    await page.getByRole('link', { name: 'Runtime', exact: true }).click();
    await page.getByRole('heading', { name: 'The runtime is connected' }).waitFor();
    const { runtime, registry } = await createFleetClient({ socketPath: fleet.socket }).status();
    const row = page.locator('#runtime-runtime');
    await row.getByText(runtime.description).waitFor();
    await row.getByText(`ov ${runtime.ovVersion}, which is the simulator`).waitFor();
    await page.getByText(version, { exact: true }).waitFor();
    await page.getByText(registry.file).waitFor();
    expect(await page.locator('tbody tr th a').allTextContents()).toEqual(['shop', 'billing']);
    expect(wrong).toEqual([]);
    await close();
  });

  it('looks for what is wrong when it is asked to, and shows what `fleet doctor` says', async () => {
    const { page, wrong, close } = await open(fleet.fleetd.dashboard?.link ?? '');
    await page.goto(new URL('/runtime', page.url()).href);
    await page.locator('#connection[data-state=live]').waitFor();
    await page.getByRole('button', { name: 'Look now' }).click();
    const looked = page.locator('#checks').getByText('Looked at').getByRole('time');
    await looked.waitFor({ timeout: 90_000 });
    const first = await looked.getAttribute('datetime');
    const shown = await page.locator('#checks .row .title').allTextContents();
    const said = await inTerminal(fleet.socket, 'doctor');
    expect(shown.length).toBeGreaterThan(3);
    for (const check of shown) expect(said).toContain(check);
    // the mend of what is wrong stands beside it
    await page.getByRole('button', { name: 'Look and mend' }).click();
    await page.getByRole('dialog').getByText('Safe are').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Look and mend' }).click();
    await expect
      .poll(async () => (await looked.count()) === 1 && (await looked.getAttribute('datetime')) !== first, {
        timeout: 90_000,
      })
      .toBe(true);
    expect(wrong).toEqual([]);
    await close();
  }, 200_000);
});

inChromium('several runtimes on the dashboard', (open) => {
  const opened = new AsyncDisposableStack();
  let fleet: RealFleet;
  beforeAll(async () => {
    const [near, sources] = [opened.use(await openSimOv()), opened.use(await openSimOv())];
    await commit(await repository(join(sources.folder, 'shop')), 'index.ts', 'export {};\n');
    const away = cutChannel(near.channel());
    away.cut();
    const runtime = (name: string) => `  - { name: ${name}, kind: ssh, host: ${name}, max_memory_gb: 8 }\n`;
    fleet = opened.use(
      await openRealFleet({
        channel: near.channel(),
        channelOf: ({ name }) => (name === 'near' ? near.channel() : away),
        workspace: '/workspace',
        products: ['shop'],
        sections: `runtimes:\n${runtime('near')}${runtime('far-away')}`,
        extra: `repo: file://${join(sources.folder, 'shop')}`,
        dashboard: true,
      }),
    );
    await fleet.reaches(fleet.start('shop', 'Explore'), 'done');
  }, 240_000);
  afterAll(() => opened.disposeAsync());

  it('has a row for each, and says in all places which of them is out of reach', async () => {
    const { page, wrong, close } = await open(fleet.fleetd.dashboard?.link ?? '');
    await page.getByRole('heading', { name: 'far-away is out of reach' }).waitFor();
    const product = page.getByRole('link', { name: 'shop' }).first();
    await product.waitFor();
    await page.goto(new URL('/runtime', page.url()).href);
    await page.getByRole('heading', { name: '2 runtimes, 1 out of reach' }).waitFor();
    await page.locator('#runtime-near').getByRole('link', { name: 'shop' }).waitFor();
    await page.locator('#runtime-near').getByText('of 8 GiB').waitFor();
    await page.locator('#runtime-far-away').getByText('no route to host').waitFor();
    expect(await page.locator('#runtime-far-away .state').textContent()).toBe('connecting');
    if (process.env.TEST_PICTURES) await page.screenshot({ path: process.env.TEST_PICTURES });
    const said = await inTerminal(fleet.socket, 'runtimes');
    expect(said).toMatch(/2 runtimes: 1 out of reach/);
    expect(said).toMatch(/near .*connected.*ssh/);
    expect(await inTerminal(fleet.socket, 'status', 'shop')).toMatch(/runtime +near/);
    expect(wrong).toEqual([]);
    await close();
  }, 120_000);
});
