// What a human does on the pages, in a real Chromium over the real fleetd, agent and ov-sim; its effect is asked of the API.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createFleetClient, type FleetClient } from '../../src/client/client.ts';
import { openRealFleet, type RealFleet } from '../support/real-fleet.ts';
import { openSimOv } from '../support/sim-ov.ts';
import { inChromium, type Opened } from './browser.ts';

const names = ['shop', 'billing', 'launch'];

inChromium('acts on the dashboard', (open) => {
  const opened = new AsyncDisposableStack();
  let fleet: RealFleet;
  let client: FleetClient;
  let opening: Opened;
  let page: Page;
  beforeAll(async () => {
    const sim = opened.use(await openSimOv());
    for (const name of names) {
      const root = await sim.lab.product(name);
      // what has begun goes on until a human ends it
      sim.faults(root, [{ command: 'worker', kind: 'endless' }]);
    }
    fleet = opened.use(
      await openRealFleet({
        channel: sim.channel(),
        workspace: sim.folder,
        products: names,
        dashboard: true,
        maxSessions: 1,
        tuning: { pauseWordMs: 500, pauseDeafMs: 200, stopGraceMs: 1_000 },
      }),
    );
    client = createFleetClient({ socketPath: fleet.socket });
    opening = await open(fleet.fleetd.dashboard?.link ?? '');
    page = opening.page;
    page.setDefaultTimeout(15_000);
  }, 120_000);
  afterAll(async () => {
    await opening?.close();
    await opened.disposeAsync();
  });

  const go = async (path: string) => {
    await page.goto(new URL(path, page.url()).href);
    await page.locator('#connection[data-state=live]').waitFor();
  };
  const note = (text: string | RegExp) => page.locator('#note').getByText(text).waitFor();
  const press = (name: string | RegExp) => page.getByRole('button', { name, exact: true }).click();
  const queue = async () => (await client.status()).queue.map(({ id }) => id);
  const paused = async () =>
    (await client.status()).products.filter((product) => product.paused).map(({ name }) => name);

  it('starts objectives, and says before what each would take and wait for', async () => {
    await page.locator('#begin > summary').click();
    await page.getByLabel('Product', { exact: true }).selectOption('shop');
    await page.getByLabel('What should be done').fill('Ship the auth feature');
    await page.locator('#estimate').getByText('now', { exact: true }).waitFor();
    await press('Start');
    await page.waitForURL(/objectives\/obj-1/);
    await note(/^obj-1 on shop is /);
    expect(await client.objective('obj-1')).toMatchObject({
      product: 'shop',
      text: 'Ship the auth feature',
      source: { via: 'dashboard', sender: 'operator' },
    });
    await fleet.reaches('obj-1', 'running');
    for (const name of ['billing', 'launch']) {
      await go(`/products/${name}#start`);
      await page.getByLabel('What should be done').fill(`Write the docs of ${name}`);
      await page
        .locator('#estimate')
        .getByText(/a slot: 1 of 1 in use/)
        .waitFor();
      await press('Start');
      await note(/is queued/);
    }
    expect(await queue()).toEqual(['obj-2', 'obj-3']);
  });

  it('moves the queue by drag and by button, and takes each back', async () => {
    await go('/');
    await page.locator('#queued-obj-3').dragTo(page.locator('#queued-obj-2'));
    await note(/The priority of launch is now/);
    expect(await queue()).toEqual(['obj-3', 'obj-2']);
    await press('Undo');
    await note(/products.yaml says again/);
    expect(await queue()).toEqual(['obj-2', 'obj-3']);
    await page.getByRole('button', { name: 'Put obj-2 behind obj-3' }).click();
    await note(/The priority of billing is now/);
    expect(await queue()).toEqual(['obj-3', 'obj-2']);
    // the note of a change takes back that change, whatever came after it
    await client.pause('launch', { source: { via: 'cli' } });
    await press('Undo');
    await note(/The priority of billing/);
    expect((await client.status()).overrides).toMatchObject([{ scope: 'launch', what: 'paused' }]);
    await client.resume('launch', { source: { via: 'cli' } });
  });

  it('sets limits and priorities, and keeps what was refused beside its form', async () => {
    await page.getByText('Change a limit').click();
    await page.getByLabel('Limit', { exact: true }).selectOption('slots');
    await page.getByLabel('Its value').fill('lots');
    await press('Set limit');
    const refused = page.locator('#set-limits').getByText('CAP_INVALID');
    await refused.waitFor();
    expect(await page.getByLabel('Its value').inputValue()).toBe('lots');
    // it stays while the page is drawn anew
    const drawn = await page.evaluate('document.body.dataset.at');
    await page.locator('#connection[data-state=live]').waitFor();
    await client.priority('launch', { priority: 60, source: { via: 'cli' } });
    await expect.poll(() => page.evaluate('document.body.dataset.at')).not.toBe(drawn);
    expect(await refused.isVisible()).toBe(true);
    await page.getByLabel('Its value').fill('0');
    await press('Set limit');
    await note(/The slots cap of the fleet is now 0/);
    expect((await client.status()).capacity.slots).toBe(0);
    await press('Undo');
    await note(/The slots cap of the fleet/);
    expect((await client.status()).capacity.slots).toBe(1);
    await go('/products/launch');
    await page.getByText('Change priority or a limit').click();
    await page.getByLabel('Priority', { exact: true }).fill('high');
    await press('Set priority');
    await note(/The priority of launch is now 80/);
    expect((await client.status({ product: 'launch' })).products[0]?.priority).toBe(80);
    await page.getByText('Change priority or a limit').click();
    await page.getByLabel('Its value').fill('512m');
    await press('Set limit');
    await note(/The memory cap of launch is now 512 MiB/);
    await press('Undo');
  });

  it('speaks to a coordinator, and asks it where it stands', async () => {
    await go('/products/shop');
    await page.getByLabel('Say something to its coordinator').fill('Use the new colours, please');
    await press('Send');
    await note(/^Sent to shop/);
    await press('Ask');
    await note(/^Asked shop/);
    await page.locator('.thread .ours').getByText('status?').first().waitFor();
    const threads = await client.threads('shop');
    const said = threads.flatMap(({ mail }) => mail.map(({ body }) => body));
    expect(said).toEqual(expect.arrayContaining(['status?', 'Use the new colours, please']));
  });

  it("shows the coordinator's screen as it is, and as it becomes, and nobody's where nobody works", async () => {
    await page.getByRole('link', { name: 'The coordinator’s screen' }).click();
    await page.locator('#connection[data-state=live]').waitFor();
    const screen = page.locator('.screen pre');
    const now = async () => (await client.output('shop', { lines: 200 })).content.trimEnd();
    await expect
      .poll(async () => (await screen.textContent()) === (await now()), { timeout: 20_000 })
      .toBe(true);
    expect(await now()).toContain('ov-sim');
    // looked at again by itself, for as long as somebody looks
    await page.waitForResponse((answer) => answer.url().endsWith('/products/shop/screen'));
    await go('/products/launch/screen');
    await page.getByText('Nobody works here now.').waitFor();
    await go('/products/shop');
  });

  it('pauses, resumes, and focuses, and says what will happen', async () => {
    await press('Pause');
    const dialog = page.getByRole('dialog', { name: 'Pause shop' });
    await dialog.getByText('obj-1 is stopped, keeps its place').waitFor();
    await dialog.getByLabel('Why, if it should be told').fill('the demo');
    await page.keyboard.press('Enter');
    await note(/shop is paused \(the demo\)/);
    expect(await client.status({ product: 'shop' })).toMatchObject({
      products: [{ paused: { reason: 'the demo' } }],
    });
    await fleet.reaches('obj-1', 'queued');
    await page.locator('#acts').getByRole('button', { name: 'Resume' }).click();
    await note(/shop is resumed/);
    expect(await paused()).toEqual([]);
    // from the list of the fleet
    await go('/');
    await page.getByLabel('Act on billing').click();
    await page.getByRole('button', { name: /^Focus/ }).click();
    await note(/launch is paused \(focus on billing\)/);
    expect(await paused()).toEqual(['shop', 'launch']);
    await press('Undo');
    await note(/shop is resumed/);
    expect(await paused()).toEqual([]);
  });

  it('cancels, tries again and stops, once it is confirmed', async () => {
    const [running] = (await client.objectives({ state: 'running' })).concat(
      await client.objectives({ state: 'starting' }),
    );
    const [id = ''] = await queue();
    await go(`/objectives/${id}#cancel`);
    const dialog = page.getByRole('dialog', { name: `Cancel ${id}` });
    await dialog.getByText(`${id} leaves the queue`).waitFor();
    await dialog.getByRole('button', { name: 'Leave it' }).click();
    expect(await client.objective(id)).toMatchObject({ state: 'queued' });
    await press('Cancel it');
    await dialog.getByLabel('Why').fill('not now');
    await dialog.getByRole('button', { name: `Cancel ${id}` }).click();
    await note(`${id} on`);
    expect(await client.objective(id)).toMatchObject({ state: 'cancelled', why: 'not now' });
    await press('Try again');
    await note(`${id} on`);
    expect(['queued', 'starting']).toContain((await client.objective(id)).state);
    const { product } = running ?? { product: '' };
    await go(`/products/${product}`);
    await press('Stop');
    await page.getByRole('button', { name: 'Stop it' }).click();
    await note(`${product} is being stopped`);
    await fleet.reaches(running?.id ?? '', 'cancelled');
    expect(opening.wrong).toEqual([]);
  });

  it('does the same without script', async () => {
    const context = await page.context().browser()?.newContext({ javaScriptEnabled: false });
    await context?.addCookies(await page.context().cookies());
    const plain = await context?.newPage();
    if (plain === undefined) throw new Error('Expected a browser');
    const at = (path: string) => plain.goto(new URL(path, page.url()).href);
    await at('/start?product=launch');
    await plain.getByLabel('What should be done').fill('Without script');
    await plain.getByRole('button', { name: 'What would it take?' }).click();
    await plain.getByText('Reserves').waitFor();
    expect(await plain.getByLabel('What should be done').inputValue()).toBe('Without script');
    await plain.getByRole('button', { name: 'Start', exact: true }).click();
    await plain.locator('#note').getByText('on launch is').waitFor();
    const [started] = await client.objectives({ limit: 1 });
    expect(started).toMatchObject({ product: 'launch', text: 'Without script' });
    await at('/products/launch');
    await plain.getByRole('button', { name: 'Pause', exact: true }).click();
    await plain.getByRole('button', { name: 'Pause it' }).click();
    await plain.locator('#note').getByText('launch is paused').waitFor();
    expect(await paused()).toEqual(['launch']);
    await plain.getByRole('button', { name: 'Undo' }).click();
    await plain.locator('#note').getByText('launch is resumed').waitFor();
    await context?.close();
  });
});
