// A blueprint over three products, end to end: the command line, fleetd, a real agent and ov-sim. One coordinator
// dies at its work; what needs it stops with the reason; a retry goes on to the end. The dashboard draws it.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createFleetClient } from '../../../src/client/client.ts';
import { runVerb } from '../../../src/verbs/index.ts';
import { until } from '../../simulator/ov.ts';
import { openRealFleet, type RealFleet } from '../../support/real-fleet.ts';
import { openSimOv, type SimOv } from '../../support/sim-ov.ts';

let sim: SimOv;
let fleet: RealFleet;
const folder = mkdtempSync(join(tmpdir(), 'blueprint-'));
const file = join(folder, 'launch.yaml');

beforeAll(async () => {
  sim = await openSimOv({ OV_SIM_SPEED: '2' });
  for (const name of ['alpha', 'beta', 'gamma']) await sim.lab.product(name);
  fleet = await openRealFleet({
    channel: sim.channel(),
    workspace: sim.folder,
    products: ['alpha', 'beta', 'gamma'],
    tuning: { sweepLiveMs: 500, stopGraceMs: 1_000, lookAgainMs: 200 },
    dashboard: true,
  });
}, 120_000);
afterAll(async () => {
  await fleet?.[Symbol.asyncDispose]();
  await sim?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

const say = async (...words: string[]) => {
  const { text, exitCode } = await runVerb(words, {
    client: createFleetClient({ socketPath: fleet.socket }),
    source: { via: 'cli', sender: 'ana', thread: null },
    surface: 'cli',
    now: Date.now,
    read: (path) => readFile(path, 'utf8'),
  });
  return { text, exitCode };
};
const states = () =>
  fleet.fleetd.fleet.blueprints.get('launch').steps.map(({ name, state }) => `${name} ${state}`);
const become = (wanted: string[]) =>
  until(states, (seen) => wanted.every((one) => seen.includes(one)), 90_000);

it('runs, stops at the step that fails, and goes on after a retry', { timeout: 240_000 }, async () => {
  writeFileSync(
    file,
    `blueprint: launch
steps:
  - {name: ship, product: alpha, objective: Ship auth}
  - {name: docs, product: beta, objective: Write the docs, needs: [ship]}
  - {name: announce, product: gamma, objective: Announce it, needs: [ship, docs]}
`,
  );
  const beta = join(sim.folder, 'beta');
  sim.faults(beta, [{ command: 'worker', kind: 'endless', times: 1 }]);
  const before = await say('diff', file);
  expect(before.text).toMatch(/ship\s+\+ add\s+new/);
  expect(fleet.fleetd.fleet.commands.objectives(10, null)).toEqual([]);
  expect((await say('apply', file)).exitCode).toBe(0);

  // At its work: one that dies before it is seen alive is only started again.
  await fleet.handedOver('beta', 'obj-2', 90_000);
  sim.faults(beta, [{ command: 'coordinator', kind: 'die', times: 1 }]);
  await become(['ship done', 'docs failed', 'announce queued']);
  const shown = await say('blueprints', 'launch');
  expect(shown.text).toMatch(/cannot start: it needs obj-2, which is failed/);
  const page = await dashboard('/blueprints/launch');
  expect(page).toContain('ship done; docs failed after ship; announce queued after ship and docs');
  expect(page).not.toMatch(/ style=|<script>|onload=/);

  expect((await say('apply', file)).text).toContain('Nothing changes');
  expect((await say('retry', 'launch')).exitCode).toBe(0);
  await become(['ship done', 'docs done', 'announce done']);
  // Each did its work once, and the one that failed did it again. A start may take more than one try on a busy machine.
  const ended = fleet.events('objective.ended').map(({ product, data }) => `${product} ${data.end}`);
  expect(ended).toEqual(['alpha done', 'beta failed', 'beta done', 'gamma done']);
  expect((await say('history')).text).toMatch(/write, .* of work/);
});

async function dashboard(path: string): Promise<string> {
  const link = new URL(fleet.fleetd.dashboard?.link ?? '');
  const token = decodeURIComponent(link.hash.slice('#token='.length));
  const login = await fetch(`${link.origin}/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', origin: link.origin },
    body: new URLSearchParams({ token }),
    redirect: 'manual',
  });
  const cookie = login.headers.get('set-cookie')?.split(';')[0] ?? '';
  const answer = await fetch(`${link.origin}${path}`, { headers: { cookie } });
  expect(answer.headers.get('content-security-policy')).toContain("style-src 'self'");
  return answer.text();
}
