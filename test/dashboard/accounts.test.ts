// Accounts on their page: which is closed until when, how full their windows are, and that a human opens one.
import { expect, it } from 'vitest';
import { inChromium } from './browser.ts';
import { limitScene } from './limit-scene.ts';
import { inTerminal } from './terminal.ts';

inChromium('accounts on the dashboard', (open) => {
  it('shows each account with its windows and who waits, and opens one on a human’s word', async () => {
    await using scene = await limitScene();
    const { page, wrong, close } = await open(scene.dashboard.link);
    await page.getByRole('link', { name: 'Accounts', exact: true }).click();
    await page.getByRole('heading', { name: '3 accounts, 2 of them not open' }).waitFor();
    await page.locator('#connection[data-state=live]').waitFor();
    const shut = page.locator('#account-default');
    await shut.getByText('the limit of a session is reached, it opens in 1 h 59 min').waitFor();
    // the screen's words are shown as they are
    await shut.getByText('<b>and more</b>').waitFor();
    expect(await shut.getByRole('link').allTextContents()).toEqual(['shop', 'launch']);
    const held = page.locator('#account-team');
    await held.getByText('nothing starts from 90 % of a window on').waitFor();
    await held.getByText('93 % used').waitFor();
    await held.getByText('41 % used').waitFor();
    expect(await inTerminal(scene.socketPath, 'accounts')).toMatch(/default +closed/);
    await shut.getByRole('button', { name: 'Open it' }).click();
    await page.getByRole('button', { name: 'It is open' }).click();
    await page.locator('#note').getByText('default').waitFor();
    await shut.getByText('open', { exact: true }).waitFor();
    expect(await inTerminal(scene.socketPath, 'accounts')).toMatch(/default +open/);
    expect(scene.world.journal.eventsAfter(0, 1_000)).toContainEqual(
      expect.objectContaining({
        kind: 'account.opened',
        data: expect.objectContaining({ by: 'human', source: expect.objectContaining({ via: 'dashboard' }) }),
      }),
    );
    expect(wrong).toEqual([]);
    await close();
  });
});
