// A human takes what an objective made, sends it back or takes it back: the real loop and journal over a fake runtime whose
// repository is a real one.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Source } from '../../src/contract/source.ts';
import { codeOf, product, registry, testFleet } from '../support/fleet.ts';

const ada: Source = { via: 'webchat', sender: 'ada', thread: null };
let folder: string;
let t: ReturnType<typeof testFleet>;
const git = (...args: string[]): string =>
  execFileSync('git', ['-C', folder, '-c', 'user.name=agents', '-c', 'user.email=a@a', ...args], {
    stdio: ['ignore', 'pipe', 'ignore'],
    encoding: 'utf8',
  }).trim();
function commit(file: string, text: string, subject: string): string {
  writeFileSync(join(folder, file), text);
  git('add', '--all');
  git('commit', '-q', '-m', subject);
  return git('rev-parse', 'HEAD');
}
beforeEach(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'fleet-judged-')));
  git('init', '-q', '-b', 'main');
  commit('button.css', 'color: blue\n', 'Begin');
  t = testFleet({ registry: registry([product('shop'), product('strict', { gateSurface: 'dashboard' })]) });
  t.fake.product('shop').repository = folder;
  await t.clock.settle();
});
afterEach(async () => {
  await t.fleet.close();
  rmSync(folder, { recursive: true, force: true });
});

async function begun(asked: string): Promise<string> {
  const { id } = t.start('shop', asked);
  await t.until(() => t.journal.hasDispatched(t.journal.liveSession('shop')?.id ?? 0));
  return id;
}
/** An objective whose session commits this, and is done. */
async function made(file: string, text: string, asked = `Change ${file}`): Promise<string> {
  const id = await begun(asked);
  commit(file, text, `Do: ${asked}`);
  await finish();
  return id;
}
async function finish(): Promise<void> {
  t.fake.mailFrom('shop', { subject: 'Run complete', body: 'It is done, I think.' });
  await t.until(() => t.journal.liveSession('shop') === null);
}
const judged = (id: string) => t.fleet.commands.objective(id).judged;

describe('taken', () => {
  it('once it is done, and said twice it is said once', async () => {
    const id = await begun('Make it green');
    expect(await codeOf(() => t.fleet.judgement.accept(id, ada, 'gateway'))).toBe('WORK_NOT_DONE');
    await finish();
    t.fleet.judgement.accept(id, ada, 'gateway');
    t.fleet.judgement.accept(id, t.source, 'operator');
    expect(judged(id)).toMatchObject({ verdict: 'accepted', by: 'ada', next: null });
    expect(t.journal.eventsOf(id, 'work.accepted').length).toBe(1);
  });
});

describe('sent back', () => {
  it('to its session while that lives, in the human’s words', async () => {
    const id = await begun('Make it green');
    await t.fleet.judgement.rework(id, 'the button is still blue', ada, 'gateway');
    expect(t.fake.product('shop').received.at(-1)?.body).toContain('the button is still blue');
    expect(judged(id)).toMatchObject({
      verdict: 'sent-back',
      says: 'Its session was told.',
      next: null,
    });
    expect(t.fleet.commands.objectives(10, null).length).toBe(1);
  });

  it('as an objective that is handed what was asked, what was made and the words; once', async () => {
    const id = await made('button.css', 'color: blue;\n', 'Make it\ngreen');
    await t.fleet.judgement.rework(id, 'the button is still blue', ada, 'gateway');
    await t.fleet.judgement.rework(id, 'the button is still blue', ada, 'gateway');
    expect(judged(id)).toMatchObject({ verdict: 'sent-back', by: 'ada', next: 'obj-2' });
    expect(t.journal.eventsOf(id, 'work.sent-back').length).toBe(1);
    const next = t.journal.objective('obj-2');
    expect(next?.text).toMatch(
      /^The operator sends back the work of obj-1, in these words:\n\nthe button is still blue\n/,
    );
    expect(next?.text).toContain('> Make it\n> green');
    expect(next?.text).toMatch(/> 1 file, \+1 -1, 1 commit\n> button.css \+1 -1\n> others: Do: Make it/);
    expect(next?.text).toContain('> It is done, I think.');
    await t.until(
      () => t.fake.product('shop').received.at(-1)?.body.includes('the button is still blue') === true,
    );
    await finish();
    // and still: the same words are another round now
    await t.fleet.judgement.rework(id, 'the button is still blue', ada, 'gateway');
    expect(judged(id)).toMatchObject({ next: 'obj-3' });
  });
});

describe('taken back', () => {
  it('by one commit on top, once, also after a crash between the commit and its row', async () => {
    const id = await made('button.css', 'color: green\n');
    await made('other.css', 'x\n');
    t.fake.setFault(({ command }) => (command === 'revert' ? 'before' : null));
    expect(await codeOf(() => t.fleet.judgement.revert(id, ada, 'gateway'))).toBe('RUNTIME_LOST');
    expect(t.journal.openActions().map(({ kind, objective }) => [kind, objective])).toEqual([
      ['work.revert', id],
    ]);
    t.fake.setFault(() => null);
    await t.fleet.judgement.revert(id, ada, 'gateway');
    await t.fleet.judgement.revert(id, ada, 'gateway');
    expect(git('show', 'HEAD:button.css')).toBe('color: blue');
    expect(git('show', 'HEAD:other.css')).toBe('x');
    expect(git('rev-list', '--count', 'HEAD')).toBe('4');
    expect(judged(id)).toMatchObject({
      verdict: 'reverted',
      says: `The commit ${git('rev-parse', 'HEAD').slice(0, 12)} in the fleet's checkout takes it back.`,
    });
    expect(t.journal.openActions()).toEqual([]);
    expect(await codeOf(() => t.fleet.judgement.accept(id, ada, 'gateway'))).toBe('WORK_REVERTED');
  });

  it('not while something is at work, nor when later work builds on it: that one is named', async () => {
    const id = await made('button.css', 'color: green\n');
    const later = await made('button.css', 'color: darkgreen\n');
    const busy = await begun('Go on');
    expect(await codeOf(() => t.fleet.judgement.revert(id, ada, 'gateway'))).toBe('WORK_UNDER_WAY');
    t.fleet.commands.cancel(busy, null, t.source);
    await t.until(() => t.journal.liveSession('shop') === null);
    await expect(t.fleet.judgement.revert(id, ada, 'gateway')).rejects.toThrow(
      `later work on the same lines by ${later}: "button.css"`,
    );
    expect(git('show', 'HEAD:button.css')).toBe('color: darkgreen');
    expect(judged(id)).toBeUndefined();
  });
});

it('by a human only, by those who may answer gates, and where the product lets them', async () => {
  const id = await made('button.css', 'color: green\n');
  const every = (who: Source, surface: 'gateway' | 'operator', of = id) =>
    Promise.all([
      codeOf(() => t.fleet.judgement.accept(of, who, surface)),
      codeOf(() => t.fleet.judgement.rework(of, 'x', who, surface)),
      codeOf(() => t.fleet.judgement.revert(of, who, surface)),
    ]);
  const all = (code: string) => [code, code, code];
  expect(await every({ via: 'model', sender: 'main', thread: null }, 'gateway')).toEqual(all('HUMAN_ONLY'));
  expect(await every({ via: 'model', sender: 'main', thread: null }, 'operator')).toEqual(all('HUMAN_ONLY'));
  expect(await every({ via: 'api', sender: 'x', thread: null }, 'gateway')).toEqual(all('NOT_APPROVER'));
  const { id: strict } = t.start('strict', 'x');
  expect(await every(ada, 'gateway', strict)).toEqual(all('GATE_SURFACE'));
  t.setRegistry({ ...registry([product('shop'), product('strict')]), gateApprovers: ['slack:U1'] });
  expect(await every(ada, 'gateway')).toEqual(all('NOT_APPROVER'));
  expect(judged(id)).toBeUndefined();
});
