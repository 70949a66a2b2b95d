// A review and failed checks on the dashboard, in a real Chromium: taken, sent back with words, left; each once, also from a
// page that has not heard of the answer yet.
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { type WaitingWork, workToReview, workWithFailedChecks } from '../support/work-gates.ts';
import { axeFindings, inChromium, type Open } from './browser.ts';
import { openScene } from './scenes.ts';

/** Its gate on a page, and on one that hears of nothing that happens later. */
async function waiting(open: Open, work: WaitingWork) {
  const scene = await openScene(work.registry, { deliverer: work.deliverer });
  await work.until(scene.world);
  const { page, wrong, close } = await open(scene.dashboard.link);
  const at = new URL('/gates/1', page.url()).href;
  const stale = await page.context().newPage();
  await stale.route('**/live', (route) => route.abort());
  await stale.goto(at);
  await page.goto(at);
  await page.locator('#connection[data-state=live]').waitFor();
  return {
    ...{ page, stale, wrong, work },
    gate: () => scene.world.fleet.gates.get(1),
    objectives: () => scene.world.fleet.commands.objectives(20, null).map(({ id }) => id),
    textOf: (id: string) => scene.world.journal.objective(id)?.text ?? '',
    said: (kind: 'work.accepted' | 'work.sent-back') => scene.world.journal.eventsOf('obj-1', kind).length,
    pass: scene.pass,
    async [Symbol.asyncDispose]() {
      await close();
      await scene.end();
    },
  };
}

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();
const outcome = (page: Page) => page.locator('#outcome').textContent();
/** What the page that heard of nothing is told. */
async function refused(stale: Page, name: string): Promise<void> {
  await press(stale, name);
  await stale.getByText('Your answer was not taken').waitFor();
  expect(await stale.locator('main').textContent()).toContain('gate 1 was');
}

inChromium('work that waits for a word, in Chromium', (open) => {
  it('is taken, and delivered once', async () => {
    await using t = await waiting(open, workToReview());
    const text = await t.page.locator('main').textContent();
    expect(text).toContain('obj-1 on shop waits for your review');
    // It asks for a yes or a no.
    expect(await t.page.getByRole('button', { name: 'Answer', exact: true }).count()).toBe(0);
    expect(await axeFindings(t.page)).toEqual([]);
    await press(t.page, 'Approve');
    await t.page.locator('#outcome').waitFor();
    expect(await outcome(t.page)).toContain('operator (dashboard)');
    await t.pass(5_000);
    expect([t.work.delivered(), t.said('work.accepted')]).toEqual([['fleet/obj-1'], 1]);
    await t.stale.getByLabel('In your words').fill('no, blue');
    await refused(t.stale, 'Reject');
    await t.pass(5_000);
    expect([t.gate().state, t.work.delivered(), t.objectives()]).toEqual([
      'approved',
      ['fleet/obj-1'],
      ['obj-1'],
    ]);
  }, 60_000);

  it('is taken once where two pages approve', async () => {
    await using t = await waiting(open, workToReview());
    await press(t.page, 'Approve');
    await t.page.locator('#outcome').waitFor();
    // The same word again is the same answer, and no other.
    await press(t.stale, 'Approve');
    await t.stale.locator('#outcome').waitFor();
    expect(await t.stale.getByText('Your answer was not taken').count()).toBe(0);
    await t.pass(5_000);
    expect([t.work.delivered(), t.said('work.accepted')]).toEqual([['fleet/obj-1'], 1]);
  }, 60_000);

  it('is sent back with words, which are needed, and goes nowhere', async () => {
    await using t = await waiting(open, workToReview());
    await press(t.page, 'Reject');
    await t.page.getByText('Your answer was not taken').waitFor();
    expect([t.gate().state, t.objectives()]).toEqual(['open', ['obj-1']]);
    await t.page.getByLabel('In your words').fill('the button is still <b>blue</b>');
    await press(t.page, 'Reject');
    await t.page.locator('#outcome').getByText('the button is still <b>blue</b>').waitFor();
    await t.pass(5_000);
    expect([t.work.delivered(), t.objectives()]).toEqual([[], ['obj-2', 'obj-1']]);
    expect(t.textOf('obj-2')).toContain('the button is still <b>blue</b>');
    await refused(t.stale, 'Approve');
    await t.pass(5_000);
    expect([t.work.delivered(), t.said('work.sent-back')]).toEqual([[], 1]);
    expect(t.wrong).toEqual([]);
  }, 60_000);

  it('is sent back on its objective’s page, which answers the gate too', async () => {
    await using t = await waiting(open, workToReview());
    await t.page.goto(new URL('/objectives/obj-1', t.page.url()).href);
    await t.page.locator('#connection[data-state=live]').waitFor();
    await t.page.getByLabel('What is wrong with it').fill('the button is still blue');
    await press(t.page, 'Send back');
    await t.page.locator('#judge').getByText('takes it up').waitFor();
    expect(t.gate()).toMatchObject({ state: 'rejected', resolution: { via: 'dashboard' } });
    await refused(t.stale, 'Approve');
    expect(t.objectives()).toEqual(['obj-2', 'obj-1']);
  }, 60_000);

  it('of failed checks is sent back once, with what CI says and the words that are added', async () => {
    await using t = await waiting(open, workWithFailedChecks());
    expect(await t.page.locator('main').textContent()).toContain('failed: lint');
    expect(await t.page.getByRole('button', { name: 'Answer', exact: true }).count()).toBe(0);
    await t.page.getByLabel('In your words').fill('mend the lint first');
    await press(t.page, 'Approve');
    await t.page.locator('#outcome').getByText('mend the lint first').waitFor();
    expect(t.textOf('obj-2')).toMatch(/mend the lint first[\s\S]*> failed: lint/);
    await refused(t.stale, 'Approve');
    await t.pass(5_000);
    expect([t.objectives(), t.said('work.sent-back')]).toEqual([['obj-2', 'obj-1'], 1]);
  }, 60_000);

  it('of failed checks is left as it is, with why', async () => {
    await using t = await waiting(open, workWithFailedChecks());
    await t.page.getByLabel('In your words').fill('known to be flaky');
    await press(t.page, 'Reject');
    await t.page.locator('#outcome').getByText('known to be flaky').waitFor();
    await refused(t.stale, 'Approve');
    await t.pass(3_600_000);
    expect([t.gate().state, t.objectives(), t.said('work.sent-back')]).toEqual(['rejected', ['obj-1'], 0]);
    expect(t.wrong).toEqual([]);
  }, 60_000);
});
