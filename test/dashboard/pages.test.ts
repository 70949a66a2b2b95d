// The pages in a real Chromium: fleetd, fleet-agent and ov-sim are real; what changes shows without a reload.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pino } from 'pino';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLab } from '../../bench/lab.ts';
import { createFleetClient } from '../../src/client/client.ts';
import { startDashboard } from '../../src/dashboard/index.ts';
import { openRealFleet } from '../support/real-fleet.ts';
import { openSimOv } from '../support/sim-ov.ts';
import { freePort } from '../support/trial-process.ts';
import { chromiumPath } from '../support/webchat.ts';
import { busyScene, emptyScene, fiftyScene, oneScene, outageScene, type Scene, workScene } from './scenes.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

describe.skipIf(chromiumPath === null)('the dashboard in Chromium', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: chromiumPath ?? '',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-background-networking',
        '--disable-component-update',
      ],
    });
  });
  afterAll(() => browser?.close());

  /** Signed in by the link, with what went wrong in the page collected. */
  async function open(link: string, options: { width?: number; dark?: boolean } = {}) {
    const context = await browser.newContext({
      viewport: { width: options.width ?? 1600, height: 900 },
      colorScheme: options.dark ? 'dark' : 'light',
    });
    const page = await context.newPage();
    const wrong: string[] = [];
    page.on('pageerror', (error) => wrong.push(error.message));
    page.on('console', (said) => /Content Security Policy/i.test(said.text()) && wrong.push(said.text()));
    page.on('request', (asked) => !asked.url().startsWith(new URL(link).origin) && wrong.push(asked.url()));
    await page.goto(link);
    await page.locator('#connection[data-state=live]').waitFor();
    // gone after a reload
    await page.evaluate('window.notReloaded = true');
    return { page, wrong, close: () => context.close() };
  }
  /** ms, the median of five loads */
  const firstPaint = async (page: Page, url: string): Promise<number> => {
    const paints: number[] = [];
    for (let i = 0; i < 5; i++) {
      await page.goto(url);
      // evaluate, not waitForFunction: the page's policy forbids evaluating a string in it.
      const paint = `performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null`;
      await expect.poll(() => page.evaluate(paint), { timeout: 20_000 }).not.toBeNull();
      paints.push(Number(await page.evaluate(paint)));
    }
    return paints.toSorted((a, b) => a - b)[2] ?? Number.NaN;
  };
  const reloaded = async (page: Page) => (await page.evaluate('window.notReloaded')) !== true;

  it('shows an objective from queued to done, its workers and its history, without a reload', async () => {
    await using sim = await openSimOv();
    await sim.lab.product('shop');
    await using fleet = await openRealFleet({
      channel: sim.channel(),
      workspace: sim.folder,
      products: ['shop'],
      dashboard: true,
    });
    const { page, wrong, close } = await open(fleet.fleetd.dashboard?.link ?? '');
    expect(page.url()).not.toContain('token');
    const detail = await page.context().newPage();
    await detail.goto(new URL('/products/shop', page.url()).href);
    await detail.locator('#connection[data-state=live]').waitFor();
    await detail.evaluate('window.notReloaded = true');

    const row = page.locator('#product-shop');
    await row.getByText('idle').waitFor();
    const id = fleet.start('shop', 'Explore the codebase structure');
    await row.getByText('running').waitFor({ timeout: 60_000 });
    await row.getByText('Explore the codebase structure').waitFor();
    await detail.locator('.tree').getByText('coordinator').waitFor({ timeout: 60_000 });
    await detail.locator('.tree ul .node').first().waitFor({ timeout: 60_000 });
    await fleet.reaches(id, 'done');
    await row.getByText('idle').waitFor({ timeout: 60_000 });
    await detail.locator(`#over-${id}`).getByText('done').waitFor();
    await page.locator('.lane rect.done').waitFor({ state: 'attached' });
    expect([await reloaded(page), await reloaded(detail), wrong]).toEqual([false, false, []]);
    await close();
  }, 120_000);

  describe('on a fleet with a question', () => {
    let scene: Scene;
    beforeAll(async () => {
      scene = await busyScene();
    });
    afterAll(() => scene?.[Symbol.asyncDispose]());

    it('shows a gate when it is asked, takes the answer by keyboard, and shows it resolved elsewhere', async () => {
      const { page, wrong, close } = await open(scene.dashboard.link);
      const { world } = scene;
      world.fake.mailFrom('billing', {
        type: 'question',
        subject: 'Keep the old names?',
        body: 'As aliases.',
      });
      await scene.pass(1_000);
      const asked = world.fleet.gates.list('billing', false).at(-1);
      await page.locator(`#gate-${asked?.n}`).getByText('Keep the old names?').waitFor();
      expect(await page.title()).toBe('(2) Fleet');

      const gate = await page.context().newPage();
      await gate.goto(new URL(`/gates/${asked?.n}`, page.url()).href);
      await gate.locator('#connection[data-state=live]').waitFor();
      const words = gate.getByLabel('In your words');
      await words.focus();
      await gate.keyboard.type('Yes, for one');
      // something else happens while the human types: neither words nor focus are lost
      world.fake.mailFrom('shop', { subject: 'Half way', body: '…', type: 'status' });
      await scene.pass(1_000);
      await gate.keyboard.type(' release');
      expect(await words.inputValue()).toBe('Yes, for one release');
      await gate.keyboard.press('Tab');
      await gate.keyboard.press('Tab');
      expect(await gate.evaluate('document.activeElement.textContent')).toBe('Answer');
      await gate.keyboard.press('Enter');
      await gate.locator('#outcome').getByText('Yes, for one release').waitFor();
      expect(world.fleet.gates.get(asked?.n ?? 0)).toMatchObject({
        state: 'answered',
        resolution: { via: 'dashboard', text: 'Yes, for one release' },
      });
      await page.locator(`#gate-${asked?.n}`).waitFor({ state: 'detached' });

      await gate.goto(new URL('/gates/1', page.url()).href);
      await gate.locator('#connection[data-state=live]').waitFor();
      await gate.getByRole('button', { name: 'Reject' }).click();
      await gate.getByText('Your answer was not taken').waitFor();
      expect(world.fleet.gates.get(1).state).toBe('open');
      await gate.locator('#connection[data-state=live]').waitFor();
      world.fleet.gates.resolve(1, 'approved', '', { via: 'cli', sender: 'ada', thread: null }, 'operator');
      await gate.locator('#outcome').getByText('ada').waitFor();
      expect([await reloaded(page), wrong]).toEqual([false, []]);
      await close();
    });

    it('shows on the page of a product a question, mail in its thread and an answer, without a reload', async () => {
      const { page, wrong, close } = await open(scene.dashboard.link);
      const { world } = scene;
      await page.goto(new URL('/products/shop', page.url()).href);
      await page.locator('#connection[data-state=live]').waitFor();
      await page.evaluate('window.notReloaded = true');
      const dispatched = world.fake.product('shop').received.at(-1)?.id ?? null;
      await page.locator(`#thread-${dispatched} .foreign`).getByText('The login page is merged').waitFor();
      // a thread that the human folded stays folded when it grows
      await page.locator(`#thread-${dispatched} summary`).click();
      world.fake.mailFrom('shop', {
        type: 'question',
        subject: 'Cookie or token?',
        body: 'Both would do.',
      });
      world.fake.mailFrom('shop', {
        subject: 'Nearly',
        body: 'One test is red.',
        type: 'status',
        threadId: dispatched,
      });
      await scene.pass(1_000);
      const asked = world.fleet.gates.list('shop', false).at(-1)?.n ?? 0;
      await page.locator(`#gate-${asked}`).getByText('Cookie or token?').waitFor();
      await page
        .locator(`#thread-${dispatched}`)
        .getByText('One test is red.')
        .waitFor({ state: 'attached' });
      expect(await page.getByText('One test is red.').isVisible()).toBe(false);
      const question = page.locator('.thread').filter({ hasText: 'Cookie or token?' });
      await question.getByText(`gate ${asked}`).waitFor();
      world.fleet.gates.resolve(asked, 'answered', 'A cookie.', world.source, 'operator');
      await page.locator(`#gate-${asked}`).waitFor({ state: 'detached' });
      await question.locator('.ours').getByText('A cookie.').waitFor();
      // its timeline marks the question from asked to answered
      expect(await page.locator('#lane-shop .gate title').allTextContents()).toContain(
        `gate ${asked}, answered: Cookie or token?`,
      );
      expect([await reloaded(page), wrong]).toEqual([false, []]);
      await close();
    });

    it('says how old it is while fleetd is away, and goes on when it is back', async () => {
      await using restless = await oneScene();
      const { page, close } = await open(restless.dashboard.link);
      const { port } = restless.dashboard;
      await restless.dashboard.close();
      await page.getByText(/Not connected\. As of .* old/).waitFor();
      const back = await startDashboard({
        client: createFleetClient({ socketPath: restless.socketPath }),
        port,
        host: '127.0.0.1',
        token: restless.token,
        log: pino({ level: 'silent' }),
      });
      await page.locator('#connection[data-state=live]').waitFor({ timeout: 15_000 });
      expect(await reloaded(page)).toBe(false);
      // what is started now shows in a page that was open before
      await page.locator('.row').getByText('product-a').waitFor();
      restless.world.start('product-a', 'Ship it');
      await page.locator('#product-product-a').getByText('Ship it').waitFor();
      await close();
      await back.close();
    });

    it('goes on when the process of fleetd is killed and started again', async () => {
      await using lab = await openLab({ products: 1 });
      const at = { port: await freePort(), host: '127.0.0.1', token: 'a-token-of-the-operator' } as const;
      const stateDir = join(lab.folder, 'state');
      const first = await lab.fleetd(1, stateDir, at);
      const { page, close } = await open(`http://localhost:${at.port}/#token=${at.token}`);
      process.kill(first.pid, 'SIGKILL');
      await page.getByText(/Not connected\. As of .* old/).waitFor();
      const second = await lab.fleetd(1, stateDir, at);
      await page.locator('#connection[data-state=live]').waitFor({ timeout: 30_000 });
      const [name] = lab.products.map((each) => each.name);
      await second.client.start({ product: name ?? '', text: 'Ship it', source: scene.world.source });
      await page.locator(`#product-${name}`).getByText('Ship it').waitFor({ timeout: 30_000 });
      expect(await reloaded(page)).toBe(false);
      await close();
      await second.close();
    }, 120_000);

    it('has no serious finding of axe, and nothing wider than the screen', async () => {
      await using empty = await emptyScene();
      await using one = await oneScene();
      await using outage = await outageScene();
      const { world } = scene;
      const ship = { name: 'ship', product: 'shop', objective: 'Ship auth', acceptance: null, needs: [] };
      const tell = { ...ship, name: 'tell', product: 'launch', objective: 'Announce it', needs: ['ship'] };
      world.fleet.blueprints.apply({
        yaml: JSON.stringify({
          blueprint: 'release',
          steps: [ship, tell].map(({ acceptance: _none, ...step }) => step),
        }),
        source: world.source,
      });
      world.fleet.blueprints.draft({
        name: 'next',
        description: null,
        steps: [ship, tell],
        source: world.source,
      });
      for (const [link, paths] of [
        [
          scene.dashboard.link,
          [
            ...['/', '/products/shop', '/products/launch', '/gates/1', '/gates/2', '/nothing'],
            ...['/blueprints', '/blueprints/release', '/blueprints/draft-1', '/blueprints/nothing'],
          ],
        ],
        [empty.dashboard.link, ['/', '/blueprints']],
        [one.dashboard.link, ['/', '/products/product-a']],
        [outage.dashboard.link, ['/', '/products/launch']],
      ] as const)
        for (const look of [{ width: 1600 }, { width: 400 }, { width: 1600, dark: true }]) {
          const { page, close } = await open(link, look);
          for (const path of paths) {
            await page.goto(new URL(path, link).href);
            expect(await page.evaluate('document.documentElement.scrollWidth'), path).toBeLessThanOrEqual(
              look.width,
            );
            // what axe finds does not depend on the width
            if (look.width === 400) continue;
            await page.evaluate(axe);
            const { violations } = (await page.evaluate('axe.run()')) as {
              violations: { id: string; impact: string; nodes: { html: string }[] }[];
            };
            const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
            const where = `${path} ${JSON.stringify(look)}`;
            expect(
              serious.map(({ id, nodes }) => [id, nodes[0]?.html]),
              where,
            ).toEqual([]);
          }
          await close();
        }
    }, 120_000);
  });

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
    ])
      expect(text).toContain(said);
    await page.getByText('builder-1 Count the total').waitFor();
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
    await detail.locator('.tree').getByText('builder-3').waitFor();
    scene.world.fake.mailFrom('shop', { subject: 'Run complete', body: 'It is green.', type: 'result' });
    await scene.pass(60_000);
    await scene.pass(60_000);
    await detail.getByText('It is green.').first().waitFor();
    await detail.locator('.over .state').getByText('done').waitFor();
    await detail.locator('#changes .file').getByText('src/button.ts').waitFor();
    expect(await page.evaluate(`document.querySelector('.file').dataset.mine`)).toBe('1');

    for (const look of [{ width: 1280 }, { width: 400 }, { width: 1280, dark: true }]) {
      const looking = await open(scene.dashboard.link, look);
      await looking.page.goto(at(`/objectives/${scene.done}`));
      expect(await looking.page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(
        look.width,
      );
      if (look.width !== 400) {
        await looking.page.evaluate(axe);
        const { violations } = (await looking.page.evaluate('axe.run()')) as {
          violations: { id: string; nodes: { html: string }[] }[];
        };
        expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
      }
      await looking.close();
    }

    // a human's word on it, and what becomes of that
    await page.getByLabel('What is wrong with it').fill('the total is wrong');
    await page.getByRole('button', { name: 'Send back' }).click();
    await page.locator('#judge').getByText('takes it up').waitFor();
    await page.getByRole('button', { name: 'Revert' }).click();
    await page.getByText('Your word was not taken').waitFor();

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

  it('paints 50 products in time', async () => {
    await using scene = await fiftyScene();
    const { page, close } = await open(scene.dashboard.link);
    const fleet = await firstPaint(page, page.url());
    const smallest = await firstPaint(page, new URL('/assets/style.css', page.url()).href);
    console.log(
      `first paint at 50 products: ${fleet.toFixed(0)} ms; of a bare text beside it: ${smallest.toFixed(0)} ms`,
    );
    // The aim is 300 ms on a calm machine; what gates is the ratio, since a busy machine is slow at both.
    expect(fleet / smallest).toBeLessThan(12);
    await page.goto(new URL('/', page.url()).href);
    expect(await page.locator('.row, .chips li').count()).toBeGreaterThanOrEqual(50);
    await close();
  });

  it('sends nothing but keep-alives while nothing lives and nothing happens', async () => {
    await using scene = await oneScene();
    const { page, close } = await open(scene.dashboard.link);
    const cookie = (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join();
    const ends = new AbortController();
    const stream = await fetch(new URL('/live', page.url()), { headers: { cookie }, signal: ends.signal });
    let sent = '';
    const reading = (async () => {
      for await (const bytes of stream.body ?? []) sent += Buffer.from(bytes).toString();
    })().catch(() => {});
    let asked = 0;
    page.on('request', () => asked++);
    // longer than the keep-alive's 15 s, and than the tick of a live session
    await page.waitForTimeout(16_500);
    ends.abort();
    await reading;
    expect(asked).toBe(0);
    expect(sent).toMatch(/^event: change\ndata: *\n\n(: alive\n\n)+$/);
    await close();
  });
});
