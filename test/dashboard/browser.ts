// Chromium on a dashboard's pages, signed in by its link.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { chromiumPath } from '../support/webchat.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export interface Opened {
  page: Page;
  /** errors of its scripts, refusals of its policy, requests to elsewhere */
  wrong: string[];
  close(): Promise<void>;
}

export interface Look {
  /** px; 1600 */
  width?: number;
  dark?: boolean;
}

export type Open = (link: string, look?: Look) => Promise<Opened>;

/** Tests in one browser; skipped where there is none, which is a failure under CI. */
export function inChromium(name: string, tests: (open: Open) => void): void {
  describe.skipIf(chromiumPath === null && !process.env.CI)(name, () => {
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
    tests((link, look = {}) => open(browser, link, look));
  });
}

async function open(browser: Browser, link: string, look: Look): Promise<Opened> {
  const context = await browser.newContext({
    viewport: { width: look.width ?? 1600, height: 900 },
    colorScheme: look.dark ? 'dark' : 'light',
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
export async function firstPaint(page: Page, url: string): Promise<number> {
  const paints: number[] = [];
  for (let i = 0; i < 5; i++) {
    await page.goto(url);
    // evaluate, not waitForFunction: the page's policy forbids evaluating a string in it.
    const paint = `performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null`;
    await expect.poll(() => page.evaluate(paint), { timeout: 20_000 }).not.toBeNull();
    paints.push(Number(await page.evaluate(paint)));
  }
  return paints.toSorted((a, b) => a - b)[2] ?? Number.NaN;
}

export const reloaded = async (page: Page): Promise<boolean> =>
  (await page.evaluate('window.notReloaded')) !== true;

/** What axe finds, with the first place of each. */
export async function axeFindings(page: Page): Promise<{ id: string; impact: string; html: string }[]> {
  await page.evaluate(axe);
  const { violations } = (await page.evaluate('axe.run()')) as {
    violations: { id: string; impact: string; nodes: { html: string }[] }[];
  };
  return violations.map(({ id, impact, nodes }) => ({ id, impact, html: nodes[0]?.html ?? '' }));
}
