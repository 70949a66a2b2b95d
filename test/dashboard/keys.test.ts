// Keys, the palette, how many questions wait, and what the browser tells of them.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { axeFindings, inChromium, type Opened } from './browser.ts';
import { busyScene, type Scene } from './scenes.ts';

inChromium('keys and questions on the dashboard', (open) => {
  let scene: Scene;
  let opened: Opened;
  let page: Page;
  beforeAll(async () => {
    scene = await busyScene();
    opened = await open(scene.dashboard.link);
    page = opened.page;
  });
  afterAll(async () => {
    await opened?.close();
    await scene?.[Symbol.asyncDispose]();
  });
  /** Of a page that was just opened: its scripts have run, so that a key is heard. */
  const ready = () => page.locator('#connection[data-state=live]').waitFor();
  /** The browser takes the focus out of a closed dialog with its next frame; until then a key goes to its input. */
  const closed = async () => {
    await page.locator('dialog[open]').waitFor({ state: 'detached' });
    await expect
      .poll(() => page.evaluate("document.activeElement?.closest('dialog, input, textarea') == null"))
      .toBe(true);
  };
  const focused = () => page.evaluate('document.activeElement.getAttribute("aria-label")');

  it('goes anywhere and does anything by its name', async () => {
    await page.keyboard.press('Control+k');
    const palette = page.getByRole('dialog', { name: 'Go to, or do' });
    await palette.getByRole('option', { name: 'Answer gate 1' }).waitFor();
    expect(await focused()).toBe('Go to, or do');
    await page.keyboard.type('pause shop');
    await expect.poll(() => palette.getByRole('option').allTextContents()).toEqual(['Pause shop']);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Pause shop' }).waitFor();
    await ready();
    await page.keyboard.press('Escape');
    await closed();
    await page.keyboard.press('/');
    await page.keyboard.type('obj');
    await expect.poll(() => palette.getByRole('option').count()).toBeGreaterThan(5);
    await page.keyboard.press('ArrowDown');
    expect(await palette.locator('[aria-selected=true]').getAttribute('id')).toBe('palette-1');
    await palette.getByRole('combobox').fill('nothing is called this');
    await expect.poll(() => palette.getByRole('option').count()).toBe(0);
    expect(await axeFindings(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await closed();
  });

  it('has keys, says which, and leaves them to whoever types', async () => {
    await page.keyboard.press('h');
    await page.waitForURL(/history/);
    await ready();
    await page.getByLabel('Words').focus();
    await page.keyboard.type('s/?f');
    expect(await page.getByLabel('Words').inputValue()).toBe('s/?f');
    await page.locator('h1').click();
    await page.keyboard.press('q');
    await page.waitForURL(/gates\/1/);
    await ready();
    await page.keyboard.press('?');
    const keys = page.getByRole('dialog', { name: 'Keys' });
    await keys.getByText('start an objective').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await keys.getByLabel('Keys without Ctrl').uncheck();
    await keys.getByRole('button', { name: 'Close' }).click();
    await closed();
    // the link of the bar and Ctrl-K go on; and what was closed can be opened again
    await page.keyboard.press('f');
    await page.evaluate('document.getElementById("keys").showModal()');
    await keys.getByRole('button', { name: 'Close' }).click();
    await closed();
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog', { name: 'Go to, or do' }).waitFor();
    expect(page.url()).toContain('/gates/1');
    await page.keyboard.press('Escape');
    await closed();
  });

  it('counts the questions in title, icon and bar, and tells of a new one while hidden', async () => {
    await page.goto(new URL('/history', page.url()).href);
    await page.locator('#connection[data-state=live]').waitFor();
    const icon = () => page.locator('link[rel=icon]').getAttribute('href');
    expect([await page.title(), await icon()]).toEqual(['(1) History', '/assets/icon.svg?n=1']);
    const drawn = await page.request.get(new URL('/assets/icon.svg?n=12', page.url()).href);
    expect([drawn.headers()['content-type'], await drawn.text()]).toEqual([
      'image/svg+xml',
      expect.stringContaining('>9+<'),
    ]);
    await page.evaluate(`
      window.told = [];
      window.Notification = class {
        static permission = 'default';
        static async requestPermission() { return (this.permission = 'granted'); }
        constructor(title, { body, tag }) { window.told.push({ title, body, tag }); }
      };
    `);
    const ask = async (subject: string) => {
      scene.world.fake.mailFrom('billing', { type: 'question', subject, body: '?' });
      await scene.pass(1_000);
      await page.locator('#asked', { hasText: subject }).waitFor({ state: 'attached' });
    };
    const hidden = (is: boolean) =>
      page.evaluate(`Object.defineProperty(document, 'hidden', { value: ${is}, configurable: true })`);
    const told = () => page.evaluate('window.told');
    // nothing without having been asked, nothing while it is looked at
    await hidden(true);
    await ask('Before it was wanted');
    await hidden(false);
    await page.getByRole('button', { name: 'Notify me' }).click();
    await page.locator('#notify[aria-pressed=true]').waitFor();
    await ask('While it is seen');
    expect(await told()).toEqual([]);
    await hidden(true);
    await ask('Keep the old names?');
    expect(await told()).toEqual([
      { title: 'Gate 4, billing', body: 'Keep the old names?', tag: 'fleet-gate-4' },
    ]);
    expect([await page.title(), await icon()]).toEqual(['(4) History', '/assets/icon.svg?n=4']);
    await page.locator('.asking').getByText('4 questions').waitFor();
    expect(opened.wrong).toEqual([]);
  });

  it('finds without script, too', async () => {
    const context = await page.context().browser()?.newContext({ javaScriptEnabled: false });
    await context?.addCookies(await page.context().cookies());
    const plain = await context?.newPage();
    await plain?.goto(new URL('/', page.url()).href);
    await plain?.getByRole('link', { name: 'Find' }).click();
    await plain?.getByLabel('Words of its name').fill('focus bill');
    await plain?.getByRole('button', { name: 'Find' }).click();
    expect(await plain?.locator('#places a').allTextContents()).toEqual(['Focus on billing']);
    await context?.close();
  });

  it('says times by the clock of the reader', async () => {
    const context = await page
      .context()
      .browser()
      ?.newContext({ timezoneId: 'Asia/Kolkata', locale: 'en-GB' });
    await context?.addCookies(await page.context().cookies());
    const there = await context?.newPage();
    await there?.goto(new URL('/history', page.url()).href);
    await there?.locator('#connection[data-state=live]').waitFor();
    const time = there?.locator('.facts time').first();
    const iso = (await time?.getAttribute('datetime')) ?? '';
    const said = new Date(iso).toLocaleTimeString('en-GB', { timeZone: 'Asia/Kolkata' });
    expect(await time?.getAttribute('title')).toContain(said);
    await context?.close();
  });
});
