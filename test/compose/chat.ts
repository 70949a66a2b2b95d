// The main job as a human meets it: WebChat in a real Chromium, on the bundle. Before each question something
// that nobody could guess is put into the runtime; the answer must contain it.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ObjectiveView } from '../../src/contract/objectives.ts';
import type { FleetStatus } from '../../src/contract/status.ts';
import type { ComposeStack } from '../support/compose.ts';
import { openWebChat, type WebChat } from '../support/webchat.ts';

const minutes = 60_000;
const screenshots = 'test/results/screenshots';
const random = () => Math.random().toString(36).slice(2, 10);

/** @param shared.productsFile is the stack's products.yaml on this side, with one slot */
export function humanChats(shared: { stack: () => ComposeStack; productsFile: () => string }): void {
  let chat: WebChat;
  let questions = 0;

  const fleet = async <T>(...argv: string[]): Promise<T> =>
    JSON.parse(await shared.stack().exec('fleetd', ['fleet', ...argv, '--json'])).data as T;
  const status = () => fleet<FleetStatus>('status');
  const allIdle = () =>
    expect
      .poll(async () => (await status()).products.map((p) => p.state), {
        timeout: 2 * minutes,
        interval: 500,
      })
      .toEqual(['idle', 'idle', 'idle', 'idle']);
  /** A worker of a name that nobody could guess, working in a product until its turn ends. */
  async function putWorker(product: string, name: string): Promise<void> {
    await shared
      .stack()
      .compose(
        ...['exec', '--detach', '--workdir', `/workspace/${product}`, 'overstory-runtime'],
        ...['env', 'OV_SIM_SPEED=0.1', 'ov', 'sling', `task-${name}`, '--capability', 'scout'],
        ...['--name', name, '--skip-task-check', '--json'],
      );
    await expect
      .poll(async () => JSON.stringify(await status()), { timeout: minutes, interval: 300 })
      .toContain(name);
  }
  async function ask(question: string, ...answer: (string | RegExp)[]): Promise<void> {
    await chat.send(question);
    for (const part of answer) await chat.waitForText(part);
    questions += 1;
    await chat.screenshot(join(screenshots, `${questions}.png`));
  }

  beforeAll(async () => {
    await mkdir(screenshots, { recursive: true });
    const link = /http:\/\/localhost:\d+\/chat#token=\S+/.exec(
      await shared.stack().logs('openclaw-meta'),
    )?.[0];
    if (!link) throw new Error('Expected the link in the log of openclaw-meta, got none.');
    chat = await openWebChat(link);
  }, 3 * minutes);
  afterAll(() => chat?.close());

  test(
    'What products are you managing?',
    async () => {
      const secret = `serves ${random()} customers`;
      const file = shared.productsFile();
      const text = await readFile(file, 'utf8');
      // In place: a mount of one file shows the old content for ever when the file is replaced.
      await writeFile(file, text.replace(/(name: product-b\n(?:.*\n)*?\s+description: ).*/, `$1${secret}`));
      await expect
        .poll(async () => (await status()).products.map((p) => p.description), {
          timeout: minutes,
          interval: 500,
        })
        .toContain(secret);
      await ask('What products are you managing?', 'product-a', 'product-d', secret);
    },
    2 * minutes,
  );

  test(
    'Check the status of all products',
    async () => {
      const worker = `scout-${random()}`;
      await putWorker('product-d', worker);
      await ask('Check the status of all products', worker);
    },
    2 * minutes,
  );

  test(
    'Run a scout on product-a to explore the codebase structure',
    async () => {
      for (let n = Math.floor(Math.random() * 20); n >= 0; n--) {
        const { id } = await fleet<ObjectiveView>('start', 'product-c', 'to be cancelled');
        await fleet('cancel', id);
      }
      await allIdle();
      const over = await fleet<ObjectiveView[]>('history');
      const before = Math.max(...over.map(({ id }) => Number(id.slice('obj-'.length))));
      await ask('Run a scout on product-a to explore the codebase structure', 'is starting on product-a');
      const running = (await status()).products.find((p) => p.name === 'product-a')?.objective;
      expect(running?.id).toBeDefined();
      expect(running?.id).toBe(`obj-${before + 1}`);
      await chat.waitForText(new RegExp(`${running?.id}\\b`));
    },
    3 * minutes,
  );

  test(
    "What's the status of product-a now?",
    async () => {
      const worker = `scout-${random()}`;
      await putWorker('product-a', worker);
      await ask("What's the status of product-a now?", worker);
      await allIdle();
      const mail = await fleet<{ mail: { subject: string }[] }>('inbox', 'product-a');
      expect(mail.mail.map((m) => m.subject).join()).toMatch(/Run complete/);
    },
    3 * minutes,
  );

  test(
    'Start work on both product-a and product-c: with one slot the second waits and says why',
    async () => {
      await ask('Start work on both product-a and product-c', /waits for a slot: 1 of 1 in use/);
      const { queue, products } = await status();
      const [waiting] = queue;
      expect(waiting?.why).toMatch(/slot/);
      expect(products.filter((p) => p.state === 'running' || p.state === 'starting')).toHaveLength(1);
      await allIdle();
      expect((await fleet<ObjectiveView>('objective', waiting?.id ?? '')).state).toBe('done');
      expect(chat.external).toEqual([]);
      // An open WebChat shows each notice, and shows it once.
      const told = (await chat.shown('(notice')).flatMap(
        (text) => /\(notices? ([\d, ]+)\)/.exec(text)?.[1]?.split(', ') ?? [],
      );
      expect(told).not.toEqual([]);
      expect(told.toSorted()).toEqual([...new Set(told)].toSorted());
    },
    4 * minutes,
  );
}
