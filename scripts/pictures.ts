// `npm run pictures`: takes the README's pictures from a running trial.
import { mkdir } from 'node:fs/promises';
import { chromium } from 'playwright-core';
import { busyScene } from '../test/dashboard/scenes.ts';
import { startTrialProcess } from '../test/support/trial-process.ts';
import { chromiumPath, openWebChat } from '../test/support/webchat.ts';

await mkdir('docs/images', { recursive: true });
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

await using scene = await busyScene();
const browser = await chromium.launch({
  executablePath: chromiumPath ?? '',
  args: ['--no-sandbox', '--disable-gpu'],
});
for (const colorScheme of ['light', 'dark'] as const) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, colorScheme });
  await page.goto(scene.dashboard.link);
  await page.locator('#connection[data-state=live]').waitFor();
  await page.screenshot({ path: `docs/images/dashboard${colorScheme === 'dark' ? '-dark' : ''}.png` });
}
await browser.close();
