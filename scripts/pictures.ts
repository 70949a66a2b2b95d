// `npm run docs -- pictures`: takes the README's pictures from a running trial, and those of docs/dashboard.md from scenes.
import { mkdir } from 'node:fs/promises';
import { chromium } from 'playwright-core';
import {
  busyScene,
  emptyScene,
  fiftyScene,
  oneScene,
  outageScene,
  workScene,
} from '../test/dashboard/scenes.ts';
import { startTrialProcess } from '../test/support/trial-process.ts';
import { chromiumPath, openWebChat } from '../test/support/webchat.ts';

await mkdir('docs/images/pages', { recursive: true });
const trial = await startTrialProcess();
const chat = await openWebChat(trial.link);
try {
  await chat.page.setViewportSize({ width: 1200, height: 860 });
  await chat.send('Run a scout on product-a to explore the codebase structure');
  await chat.waitForText(/obj-1/);
  await chat.send('Start work on both product-c and product-b');
  await chat.waitForText(/obj-3/);
  await chat.send("What's the status across all products?");
  await chat.waitForText(/slots used/);
  await chat.page.waitForTimeout(1_500);
  await chat.screenshot('docs/images/webchat.png');
} finally {
  await chat.close();
  await trial.interrupt();
  await trial.remove();
}

const browser = await chromium.launch({
  executablePath: chromiumPath ?? '',
  args: ['--no-sandbox', '--disable-gpu'],
});

/** What the link opens, as it is when everything has arrived. */
async function picture(
  link: string,
  path: string,
  file: string,
  options: { width: number; dark?: boolean },
): Promise<void> {
  const { width, dark } = options;
  const viewport = { width, height: width < 600 ? 860 : 1000 };
  const page = await browser.newPage({ viewport, colorScheme: dark ? 'dark' : 'light' });
  await page.goto(link);
  await page.locator('#connection[data-state=live]').waitFor();
  if (path !== '/') {
    await page.goto(new URL(path, link).href);
    await page.locator('#connection[data-state=live]').waitFor();
  }
  await page.screenshot({ path: `docs/images/${file}.png` });
  await page.close();
}

for (const [name, open, paths] of [
  ['busy', busyScene, { fleet: '/', product: '/products/shop', gate: '/gates/1' }],
  ['empty', emptyScene, { fleet: '/' }],
  ['one', oneScene, { fleet: '/' }],
  ['fifty', fiftyScene, { fleet: '/' }],
  ['outage', outageScene, { fleet: '/' }],
  ['work', workScene, { objective: '/objectives/obj-1' }],
] as const) {
  await using scene = await open();
  const { link } = scene.dashboard;
  for (const [page, path] of Object.entries(paths)) {
    const of = page === 'fleet' ? name : page;
    for (const width of [1600, 400]) await picture(link, path, `pages/${of}-${width}`, { width });
  }
  if (name !== 'busy') continue;
  await picture(link, '/', 'dashboard', { width: 1440 });
  await picture(link, '/', 'dashboard-dark', { width: 1440, dark: true });
}
await browser.close();
