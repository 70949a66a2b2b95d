// Bad input, as a human or a broken `ov` gives it: each gets a typed error with its mend, in chat and on the CLI,
// and nothing is lost or started twice.
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { maxObjectiveBytes } from '../../src/contract/limits.ts';
import type { ObjectiveView } from '../../src/contract/objectives.ts';
import { until } from '../simulator/ov.ts';
import { type ChaoticFleet, openChaoticFleet } from './chaotic-fleet.ts';

const names = ['plain', 'shell', 'chatty', 'garbled', 'hung', 'cut', 'long'];
let t: ChaoticFleet;
beforeAll(async () => {
  t = await openChaoticFleet(names);
}, 60_000);
afterAll(() => t?.[Symbol.asyncDispose](), 60_000);

const objectives = async () => (await t.client.objectives({ limit: 1000 })).length;
const productView = async (name: string) => {
  const { products } = await t.client.status({ product: name });
  const [only] = products;
  if (!only) throw new Error(`Expected ${name}`);
  return only;
};
/** A terminal wraps. */
const oneLine = (text: string) => text.replace(/\s+/g, ' ');
const started = (name: string) => t.fleet.events('session.running').filter((e) => e.product === name).length;

/** The same complaint on both surfaces, with a mend, and nothing accepted. */
async function refused(words: string[], line: string, code: string, exit: number, mend: RegExp) {
  const before = await objectives();
  const onCli = await t.cli(...words);
  expect(onCli).toMatchObject({ exit });
  expect(onCli.text).toContain(code);
  expect(onCli.text).toMatch(mend);
  expect(onCli.text.length).toBeLessThan(1_000);
  expect(onCli.text).not.toMatch(/\n\s+at /);
  const inChat = await t.chat(line);
  expect(inChat.error).toMatchObject({ code });
  expect(inChat.text).toContain(code);
  expect(inChat.text).toMatch(mend);
  expect(inChat.text.length).toBeLessThan(1_000);
  expect(await objectives()).toBe(before);
}

describe('what is asked', () => {
  it('an unknown product: the one that was meant is named', () =>
    refused(['start', 'plian', 'x'], 'start plian x', 'PRODUCT_UNKNOWN', 3, /Did you mean plain\?/));

  it('something that cannot be a product', () =>
    refused(['stop', '../../etc'], 'stop ../../etc', 'BAD_NAME', 2, /Products: plain, /));

  it('an unknown verb', () => refused(['strat', 'plain'], 'strat plain', 'VERB_UNKNOWN', 2, /fleet start/));

  it.each([
    ['nothing', []],
    ['quotes around nothing', ['']],
    ['blanks', [' \t  ']],
  ])('an empty objective: %s', (_what, words) =>
    refused(
      ['start', 'plain', ...words],
      `start plain ${words.map((w) => `"${w}"`)}`,
      'TEXT_EMPTY',
      2,
      /fleet start plain/,
    ),
  );

  it('an objective of control characters only', async () => {
    await refused(
      ['start', 'plain', '\u0003\u0004\u001b'],
      'start plain \u0003\u0004\u001b',
      'TEXT_EMPTY',
      2,
      /Say what/,
    );
  });

  it('an objective of 1 MB, before and in fleetd', async () => {
    const words = Array.from({ length: 10 }, () => 'x'.repeat(100_000));
    await refused(
      ['start', 'plain', ...words],
      `start plain ${words.join(' ')}`,
      'TEXT_TOO_LARGE',
      2,
      /into a file/,
    );
    const source = { via: 'webchat', sender: null } as const;
    for (const bytes of [maxObjectiveBytes + 1, 1_000_000, 3_000_000, 6_000_000, 60_000_000])
      await expect(
        t.client.start({ product: 'plain', text: 'x'.repeat(bytes), source }),
      ).rejects.toMatchObject({
        code: 'TEXT_TOO_LARGE',
        mend: expect.stringContaining('file'),
      });
    // as many characters as allowed, but more bytes
    await expect(
      t.client.start({ product: 'plain', text: 'ü'.repeat(maxObjectiveBytes / 2 + 1), source }),
    ).rejects.toMatchObject({ code: 'TEXT_TOO_LARGE' });
    expect(await objectives()).toBe(0);
  });
});

describe('what is in an objective', () => {
  const hostile = (canary: string) =>
    [
      `$(touch ${canary}) \`touch ${canary}\` ; touch ${canary} && touch ${canary} || touch ${canary} | tee ${canary} > ${canary}`,
      `' ; touch ${canary} ; ' " ; touch ${canary} ; " \\ !! * ? [a-z] {a,b} ~ # %s %n $HOME $PATH -- --help --json`,
      '../../etc/passwd <!-- --> <script>alert(1)</script> {{7*7}} ünï — 日本語 🦊;',
    ].join('\n');

  async function arrives(product: string, ask: (text: string) => Promise<string>) {
    const canary = join(t.root(product), `canary-${product}`);
    const text = hostile(canary);
    const id = await ask(text);
    expect((await t.client.objective(id)).text).toBe(text);
    expect(await t.fleet.reaches(id, 'done', 'failed')).toMatchObject({ state: 'done' });
    const dispatches = await t.sent(product);
    expect(dispatches.map((mail) => mail.subject)).toEqual([expect.stringMatching(`^\\[${id}\\.1\\] `)]);
    expect(dispatches[0]?.body).toContain(`## Objective\n${text}\n\n## `);
    expect(existsSync(canary)).toBe(false);
    expect(started(product)).toBe(1);
  }

  it('shell metacharacters arrive as they were typed, from the CLI and from chat', async () => {
    await Promise.all([
      arrives('shell', async (text) => {
        const { stdout, exit } = await t.cli('--json', 'start', 'shell', text);
        expect(exit).toBe(0);
        return (JSON.parse(stdout) as { data: ObjectiveView }).data.id;
      }),
      arrives('chatty', async (text) => {
        const { data, exitCode } = await t.chat(`start chatty ${text}`);
        expect(exitCode).toBe(0);
        return (data as ObjectiveView).id;
      }),
    ]);
  }, 60_000);

  it('control characters are taken out, and the largest objective arrives whole, in a file', async () => {
    const line = 'fix the login page. ';
    const text = `a\u0003b\u001b[31mc\u0000d\u0085e\r\nf ${line.repeat(Math.floor((maxObjectiveBytes - 100) / line.length))}end`;
    const clean = text
      .replace('\u0003', '')
      .replace('\u001b', '')
      .replace('\u0000', '')
      .replace('\u0085', '')
      .replace('\r', '');
    const { data } = await t.chat(`start long ${text}`);
    const { id } = data as ObjectiveView;
    const ended = await t.fleet.reaches(id, 'done', 'failed');
    expect([ended.state, ended.why, ended.text === clean]).toEqual(['done', expect.anything(), true]);
    const [mail] = await t.sent('long');
    const path = /The full text is in (\S+)\. /.exec(mail?.body ?? '')?.[1];
    expect(path).toBeDefined();
    const { text: seen, truncated } = await t.client.look('long', {
      kind: 'file',
      path: relative(t.root('long'), path ?? ''),
      maxBytes: 262_144,
    });
    expect({ truncated, whole: seen.trim() === clean }).toEqual({ truncated: false, whole: true });
  }, 60_000);
});

describe('an ov that misbehaves', () => {
  it('garbage: the product is in trouble, says so, and what waits for it is not lost', async () => {
    t.misbehave('garbled', [{ command: 'status', kind: 'garbage' }]);
    const { data } = await t.chat('start garbled do something');
    const { id } = data as ObjectiveView;
    const seen = await until(
      () => productView('garbled'),
      ({ error }) => error !== null,
    );
    expect(seen).toMatchObject({
      error: { code: 'OV_GARBAGE', product: 'garbled', mend: expect.stringMatching(/\w/) },
    });
    for (const text of [(await t.cli('status', 'garbled')).text, (await t.chat('status garbled')).text]) {
      expect(text).toContain('OV_GARBAGE');
      expect(oneLine(text)).toContain(seen.error?.mend);
    }
    // Its trouble is told at once; its start gives up a moment later, and says why.
    const waits = await until(
      () => t.client.objective(id),
      ({ why }) => why?.includes(seen.error?.mend ?? 'a mend') === true,
    );
    expect(waits.state).not.toBe('done');
    t.misbehave('garbled', []);
    expect(await t.fleet.reaches(id, 'done', 'failed')).toMatchObject({ state: 'done' });
    expect((await t.sent('garbled')).map((mail) => mail.subject)).toHaveLength(1);
  }, 60_000);

  it('hanging: the call ends with OV_TIMEOUT at its limit, and the others answer meanwhile', async () => {
    // Then slow: time to read what is said of it.
    t.misbehave('hung', [
      { command: 'status', kind: 'hang', times: 1 },
      { command: 'status', kind: 'slow', ms: 6_000 },
    ]);
    const { data } = await t.chat('start hung do something');
    const { id } = data as ObjectiveView;
    let slowest = 0;
    const seen = await until(
      async () => {
        const asked = Date.now();
        expect((await t.chat('look plain .')).text).toContain('index.js');
        slowest = Math.max(slowest, Date.now() - asked);
        return productView('hung');
      },
      ({ error }) => error !== null,
      40_000,
    );
    expect(slowest).toBeLessThan(5_000);
    expect(seen.error).toMatchObject({ code: 'OV_TIMEOUT', mend: expect.stringContaining('status') });
    const [onCli, inChat] = await Promise.all([t.cli('status', 'hung'), t.chat('status hung')]);
    t.misbehave('hung', []);
    for (const { text } of [onCli, inChat]) {
      expect(text).toContain('OV_TIMEOUT');
      expect(oneLine(text)).toContain(seen.error?.mend);
    }
    expect(await t.fleet.reaches(id, 'done', 'failed')).toMatchObject({ state: 'done' });
    expect(await t.sent('hung')).toHaveLength(1);
  }, 90_000);
});

describe('the runtime lost in mid-call', () => {
  it('says so, goes on when it is back, and starts nothing twice', async () => {
    t.settings('cut', { startMs: 3_000 });
    const { data } = await t.chat('start cut do something');
    const { id } = data as ObjectiveView;
    await until(
      () => t.fleet.events('action.intended').some((e) => e.product === 'cut'),
      (intended) => intended,
    );
    const pid = t.agentPid();
    process.kill(pid, 'SIGKILL');
    const lost = await until(
      () => t.client.status(),
      ({ runtime }) => runtime.state !== 'connected',
    );
    expect(lost.runtime.error).toMatchObject({
      code: 'RUNTIME_LOST',
      mend: expect.stringMatching(/opened again/),
    });
    expect(lost.products.every(({ state }) => state !== 'running')).toBe(true);
    expect(await t.fleet.reaches(id, 'done', 'failed')).toMatchObject({ state: 'done' });
    expect(t.agentPid()).not.toBe(pid);
    expect(started('cut')).toBe(1);
    expect(await t.sent('cut')).toHaveLength(1);
  }, 60_000);
});
