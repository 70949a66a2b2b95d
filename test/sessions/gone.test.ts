// What a session stands on goes while it runs: it is named, a stop ends all of it without `ov`, and coming back heals.
import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { processesIn, until } from '../simulator/ov.ts';
import { openRealFleet } from '../support/real-fleet.ts';
import { openSimOv, type SimOv } from '../support/sim-ov.ts';

const by = { via: 'cli', sender: 'tester', thread: null } as const;

let sim: SimOv;
beforeAll(async () => {
  sim = await openSimOv();
});
afterAll(() => sim?.[Symbol.asyncDispose]());

test.each([
  ['config', 'stop', '.overstory/config.yaml', /^OV_NOT_INITIALISED$/],
  ['overstory', 'pause', '.overstory', /^OV_NOT_INITIALISED$/],
  // A worker that still writes makes an empty one of that name.
  ['folder', 'stop', '.', /^PRODUCT_(MISSING|EMPTY|NOT_GIT)$/],
])('%s: a %s ends it', { timeout: 300_000 }, async (name, how, path, code) => {
  const root = await sim.lab.product(name);
  sim.faults(root, [{ command: 'worker', kind: 'endless' }]);
  await using fleet = await openRealFleet({
    channel: sim.channel(),
    workspace: sim.folder,
    products: [name],
    tuning: { sweepLiveMs: 300, lookAgainMs: 100, stopGraceMs: 500, pauseWordMs: 500, startPacingMs: 0 },
  });
  const { commands, controls, status, loop } = fleet.fleetd.fleet;
  const id = fleet.start(name, 'ship it');
  const footprint = async () =>
    (await loop.context.runtime.footprint([{ name, root }])).products[0]?.processes ?? [];
  // The coordinator in its terminal, and a worker beside it.
  await until(footprint, (all) => all.length > 1);
  await until(
    () => status(null).products[0]?.workers.length,
    (count) => (count ?? 0) > 0,
  );

  const away = join(sim.folder, `.away-${name}`);
  renameSync(join(root, path), away);
  const seen = () => status(null).products[0];
  await until(seen, (product) => code.test(product?.error?.code ?? ''));
  if (how === 'stop') commands.stop(name, 'enough', by);
  else controls.pause(name, 'enough', by);
  await fleet.reaches(id, how === 'stop' ? 'cancelled' : 'queued');
  expect(loop.context.journal.liveSession(name)).toBeNull();
  expect(await footprint()).toEqual([]);
  // A look's own git is there for a moment.
  await until(
    () => [...processesIn(root), ...processesIn(away)],
    (all) => all.length === 0,
  );
  expect(await sim.tmux('list-sessions', '-F', '#{session_name}')).toBe('keeper');

  // Whoever still wrote there has made it anew.
  rmSync(join(root, path), { recursive: true, force: true });
  renameSync(away, join(root, path));
  await until(seen, (product) => product?.error === null);
  if (how === 'pause') controls.resume(name, by);
  const next = how === 'stop' ? fleet.start(name, 'ship it again') : id;
  await fleet.reaches(next, 'running');
  commands.stop(name, 'enough', by);
  await fleet.reaches(next, 'cancelled');
});
