// What was, on the pages: history by its address, spend as a chart and its table, and names that lead to what they name.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { inChromium } from './browser.ts';
import { busyScene, type Scene } from './scenes.ts';

inChromium('what was, on the dashboard', (open) => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await busyScene();
  });
  afterAll(() => scene?.[Symbol.asyncDispose]());

  it('finds what is over, by an address that can be passed on', async () => {
    const { page, wrong, close } = await open(scene.dashboard.link);
    await page.getByRole('link', { name: 'History' }).click();
    const found = page.locator('.rows > li');
    await expect.poll(() => found.count()).toBe(5);
    await page.getByLabel('Product').selectOption('billing');
    await page.getByLabel('Ended').selectOption('cancelled');
    await page.getByRole('button', { name: 'Search' }).click();
    await page.waitForURL(/product=billing/);
    await expect.poll(() => found.count()).toBe(1);
    await found.getByText('the old table stays for now').waitFor();
    await found.getByRole('link', { name: 'obj-5' }).click();
    await page.waitForURL(/objectives\/obj-5/);
    const at = (path: string) => page.goto(new URL(path, page.url()).href);
    await at('/history?text=OLD+table');
    expect(await found.count()).toBe(1);
    expect(await page.getByLabel('Words').inputValue()).toBe('OLD table');
    await at('/history?until=2001-01-01');
    await page.getByText('Nothing that is over is like that.').waitFor();
    // what is none is said, and nothing is lost
    await at('/history?since=soon&text=x');
    await page.getByText('SINCE_INVALID').waitFor();
    expect(await page.getByLabel('Words').inputValue()).toBe('x');
    expect(wrong).toEqual([]);
    await close();
  });

  it('shows what was spent, per day and product, as a chart and as figures', async () => {
    const { page, wrong, close } = await open(scene.dashboard.link);
    await page.getByRole('link', { name: 'Spend', exact: true }).click();
    const { spent } = scene.world.fleet.history.spending(30);
    const all = spent.reduce((sum, { costUsd }) => sum + (costUsd ?? 0), 0);
    expect(all).toBeGreaterThan(1);
    await page.getByRole('heading', { name: `$${all.toFixed(2)} in 30 days` }).waitFor();
    const dear = spent.filter(({ costUsd }) => costUsd);
    expect(await page.locator('rect.series').count()).toBe(dear.length);
    for (const { day, product, costUsd } of dear) {
      expect(await page.locator('rect.series title').allTextContents()).toContain(
        `${day}, ${product}: $${costUsd?.toFixed(2)}`,
      );
      await page.locator('table').getByRole('link', { name: product }).waitFor();
    }
    await page.locator('table').getByText('at least').first().waitFor();
    await page.getByRole('link', { name: '7 days' }).click();
    await page.getByRole('heading', { name: /in 7 days/ }).waitFor();
    expect(wrong).toEqual([]);
    await close();
  });

  it('leads from an id, a branch and a gate to what they name, and tells nothing twice', async () => {
    const { page, close } = await open(scene.dashboard.link);
    scene.world.fake.mailFrom('shop', {
      subject: 'Half of it',
      body: 'See obj-1, its branch fleet/obj-1, and gate 1; not src/login.ts.',
      type: 'status',
    });
    await scene.pass(1_000);
    await page.goto(new URL('/products/shop', page.url()).href);
    const letter = page.locator('.letter').filter({ hasText: 'its branch' });
    expect(await letter.locator('a').evaluateAll((all) => all.map((a) => a.getAttribute('href')))).toEqual([
      '/objectives/obj-1',
      '/objectives/obj-1',
      '/gates/1',
    ]);
    const told = await page.locator('.side .events li').allTextContents();
    expect(told.filter((each) => /obj-1 .*(done|complete)/.test(each))).toHaveLength(1);
    // what rests shows what was made last
    await page.goto(new URL('/products/support', page.url()).href);
    await page
      .locator('#made')
      .getByText('Explore the codebase and write down what you find: done.')
      .waitFor();
    await close();
  });
});
