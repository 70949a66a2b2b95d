// Usage limits: a limit seen closes its account; who waits is woken once after the reset; nothing is ended for it.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Product, Registry } from '../../src/registry/registry.ts';
import { product, registry, testFleet } from '../support/fleet.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const line = '─'.repeat(80);
const prompt = `${line}\n❯ \n${line}\n  ⏵⏵ bypass permissions on (shift+tab to cycle)\n`;
const idle = `❯ hello\n\n● Ready.\n\n${prompt}`;
const busy = `❯ hello\n\n✻ Thinking… (4s · ↓ 148 tokens · esc to interrupt)\n\n${prompt}`;
/** As Claude Code 2.1.112 shows it to a subscription without its menu. */
const limit = (text: string, said = 'hello') => `❯ ${said}\n  ⎿  ${text}\n\n${prompt}`;
const hit = "You've hit your session limit · resets 10:00am (UTC)";
const noCredit = 'Credit balance too low · Add funds: https://platform.claude.com/settings/billing';

const team: Registry['accounts'] = [
  { name: 'default', key: null, holdAtPercent: null },
  { name: 'team', key: { as: 'api-key', from: 'variable', name: 'TEAM' }, holdAtPercent: 90 },
];

/** alpha and beta on one account, gamma on another; the clock says 09:00 UTC. */
type World = Pick<Parameters<typeof testFleet>[0], 'file' | 'world'>;

async function ready(slots = 3, more: Partial<Product> = {}, world: World = {}) {
  const t = testFleet({
    // Looked at less often than the product does: hours pass here, and each look costs the test some milliseconds.
    tuning: { sweepLiveMs: 30_000, screenEveryMs: 15_000, accountProbeMs: 3 * minute },
    ...world,
    registry: {
      ...registry([product('alpha', more), product('beta', more), product('gamma', { account: 'team' })], {
        maxConcurrentSessions: slots,
        maxLiveSessions: 3,
      }),
      accounts: team,
    },
  });
  /** whom a nudge woke, in order, and what it makes of the screen */
  const woken: string[] = [];
  let after = (name: string): string => (name === '' ? '' : busy);
  t.fake.setFault(({ command, product: name }) => {
    if (command !== 'nudge') return null;
    woken.push(name);
    t.fake.product(name).lastActivityMs = t.clock.nowMs();
    t.fake.product(name).screen = after(name);
    return null;
  });
  await t.clock.settle();
  return Object.assign(t, {
    woken,
    nudgeShows(next: (name: string) => string) {
      after = next;
    },
    events: (kind: string) => t.journal.eventsAfter(0, 10_000).filter((event) => event.kind === kind),
    notices: () =>
      t.journal
        .eventsAfter(0, 10_000)
        .flatMap((event) => (event.kind === 'notice.posted' && event.data.kind === 'limit' ? event : [])),
    account: (name = 'default') => t.fleet.status(null).accounts?.find((one) => one.name === name),
    shows(name: string, screen: string) {
      t.fake.product(name).screen = screen;
    },
    closed: () => t.journal.accounts.closed(),
  });
}

async function limited(slots = 3, more: Partial<Product> = {}, world: World = {}) {
  const t = await ready(slots, more, world);
  for (const name of ['alpha', 'beta']) t.start(name, 'x');
  await t.clock.advance(minute);
  for (const name of ['alpha', 'beta']) {
    t.shows(name, limit(hit));
    t.fake.product(name).lastActivityMs = t.clock.nowMs();
  }
  await t.clock.advance(minute);
  return t;
}

describe('a usage limit on a screen', () => {
  it('closes its account until the reset, for everybody on it and nobody else, and is told once', async () => {
    const t = await limited();
    expect(t.account()).toMatchObject({
      state: 'closed',
      window: 'session',
      until: '2026-01-05T10:00:00.000Z',
      waiting: ['obj-1', 'obj-2'],
    });
    expect(t.events('account.closed')).toHaveLength(1);
    expect(t.notices()).toHaveLength(1);
    expect(t.notices()[0]).toMatchObject({
      product: null,
      text: expect.stringContaining('It opens at 2026-01-05 10:00 UTC'),
    });
    expect(t.fleet.status('alpha').products[0]).toMatchObject({ state: 'limited' });
    expect(t.fleet.status('alpha').products[0]?.objective?.condition).toMatch(
      /^waits for account default: the limit of a session is reached; it opens in about 58 min$/,
    );
    t.start('alpha', 'next');
    t.start('gamma', 'elsewhere');
    await t.clock.advance(minute);
    expect(t.fleet.commands.objective('obj-4').state).toBe('running');
    expect(t.fleet.foresight.why('obj-3').line).toMatch(
      /^obj-3 on alpha waits for account default: the limit of a session is reached; it opens in about 57 min/,
    );
    expect(t.fleet.foresight.plan({ with: {}, without: [], start: ['beta'] }).waits[0]?.line).toMatch(
      /account/,
    );
  });

  it('gives back the slots of who waits, and not their place among the live', async () => {
    const t = await limited(2);
    t.start('gamma', 'x');
    await t.clock.advance(minute);
    expect(t.fleet.commands.objective('obj-3').state).toBe('running');
    expect(t.fleet.status(null).capacity).toMatchObject({ slotsUsed: 1, liveSessions: 3 });
  });

  it('ends nobody: no silence, no hang, no restart counts while it stands', async () => {
    const restart = {
      policy: 'always' as const,
      max: 3,
      windowMs: hour,
      backoffMs: 1_000,
      activityTimeoutMs: 15 * minute,
    };
    const t = await limited(3, { restart });
    await t.clock.advance(50 * minute);
    expect(t.fake.product('alpha')).toMatchObject({ starts: 1, stops: 0 });
    expect(t.events('session.stopping')).toEqual([]);
    expect(t.events('product.trouble')).toEqual([]);
  });

  it('is believed when it has stood, not when it passes', async () => {
    const t = await ready();
    t.start('alpha', 'x');
    await t.clock.advance(minute);
    t.shows('alpha', limit(hit));
    t.fleet.loop.drive('alpha');
    await t.clock.advance(5 * second);
    t.shows('alpha', busy);
    await t.clock.advance(minute);
    expect(t.closed()).toEqual([]);
  });
});

describe('at the reset', () => {
  it('opens the account, wakes each coordinator once, paced, and the queue goes on', async () => {
    const t = await limited(2);
    t.start('alpha', 'next');
    await t.clock.advance(57 * minute);
    expect(t.woken).toEqual([]);
    await t.clock.advance(2 * minute);
    expect(t.woken.toSorted()).toEqual(['alpha', 'beta']);
    const times = t.events('session.woken').map(({ atMs }) => atMs);
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(250);
    await t.clock.advance(10 * minute);
    expect(t.woken).toHaveLength(2);
    expect(t.journal.accounts.limited()).toEqual([]);
    expect(t.notices()).toHaveLength(2);
    expect(t.account()).toMatchObject({ state: 'open', waiting: [] });
    t.fake.mailFrom('alpha', { subject: 'Run complete [obj-1]' });
    await t.clock.advance(minute);
    expect(t.fleet.commands.objective('obj-3').state).toBe('running');
  });

  it('takes what was left on the screen for no limit', async () => {
    const t = await limited();
    // what is typed goes nowhere, and no hook fires
    const before = t.clock.nowMs();
    t.nudgeShows((name) => {
      t.fake.product(name).lastActivityMs = before;
      return t.fake.product(name).screen;
    });
    await t.clock.advance(67 * minute);
    expect(t.woken).toHaveLength(2);
    expect(t.closed()).toEqual([]);
    t.nudgeShows(() => busy);
    await t.clock.advance(5 * minute);
    expect(t.woken).toHaveLength(4);
    expect(t.account()).toMatchObject({ state: 'open', waiting: [] });
  });

  it('knows a limit that comes again after waking', async () => {
    const t = await limited();
    t.nudgeShows(() => limit("You've hit your session limit · resets 10:30am (UTC)", 'hello again'));
    await t.clock.advance(60 * minute);
    expect(t.account()).toMatchObject({ state: 'closed', until: '2026-01-05T10:30:00.000Z' });
    expect(t.events('session.stopping')).toEqual([]);
    t.nudgeShows(() => busy);
    const before = t.woken.length;
    await t.clock.advance(30 * minute);
    expect(t.woken.length).toBe(before + 2);
    expect(t.account()).toMatchObject({ state: 'open', waiting: [] });
  });

  it('leaves alone who goes on by itself', async () => {
    const t = await limited();
    for (const name of ['alpha', 'beta'])
      t.shows(name, limit(`${hit}\n  Usage limit reached · set to continue automatically at 10am`));
    await t.clock.advance(55 * minute);
    for (const name of ['alpha', 'beta']) t.shows(name, busy);
    await t.clock.advance(10 * minute);
    expect(t.woken).toEqual([]);
    expect(t.account()).toMatchObject({ state: 'open', waiting: [] });
  });

  it('tells one to go on that said it would by itself, and did not', async () => {
    const t = await limited();
    for (const name of ['alpha', 'beta'])
      t.shows(name, limit(`${hit}\n\n● Usage limit reached · set to continue automatically at 10am`));
    await t.clock.advance(67 * minute);
    expect(t.woken).toEqual([]);
    await t.clock.advance(20 * minute);
    expect(t.woken.toSorted()).toEqual(['alpha', 'beta']);
    expect(t.account()).toMatchObject({ state: 'open', waiting: [] });
  });

  it.each([
    ['forward', 50 * minute],
    ['back', -40 * minute],
  ])('holds when the clock is set %s', async (_, byMs) => {
    const t = await limited();
    t.clock.jump(byMs);
    const leftMs = Date.parse('2026-01-05T10:00:00Z') - t.clock.nowMs();
    await t.clock.advance(leftMs - 2 * second);
    expect(t.woken).toEqual([]);
    await t.clock.advance(2 * minute);
    expect(t.woken).toHaveLength(2);
  });

  it.each([
    ['before', 30 * minute],
    ['after', 2 * hour],
  ])('holds over a restart of fleetd that is over %s it', async (_, downMs) => {
    const file = join(mkdtempSync(join(tmpdir(), 'fleet-accounts-')), 'journal.db');
    const t = await limited(3, {}, { file });
    t.crash();
    t.clock.jump(downMs);
    const woken = await ready(3, {}, { file, world: t });
    const leftMs = Math.max(0, Date.parse('2026-01-05T10:00:00Z') - t.clock.nowMs());
    await woken.clock.advance(leftMs + 2 * minute);
    expect(woken.woken.toSorted()).toEqual(['alpha', 'beta']);
    expect(woken.account()).toMatchObject({ state: 'open', waiting: [] });
    woken.crash();
  });
});

describe('a session whose first screen is a limit', () => {
  it('gets its objective after the reset, and not before', async () => {
    const t = await ready();
    t.shows('alpha', limit(hit));
    t.fake.product('alpha').lastActivityMs = t.clock.nowMs();
    t.start('alpha', 'x');
    await t.clock.advance(10 * minute);
    expect(t.account()).toMatchObject({ state: 'closed', waiting: ['obj-1'] });
    expect(t.fake.product('alpha').received).toEqual([]);
    await t.clock.advance(55 * minute);
    expect(t.fake.product('alpha').received).toHaveLength(1);
    expect(t.events('session.stopping')).toEqual([]);
  });
});

describe('a reset that nobody knows', () => {
  it('is one that is read as further ahead than any window reaches', async () => {
    const t = await ready();
    t.start('alpha', 'x');
    await t.clock.advance(minute);
    // The clock says January: it would be next December's.
    t.shows('alpha', limit("You've hit your weekly limit · resets Dec 28, 9am (UTC)"));
    await t.clock.advance(minute);
    expect(t.account()).toMatchObject({ state: 'closed', window: 'week', until: null });
    await t.clock.advance(5 * minute);
    expect(t.woken).toEqual(['alpha']);
  });

  it('is tried by one session, with backoff, until it works; then the others are woken', async () => {
    const t = await ready();
    for (const name of ['alpha', 'beta']) t.start(name, 'x');
    await t.clock.advance(minute);
    for (const name of ['alpha', 'beta']) t.shows(name, limit(noCredit));
    await t.clock.advance(minute);
    expect(t.account()).toMatchObject({ state: 'closed', window: 'credit', until: null });
    t.nudgeShows(() => limit(noCredit, 'hello again'));
    await t.clock.advance(24 * minute);
    // after 3 min, then after 6 and 12 more
    expect(t.events('account.tried')).toHaveLength(3);
    expect(t.woken).toHaveLength(3);
    expect(t.notices()).toHaveLength(1);
    t.nudgeShows(() => busy);
    await t.clock.advance(40 * minute);
    expect(t.account()).toMatchObject({ state: 'open', waiting: [] });
    expect(t.notices()).toHaveLength(2);
    expect(t.woken).toHaveLength(5);
  });

  it('ends when a human says so', async () => {
    const t = await ready();
    t.start('alpha', 'x');
    await t.clock.advance(minute);
    t.shows('alpha', limit(noCredit));
    await t.clock.advance(minute);
    expect(t.fleet.accounts.open('default', t.source)).toMatchObject({ changed: true });
    await t.clock.advance(2 * minute);
    expect(t.woken).toEqual(['alpha']);
    expect(t.account()).toMatchObject({ state: 'open', waiting: [] });
    expect(t.fleet.accounts.open('default', t.source)).toMatchObject({ changed: false });
    expect(() => t.fleet.accounts.open('nobody', t.source)).toThrow(
      expect.objectContaining({ code: 'ACCOUNT_UNKNOWN' }),
    );
  });

  it('is tried by the next start when nobody stands at it any more', async () => {
    const t = await ready();
    t.start('alpha', 'x');
    await t.clock.advance(minute);
    t.shows('alpha', limit(noCredit));
    await t.clock.advance(minute);
    t.fleet.commands.stop('alpha', null, t.source);
    t.shows('alpha', idle);
    t.start('beta', 'y');
    await t.clock.advance(minute);
    expect(t.fleet.commands.objective('obj-2').state).toBe('queued');
    await t.clock.advance(5 * minute);
    expect(t.fleet.commands.objective('obj-2').state).toBe('running');
  });
});

describe('a share of a window', () => {
  it('holds starts from hold_at_percent on, until that window is reset', async () => {
    const t = await ready();
    // Claude Code says it under its input; the window is over an hour from now.
    const share = (usedPercent: number) =>
      t.shows('gamma', `${idle}  You've used ${usedPercent}% of your session limit · resets 10:03am (UTC)\n`);
    t.start('gamma', 'x');
    await t.clock.advance(minute);
    share(89);
    await t.clock.advance(minute);
    expect(t.account('team')).toMatchObject({
      state: 'open',
      shares: [{ window: 'session', usedPercent: 89 }],
    });
    expect(t.fleet.commands.objective('obj-1').state).toBe('running');
    share(92);
    await t.clock.advance(minute);
    expect(t.events('account.share')).toHaveLength(2);
    t.fake.mailFrom('gamma', { subject: 'Run complete [obj-1]' });
    await t.clock.advance(minute);
    t.start('gamma', 'y');
    await t.clock.advance(minute);
    expect(t.fleet.commands.objective('obj-2').why).toMatch(
      /92 % of the limit of a session is used, and from 90 %/,
    );
    expect(t.account('team')).toMatchObject({ state: 'held' });
    await t.clock.advance(hour);
    expect(t.fleet.commands.objective('obj-2').state).toBe('running');
  });
});

describe("a usage limit that ended a worker's turn", () => {
  const builder = (t: Awaited<ReturnType<typeof ready>>, state: string) => ({
    name: 'builder-1',
    capability: 'builder',
    state,
    death: state === 'zombie' ? '' : null,
    spoke: state === 'zombie' ? true : null,
    taskId: 't',
    parent: 'lead-1',
    depth: 2,
    branch: 'b',
    worktree: 'builder-1',
    startedAt: new Date(t.clock.nowMs()).toISOString(),
    lastActivity: new Date(t.clock.nowMs()).toISOString(),
  });
  /** alpha's builder has ended at it; its coordinator's screen is this. */
  async function ended(screen: string, text = hit, state = 'zombie') {
    const t = await ready();
    for (const name of ['alpha', 'beta']) t.start(name, 'x');
    t.shows('alpha', screen);
    await t.clock.advance(minute);
    const alpha = t.fake.product('alpha');
    alpha.workers = [builder(t, state)];
    alpha.refusals = [{ agent: 'builder-1', atMs: t.clock.nowMs(), text }];
    alpha.lastActivityMs = t.clock.nowMs();
    await t.clock.advance(2 * minute);
    return t;
  }

  it('closes its account, and its idle coordinator is woken once after the reset', async () => {
    const t = await ended(idle);
    expect(t.account()).toMatchObject({
      state: 'closed',
      until: '2026-01-05T10:00:00.000Z',
      waiting: ['obj-1'],
    });
    expect(t.events('worker.limited')).toHaveLength(1);
    expect(t.events('account.closed')).toHaveLength(1);
    expect(t.events('worker.lost')[0]?.text).toContain(hit);
    expect(t.woken).toEqual([]);
    await t.clock.advance(hour);
    expect(t.account()?.state).toBe('open');
    expect(t.woken).toEqual(['alpha']);
    expect(t.events('account.closed')).toHaveLength(1);
  });

  it('wakes its idle coordinator once, too, where the end is seen only after the reset', async () => {
    const t = await ended(idle, hit, 'working');
    expect(t.account()).toMatchObject({ state: 'closed', waiting: [] });
    await t.clock.advance(hour);
    expect(t.account()?.state).toBe('open');
    expect(t.woken).toEqual([]);
    const alpha = t.fake.product('alpha');
    alpha.workers = [builder(t, 'zombie')];
    alpha.lastActivityMs = t.clock.nowMs();
    await t.clock.advance(10 * minute);
    expect(t.woken).toEqual(['alpha']);
    expect(t.events('account.closed')).toHaveLength(1);
  });

  it('leaves a coordinator that works alone', async () => {
    const t = await ended(busy);
    expect(t.account()).toMatchObject({ state: 'closed', waiting: [] });
    await t.clock.advance(2 * hour);
    expect(t.woken).toEqual([]);
  });

  it('closes nothing when it is over, when it is no limit, and when a human has opened the account since', async () => {
    expect((await ended(idle, "You've hit your limit · resets 9:01am (UTC)")).closed()).toEqual([]);
    expect((await ended(idle, 'API Error: 529 Overloaded')).closed()).toEqual([]);
    const t = await ended(idle);
    t.fleet.accounts.open('default', { via: 'cli', sender: 'me', thread: null });
    await t.clock.advance(10 * minute);
    expect(t.closed()).toEqual([]);
  });

  it('is tried again where nobody knows its reset', async () => {
    const t = await ended(idle, noCredit);
    expect(t.account()).toMatchObject({ state: 'closed', window: 'credit', until: null });
    await t.clock.advance(4 * minute);
    expect(t.woken).toEqual(['alpha']);
  });
});
