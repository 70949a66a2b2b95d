// WebChat in a real headless Chromium.
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';

/** Chromium's executable; null when this machine has none. */
export const chromiumPath =
  [process.env.CHROMIUM, '/usr/bin/chromium'].find((path) => path !== undefined && existsSync(path)) ?? null;

export interface WebChat {
  page: Page;
  /** URLs asked for that are not on this machine */
  external: string[];
  /** Sends one message; retries until the page takes it. */
  send(text: string): Promise<void>;
  /** Waits until the page shows `text`: one that was not on it before, nor in what was sent. */
  waitForText(text: string | RegExp, timeoutMs?: number): Promise<void>;
  /** Each place on the page where a human sees `text`, with what stands around it: not what only a screen reader is told. */
  shown(text: string): Promise<string[]>;
  screenshot(file: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * In the page. The innermost elements that hold the text and are not hidden, row by row from the first message
 * to the last: WebChat draws only the rows that are near what is scrolled to.
 */
const findShown = `async (text) => {
  const seen = (element) => {
    if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) return false;
    for (let at = element; at !== null && at !== document.body; at = at.parentElement) {
      const { width, height } = at.getBoundingClientRect();
      if (getComputedStyle(at).overflow !== 'visible' && (width <= 1 || height <= 1)) return false;
    }
    return true;
  };
  const holds = (element) => element.textContent.includes(text);
  const inRow = (row) =>
    [row, ...row.querySelectorAll(':not(script, style)')]
      .filter((element) => holds(element) && ![...element.children].some(holds) && seen(element))
      .map((element) => element.textContent);
  const thread = document.querySelector('.chat-thread');
  const found = new Map();
  const look = () => {
    for (const row of thread.querySelectorAll('.chat-virtual-row[data-virtual-row-key]'))
      found.set(row.dataset.virtualRowKey, inRow(row));
  };
  const drawn = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 60)));
  for (let top = 0; ; top += thread.clientHeight / 2) {
    thread.scrollTop = top;
    await drawn();
    look();
    if (top + thread.clientHeight >= thread.scrollHeight) break;
  }
  return [...found.values()].flat();
}`;

/** @param link as `Gateway.link`: WebChat with the token in the fragment */
export async function openWebChat(link: string): Promise<WebChat> {
  if (chromiumPath === null)
    throw new Error('Expected Chromium at /usr/bin/chromium or CHROMIUM, got neither');
  const profile = await mkdtemp(join(tmpdir(), 'webchat-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: chromiumPath,
    headless: true,
    viewport: { width: 1280, height: 900 },
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  const page = await context.newPage();
  const external: string[] = [];
  page.on('request', (request) => {
    const { protocol, hostname } = new URL(request.url());
    if (protocol.startsWith('http') && !['127.0.0.1', 'localhost'].includes(hostname))
      external.push(request.url());
  });
  const close = async () => {
    await context.close();
    await rm(profile, { recursive: true, force: true });
  };
  // The first textarea in the document is hidden.
  const composer = page.locator('textarea[aria-label="Chat composer"]');
  try {
    await page.goto(link, { waitUntil: 'domcontentloaded' });
    await composer.waitFor({ timeout: 60_000 });
  } catch (error) {
    await close();
    throw error;
  }

  let settled = false;
  return {
    page,
    external,
    async send(text) {
      // The composer shows before chat.startup settles, and an early Enter is swallowed without a sign.
      const deadline = Date.now() + 60_000;
      while (Date.now() < deadline) {
        await composer.fill(text);
        await composer.press('Enter');
        const taken = await page
          .waitForFunction(
            `document.querySelector('textarea[aria-label="Chat composer"]')?.value === ''`,
            undefined,
            // Once it has taken one, a slow answer is only slow: a second Enter would say the thing twice.
            { timeout: settled ? 60_000 : 3_000 },
          )
          .catch(() => null);
        if (taken) {
          settled = true;
          return;
        }
      }
      throw new Error(`Expected WebChat to take ${JSON.stringify(text)} within 60 s, it never did`);
    },
    async waitForText(text, timeoutMs = 60_000) {
      await page.getByText(text).last().waitFor({ timeout: timeoutMs });
    },
    shown: (text) => page.evaluate(`(${findShown})(${JSON.stringify(text)})`),
    async screenshot(file) {
      await page.screenshot({ path: file });
    },
    close,
  };
}
