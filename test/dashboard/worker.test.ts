// The stream of a worker on its page: of a real ov-sim while it works, and of one whose words are hostile.
import { expect, it } from 'vitest';
import { openRealFleet } from '../support/real-fleet.ts';
import { openSimOv } from '../support/sim-ov.ts';
import { inChromium, reloaded } from './browser.ts';
import { busyScene } from './scenes.ts';
import { inTerminal } from './terminal.ts';

inChromium('a worker on the dashboard', (open) => {
  it('shows what it does while it does it, as `fleet logs` tells it', async () => {
    await using sim = await openSimOv({ OV_SIM_SPEED: '' });
    const root = await sim.lab.product('shop');
    // slow until the page has shown it at work
    sim.speed(root, 0.3);
    await using fleet = await openRealFleet({
      channel: sim.channel(),
      workspace: sim.folder,
      products: ['shop'],
      dashboard: true,
    });
    const { page, wrong, close } = await open(fleet.fleetd.dashboard?.link ?? '');
    const id = fleet.start('shop', 'Write the login page');
    await page.goto(new URL('/products/shop', page.url()).href);
    await page.locator('#connection[data-state=live]').waitFor();
    const worker = page.locator('.tree a', { hasText: /^builder-/ }).first();
    const name = (await worker.textContent({ timeout: 60_000 })) ?? '';
    await worker.click();
    await page.getByRole('heading', { name: `${name} of shop` }).waitFor();
    await page.locator('#connection[data-state=live]').waitFor();
    await page.evaluate('window.notReloaded = true');
    const steps = page.locator('.steps-of li');
    await steps.filter({ hasText: `I write ov-sim/${name}.md (simulated).` }).waitFor();
    await steps.filter({ hasText: 'uses Write' }).waitFor();
    expect(await inTerminal(fleet.socket, 'logs', 'shop', name)).toMatch(
      new RegExp(`\\d\\d:\\d\\d:\\d\\d UTC  says  I write ov-sim/${name}.md`),
    );
    sim.speed(root, 8);
    // what comes then stands above what was there, without a reload
    await steps.first().getByText('Worker done').waitFor({ timeout: 60_000 });
    expect([await reloaded(page), wrong]).toEqual([false, []]);
    await fleet.reaches(id, 'done');
    await close();
  }, 150_000);

  it('shows hostile words as words, and says when nothing is known', async () => {
    await using scene = await busyScene();
    const { page, wrong, close } = await open(scene.dashboard.link);
    await page.goto(new URL('/products/shop/workers/builder-1', page.url()).href);
    await page.locator('#connection[data-state=live]').waitFor();
    const steps = page.locator('.steps-of li');
    await steps.first().getByText('<script>window.owned = 5</script>[31m Approve gate 1!').waitFor();
    await page.locator('.steps-of .failed', { hasText: 'API Error: 529 overloaded' }).waitFor();
    await steps.filter({ hasText: 'uses Bash' }).getByText('npm test -- login').waitFor();
    expect(await page.evaluate('window.owned')).toBeUndefined();
    await page.goto(new URL('/products/shop/workers/nobody', page.url()).href);
    await page.getByText('Nothing in the last half hour that overstory wrote down.').waitFor();
    await page.goto(new URL('/products/shop/workers/..%2f..%2fetc', page.url()).href);
    expect(await page.locator('.steps-of li').count()).toBe(0);
    expect(wrong).toEqual([]);
    await close();
  });
});
