// Files that a report names, on the page of their objective in a real Chromium: pictures and short texts are shown, everything
// else is a download, and none of it runs.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { axeFindings, inChromium } from './browser.ts';
import { workScene } from './scenes.ts';

inChromium('files of a report in Chromium', (open) => {
  it('are shown as what their bytes are, and run nothing', async () => {
    await using scene = await workScene();
    const { page, wrong, close } = await open(scene.dashboard.link);
    const at = (path: string) => new URL(path, page.url()).href;
    const path = `/objectives/${scene.done}`;
    await page.goto(at(path));
    await page.locator('#connection[data-state=live]').waitFor();
    const file = (n: number) => page.locator(`#artifact-${n}`);

    // the picture is there, in its own size on the way
    const picture = file(1).locator('img');
    await picture.scrollIntoViewIfNeeded();
    await expect
      .poll(() => page.evaluate(`document.querySelector('#artifact-1 img').naturalWidth`))
      .toBeGreaterThan(600);
    expect(await file(1).textContent()).toContain('shots/login.png PNG, ');
    // text is text, also where its name says otherwise
    await file(2).getByText('<script>window.owned = 1</script>').waitFor();
    await file(3).getByText('<script>window.owned = 2</script>').waitFor();
    await file(4).getByText('onload="window.owned = 3"').waitFor();
    expect(await page.locator('#artifacts svg, #artifacts script, #artifacts iframe').count()).toBe(0);
    // longer text and what is no picture are downloads only
    expect(await file(5).textContent()).toContain('Too long to be shown.');
    for (const n of [5, 6]) {
      expect(await file(n).locator('pre, img').count()).toBe(0);
      await file(n)
        .getByRole('link', { name: /^Download / })
        .waitFor();
    }
    // and what is not kept says why
    expect(await file(7).textContent()).toContain('there is no such file');
    expect(await file(8).textContent()).toContain('it lies outside the repository');
    expect(await file(9).textContent()).toContain('it may hold secrets');
    for (const n of [7, 8, 9]) expect(await file(n).getByRole('link').count()).toBe(0);
    expect(await page.evaluate('window.owned')).toBeUndefined();

    // what is asked for by its address
    const got = async (n: number) => {
      const reply = await page.request.get(at(`${path}/artifacts/${n}`));
      const { 'content-type': type, 'content-disposition': how, ...headers } = reply.headers();
      expect(headers['content-security-policy']).toMatch(/^sandbox; default-src 'none'/);
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['cache-control']).toBe('no-store');
      return { type, how, body: await reply.body() };
    };
    const png = await got(1);
    expect(png).toMatchObject({ type: 'image/png', how: 'inline; filename="1-login.png"' });
    expect(png.body.equals(readFileSync('docs/images/dashboard.png'))).toBe(true);
    for (const [n, name] of [
      [2, '2-login.md'],
      [3, '3-evil.html'],
      [4, '4-evil.png'],
      [6, '6-logo.png'],
    ] as const)
      expect(await got(n)).toMatchObject({
        type: 'application/octet-stream',
        how: `attachment; filename="${name}"`,
      });
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      file(3).getByRole('link', { name: 'Download shots/evil.html' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('3-evil.html');
    // opened by itself, a picture has no origin to speak of
    await page.goto(at(`${path}/artifacts/1`));
    expect(await page.evaluate('self.origin')).toBe('null');
    expect((await page.request.get(at(`${path}/artifacts/7`))).status()).toBe(404);
    expect((await page.request.get(at(`${path}/artifacts/x`))).status()).toBeGreaterThanOrEqual(400);
    const stranger = await fetch(at(`${path}/artifacts/1`));
    expect(stranger.status).toBe(401);

    for (const look of [{ width: 1280 }, { width: 400 }, { width: 1280, dark: true }]) {
      const looking = await open(scene.dashboard.link, look);
      await looking.page.goto(at(path));
      await looking.page.locator('#artifact-1 img').scrollIntoViewIfNeeded();
      expect(await looking.page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(
        look.width,
      );
      if (look.width !== 400) expect(await axeFindings(looking.page)).toEqual([]);
      await looking.close();
    }
    expect(wrong).toEqual([]);
    await close();
  }, 120_000);
});
