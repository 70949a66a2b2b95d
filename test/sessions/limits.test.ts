// A usage limit on one account, with a real agent over ov-sim: screens, accounts and status together. Nobody's session ends
// for it, nothing starts on the closed account, the other one works on, and who waits is woken once after the reset.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { processesIn, until } from '../simulator/ov.ts';
import { openRealFleet } from '../support/real-fleet.ts';
import { openSimOv, type SimOv } from '../support/sim-ov.ts';

let sim: SimOv;
beforeAll(async () => {
  sim = await openSimOv({ OV_SIM_SPEED: '2' });
});
afterAll(() => sim?.[Symbol.asyncDispose]());

const minuteMs = 60_000;
/** Far enough from the next whole minute to see the account closed before it opens. */
const soonMs = 40_000;

it('is waited for, each in its own way, while another account works', { timeout: 300_000 }, async () => {
  const forms = { menus: 'menu session', lines: 'line session', itself: 'automatic any' };
  const limited = Object.keys(forms);
  const roots = new Map<string, string>();
  for (const name of [...limited, 'later', 'team']) roots.set(name, await sim.lab.product(name));
  await using fleet = await openRealFleet({
    channel: sim.channel({ TEAM_KEY: 'made-up' }),
    workspace: sim.folder,
    products: [...roots.keys()],
    sections: 'accounts:\n  - name: team\n    variable: TEAM_KEY\n',
    extra: (name) => (name === 'team' ? 'account: team' : ''),
    tuning: {
      sweepLiveMs: 300,
      screenEveryMs: 200,
      screenConfirmMs: 500,
      accountTrialMs: 1_000,
      accountItselfMs: 5_000,
      startPacingMs: 100,
      stopGraceMs: 1_000,
      lookAgainMs: 100,
    },
    patienceMs: 200_000,
  });
  const account = () => fleet.fleetd.fleet.status(null).accounts?.find(({ name }) => name === 'default');
  const ids = new Map(limited.map((name) => [name, fleet.start(name, 'ship it')]));
  for (const [name, id] of ids) await fleet.handedOver(name, id);
  for (const [name, text] of Object.entries(forms))
    sim.faults(roots.get(name) ?? '', [
      { command: 'coordinator', kind: 'limit', text, ms: soonMs, times: 1 },
    ]);
  await until(account, (seen) => seen?.state === 'closed' && seen.waiting.length === limited.length, soonMs);
  const opensMs = Date.parse(account()?.until ?? '');
  expect(opensMs % minuteMs).toBe(0);

  const held = fleet.start('later', 'ship it too');
  expect(fleet.objective(held)).toMatchObject({
    state: 'queued',
    why: expect.stringMatching(/account default/),
  });
  const elsewhere = fleet.start('team', 'ship it elsewhere');
  for (const id of ids.values()) expect(fleet.objective(id).state).toBe('running');

  for (const id of [...ids.values(), held, elsewhere])
    expect(await fleet.reaches(id, 'done', 'failed')).toMatchObject({ state: 'done' });
  const times = (kind: string, name: string) =>
    fleet.events(kind).flatMap((event) => (event.product === name ? Date.parse(event.at) : []));
  for (const name of limited) expect(times('session.starting', name), name).toHaveLength(1);
  // The third goes on by itself: it may do so before anybody looks.
  const nudged = fleet.events('session.woken').filter(({ data }) => data.by === 'nudge');
  expect(nudged.map(({ product }) => product).toSorted()).toEqual(['lines', 'menus']);
  for (const { at } of nudged) expect(Date.parse(at)).toBeGreaterThanOrEqual(opensMs);
  for (const atMs of times('session.starting', 'later')) expect(atMs).toBeGreaterThanOrEqual(opensMs);
  expect(Math.max(...times('session.starting', 'team'))).toBeLessThan(opensMs);
  expect(fleet.events('account.closed')).toHaveLength(1);
  expect(account()).toMatchObject({ state: 'open', waiting: [] });
  for (const root of roots.values())
    await until(
      () => processesIn(root),
      (left) => left.length === 0,
    );
});
