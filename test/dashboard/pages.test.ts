// The pages in a real Chromium: fleetd, fleet-agent and ov-sim are real; what changes shows without a reload.
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLab } from '../../bench/lab.ts';
import { createFleetClient } from '../../src/client/client.ts';
import { startDashboard } from '../../src/dashboard/index.ts';
import { openRealFleet } from '../support/real-fleet.ts';
import { openSimOv } from '../support/sim-ov.ts';
import { freePort } from '../support/trial-process.ts';
import { inChromium, reloaded } from './browser.ts';
import { busyScene, oneScene, type Scene } from './scenes.ts';

inChromium('the dashboard in Chromium', (open) => {
  it('shows an objective from queued to done, its workers and its history, without a reload', async () => {
    await using sim = await openSimOv({ OV_SIM_SPEED: '' });
    const root = await sim.lab.product('shop');
    // Slow until the page has shown it at work.
    sim.speed(root, 0.3);
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
    sim.speed(root, 8);
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
      // and says so for as long as it is there: what happens elsewhere does not take it away
      const drawn = await gate.evaluate('document.body.dataset.at');
      world.fake.mailFrom('shop', { subject: 'Nearly there', body: '…', type: 'status' });
      await scene.pass(1_000);
      await expect.poll(() => gate.evaluate('document.body.dataset.at')).not.toBe(drawn);
      expect(await gate.getByText('Your answer was not taken').isVisible()).toBe(true);
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
      const first = await lab.fleetd({ count: 1, stateDir, dashboard: at });
      const { page, close } = await open(`http://localhost:${at.port}/#token=${at.token}`);
      process.kill(first.pid, 'SIGKILL');
      await page.getByText(/Not connected\. As of .* old/).waitFor();
      const second = await lab.fleetd({ count: 1, stateDir, dashboard: at });
      await page.locator('#connection[data-state=live]').waitFor({ timeout: 30_000 });
      const [name] = lab.products.map((each) => each.name);
      await second.client.start({ product: name ?? '', text: 'Ship it', source: scene.world.source });
      await page.locator(`#product-${name}`).getByText('Ship it').waitFor({ timeout: 30_000 });
      expect(await reloaded(page)).toBe(false);
      await close();
      await second.close();
    }, 120_000);
  });
});
