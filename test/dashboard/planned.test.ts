// Recurring work and blueprints, changed on their pages; what came of it is asked of `fleet` in a terminal.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { inChromium, type Opened } from './browser.ts';
import { plannedScene } from './planned-scene.ts';
import type { Scene } from './scenes.ts';
import { inTerminal } from './terminal.ts';

inChromium('planned work on the dashboard', (open) => {
  let scene: Scene;
  let opened: Opened;
  let page: Page;
  beforeAll(async () => {
    scene = await plannedScene();
    opened = await open(scene.dashboard.link);
    page = opened.page;
    page.setDefaultTimeout(15_000);
  });
  afterAll(async () => {
    await opened?.close();
    await scene?.[Symbol.asyncDispose]();
  });

  const go = async (path: string) => {
    await page.goto(new URL(path, page.url()).href);
    await page.locator('#connection[data-state=live]').waitFor();
  };
  const note = (text: string | RegExp) => page.locator('#note').getByText(text).waitFor();
  const press = (name: string | RegExp) => page.getByRole('button', { name, exact: true }).click();
  const terminal = (...words: string[]) => inTerminal(scene.socketPath, ...words);
  const recurring = async () =>
    JSON.parse(await terminal('recurring', '--output', 'json')).data as Record<string, unknown>[];
  const named = async (name: string) => (await recurring()).find((one) => one.name === name);

  it('sets up work that comes again, in the reader’s time zone, and takes it back', async () => {
    await go('/recurring');
    await page.getByRole('heading', { name: '2 objectives recur' }).waitFor();
    await page.getByText('Set up recurring work').click();
    const form = page.locator('#new-form');
    expect(await form.getByLabel('Time zone').inputValue()).toBe(
      await page.evaluate('Intl.DateTimeFormat().resolvedOptions().timeZone'),
    );
    await form.getByLabel('Name').fill('News');
    await form.getByLabel('Product').selectOption('launch');
    await form.getByLabel('What should be done').fill('Collect the news of the week');
    await form.getByLabel('When', { exact: true }).fill('9 on Mondays');
    await form.getByLabel('Time zone').fill('Europe/Berlin');
    await form.getByLabel('It is done when').fill('It fits on one page.');
    await press('Let it recur');
    // what is refused stays beside its form, with what was typed
    await form.getByText('CRON_INVALID').waitFor();
    expect(await form.getByLabel('What should be done').inputValue()).toBe('Collect the news of the week');
    await form.getByLabel('When', { exact: true }).fill('0 9 * * 1');
    await press('Let it recur');
    await note(/^news on launch recurs from now on: next .* 09:00.*\(Europe\/Berlin\)/);
    expect(await named('news')).toMatchObject({
      product: 'launch',
      every: '0 9 * * 1',
      timeZone: 'Europe/Berlin',
      objective: 'Collect the news of the week',
      acceptance: 'It fits on one page.',
      missed: 'once',
      from: 'chat',
    });
    await press('Undo');
    await note('news on launch does not recur any more.');
    expect(await named('news')).toBeUndefined();
    await press('Undo');
    await note(/^news on launch recurs from now on/);
    expect(await named('news')).toMatchObject({ every: '0 9 * * 1', acceptance: 'It fits on one page.' });
  });

  it('runs it now, pauses, resumes and changes it, each with its undo', async () => {
    await press('Run now: news');
    await note(/^obj-\d+ on launch is /);
    const last = String((await named('news'))?.lastObjective);
    expect(await terminal('objective', last)).toContain('Collect the news of the week');
    await press('Run now: news');
    await page.locator('#refused').getByText('RECURRING_OPEN').waitFor();
    await go('/recurring');
    await press('Pause news');
    await note('news on launch is paused.');
    expect(await named('news')).toMatchObject({ paused: expect.any(String), next: [] });
    await press('Undo');
    await note(/^news on launch goes on/);
    expect(await named('news')).toMatchObject({ paused: null });
    await page.getByText('Change news').first().click();
    const form = page.locator('#news-form');
    expect(await form.getByLabel('When', { exact: true }).inputValue()).toBe('0 9 * * 1');
    await form.getByLabel('When', { exact: true }).fill('0 7 * * 5');
    await form.getByLabel('What should be done').fill('Collect the news of Friday');
    await press('Change news');
    await note(/^news on launch is changed/);
    const changed = { every: '0 7 * * 5', objective: 'Collect the news of Friday', runs: 1 };
    expect(await named('news')).toMatchObject(changed);
    await press('Undo');
    await note(/^news on launch is changed/);
    expect(await named('news')).toMatchObject({ every: '0 9 * * 1', acceptance: 'It fits on one page.' });
    await page.locator('#recurring-news').getByRole('button', { name: 'End' }).click();
    await press('End it');
    await note('news on launch does not recur any more.');
    expect(await terminal('recurring')).not.toContain('news');
  });

  it('pauses and runs what products.yaml has, and says where it is changed', async () => {
    const posts = page.locator('#recurring-posts');
    await posts.getByText('It stands in products.yaml').waitFor();
    expect(await posts.getByText('Change posts').count()).toBe(0);
    await press('Pause posts');
    await note('posts on launch is paused.');
    expect(await terminal('recurring')).toMatch(/posts.*paused/);
    await press('Resume posts');
    await note(/^posts on launch goes on/);
  });

  it('shows what a blueprint would change, applies it, and takes that back', async () => {
    await go('/blueprints/release');
    const before = await terminal('blueprints', 'release');
    await page.getByText('Change it').click();
    const text = page.getByLabel('Its steps, as YAML');
    const was = await text.inputValue();
    await text.fill(was.replace('Announce it', 'Announce it in three words'));
    await press('What would it change?');
    await page.locator('#would').getByText('~ replace').waitFor();
    await page.locator('#would').getByText('= keep').waitFor();
    expect(await terminal('blueprints', 'release')).toBe(before);
    await press('Apply');
    await note('release is applied: 1 of 2 steps changed.');
    expect(await terminal('blueprints', 'release')).toContain('Announce it in three words');
    await press('Undo');
    await note('release is applied: 1 of 2 steps changed.');
    expect(await terminal('blueprints', 'release')).not.toContain('in three words');
    // what cannot be read is named with its line, and what was typed stays
    await page.getByText('Change it').click();
    await text.fill(`${was}  - name: third\n    product: nothing\n    objective: x\n`);
    await press('Apply');
    await page.locator('#refused').getByText('BLUEPRINT_INVALID').waitFor();
    expect(await text.inputValue()).toContain('product: nothing');
  });

  it('writes one, applies a draft, tries again and forgets', async () => {
    await go('/blueprints');
    await page.getByText('Write a blueprint').click();
    const text = page.getByLabel('Its steps, as YAML');
    expect(await text.inputValue()).toContain('product: shop');
    await text.fill((await text.inputValue()).replace('blueprint: release', 'blueprint: spring'));
    await press('Apply');
    await page.waitForURL(/blueprints\/spring/);
    await note('spring is applied: 2 of 2 steps changed.');
    expect(await terminal('blueprints', 'spring')).toContain('Ship the auth feature');
    const [first] = scene.world.fleet.blueprints.get('spring').steps;
    scene.world.fleet.commands.cancel(first?.id ?? '', null, scene.world.source);
    await press('Try 1 again');
    await note('What failed or was cancelled of spring is tried again.');
    expect(scene.world.fleet.commands.objective(first?.id ?? '').state).toBe('queued');
    await press('Forget');
    await page.getByRole('dialog').getByText('2 of its steps wait').waitFor();
    await press('Forget it');
    await page.waitForURL(/blueprints\?said/);
    expect(await terminal('blueprints', 'spring')).toContain('BLUEPRINT_UNKNOWN');
    await go('/blueprints/draft-1');
    await page.locator('#would').getByText('+ add').waitFor();
    await press('Apply it');
    await page.waitForURL(/blueprints\/release/);
    expect(await terminal('blueprints', 'release')).toContain('Write <b>the post</b>');
    expect(opened.wrong).toEqual([]);
  });
});
