// The page of one objective in a real Chromium, while it is at work and when it is over.
import { expect, it } from 'vitest';
import { axeFindings, firstPaint, inChromium } from './browser.ts';
import { workScene } from './scenes.ts';

inChromium('the page of an objective in Chromium', (open) => {
  it('shows what was asked, decided, done and changed on the page of an objective, and paints 3,000 lines in time', async () => {
    await using scene = await workScene();
    const { page, wrong, close } = await open(scene.dashboard.link);
    const at = (path: string) => new URL(path, page.url()).href;
    await page.goto(at('/products/shop'));
    await page.locator(`#over-${scene.done}`).getByRole('link', { name: scene.done }).click();
    await page.locator('#connection[data-state=live]').waitFor();
    expect(new URL(page.url()).pathname).toBe(`/objectives/${scene.done}`);
    const text = await page.locator('main').textContent();
    for (const said of [
      'Ship the auth feature',
      'PLAN for auth',
      'Keep the flag.',
      'Login and reset are merged',
      'builder-1, worker_done',
      'Quality gates passed: 214 tests, 0 failed. <img src=x onerror=',
    ])
      expect(text).toContain(said);
    await page.getByText('builder-1 Count the total').waitFor();
    // first what was made, then how
    expect(text?.indexOf('What was made')).toBeLessThan(text?.indexOf('PLAN for auth') ?? 0);
    const file = (path: string) =>
      page.locator('.file').filter({ has: page.locator('.path', { hasText: path }) });
    expect(await file('src/cart.ts').locator('.code.old').count()).toBeGreaterThan(1_400);
    expect(await file('src/session.ts').textContent()).toContain('src/old-name.ts → src/session.ts');
    expect(await file('logo.png').textContent()).toContain('Not text.');
    expect(await file('words.txt').textContent()).toContain('Large, so it is folded.');
    expect(await page.content()).not.toContain('secret-value');
    // what workers wrote is text
    await file('login.md').getByText('<script>window.owned = 1</script>').waitFor();
    expect(await page.evaluate('window.owned')).toBeUndefined();
    // side by side; what is asked for by its path is not folded
    const [old, now] = await Promise.all(
      ['.old', '.new'].map((side) =>
        file('src/cart.ts').locator(`tr:not(.same) .code${side}`).first().boundingBox(),
      ),
    );
    expect(old?.y).toBe(now?.y);
    expect(now?.x).toBeGreaterThan(old?.x ?? Infinity);
    // once in view, its keywords have a colour of their own
    await file('src/cart.ts').locator('.hunk').first().scrollIntoViewIfNeeded();
    await expect
      .poll(
        () =>
          page.evaluate(
            `[...CSS.highlights.get('diff-keyword')].filter((range) => String(range.startContainer.data).slice(range.startOffset, range.endOffset) === 'export').length`,
          ),
        { timeout: 20_000 },
      )
      .toBeGreaterThan(10);
    await file('words.txt').getByRole('link').click();
    await page.getByText('word 5999').first().waitFor({ state: 'attached' });
    await page.goto(at(`/objectives/${scene.done}`));
    await page.locator('#connection[data-state=live]').waitFor();
    await page.evaluate(`document.querySelector('.file').dataset.mine = '1'`);
    // at work: what comes in shows by itself, and what is over stays where it is
    const detail = await page.context().newPage();
    await detail.goto(at(`/objectives/${scene.live}`));
    await detail.getByText('builder-3 Make it green').waitFor();
    await detail.locator('.tree').getByRole('link', { name: 'builder-3' }).waitFor();
    // opened while it waits, it follows too
    const { id: next } = scene.world.start('shop', 'Make it round');
    const waiting = await page.context().newPage();
    await waiting.goto(at(`/objectives/${next}`));
    await waiting.locator('#changes').getByText('Ask again when it is at work.').waitFor();
    scene.world.fake.mailFrom('shop', { subject: 'Run complete', body: 'It is green.', type: 'result' });
    await scene.pass(60_000);
    await scene.pass(60_000);
    await detail.getByText('It is green.').first().waitFor();
    await detail.locator('.over .state').getByText('done').waitFor();
    await detail.locator('#changes .file').getByText('src/button.ts').waitFor();
    expect(await page.evaluate(`document.querySelector('.file').dataset.mine`)).toBe('1');
    await waiting.locator('#changes').getByText('Nothing was changed yet.').waitFor();

    // Dark: every-page.test.ts, at night.
    for (const look of [{ width: 1280 }, { width: 400 }]) {
      const looking = await open(scene.dashboard.link, look);
      await looking.page.goto(at(`/objectives/${scene.done}`));
      expect(await looking.page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(
        look.width,
      );
      if (look.width !== 400) {
        expect(await axeFindings(looking.page)).toEqual([]);
      }
      await looking.close();
    }

    // a human's word on it, and what becomes of that
    await page.getByLabel('What is wrong with it').fill('the total is wrong');
    await page.getByRole('button', { name: 'Send back' }).click();
    await page.locator('#judge').getByText('takes it up').waitFor();
    await page.getByRole('button', { name: 'Revert' }).click();
    await page.getByText('This was not done').waitFor();

    const paint = await firstPaint(page, at(`/objectives/${scene.done}`));
    const smallest = await firstPaint(page, at('/assets/style.css'));
    console.log(
      `first paint of 3,000 changed lines: ${paint.toFixed(0)} ms; of a bare text beside it: ${smallest.toFixed(0)} ms`,
    );
    // A busy machine is slow at both.
    expect(paint).toBeLessThan(Math.max(400, smallest * 12));
    expect(wrong).toEqual([]);
    await close();
  }, 120_000);
});
