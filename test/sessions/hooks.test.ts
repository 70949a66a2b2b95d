// A hook of the human's that refuses what agents commit, in their own folder: its own words are what they can act on, so
// they stand in the question and in the result.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../simulator/ov.ts';
import { openRealFleet } from '../support/real-fleet.ts';
import { refusal, repositoryKinds } from '../support/repositories.ts';
import { openSimOv, type SimOv } from '../support/sim-ov.ts';

let sim: SimOv;
beforeAll(async () => {
  sim = await openSimOv({ OV_SIM_SPEED: '20', OV_SIM_WORKERS: '1' });
});
afterAll(() => sim?.[Symbol.asyncDispose]());

test.each([
  ['precommit', 'pre-commit'],
  ['commitmsg', 'commit-msg'],
  ['premerge', 'pre-merge-commit'],
])('%s', { timeout: 120_000 }, async (word, hook) => {
  const root = join(sim.folder, word);
  const beside = join(sim.folder, `.${word}`);
  mkdirSync(beside);
  await repositoryKinds.find((kind) => kind.word === word)?.make(root, beside);
  expect((await sim.lab.ov(root, ['init', '--json', '--name', word])).exit).toBe(0);
  await using fleet = await openRealFleet({
    channel: sim.channel(),
    workspace: sim.folder,
    products: [word],
    tuning: { sweepLiveMs: 300, lookAgainMs: 100, stopGraceMs: 500, startPacingMs: 0 },
  });
  const { commands, gates } = fleet.fleetd.fleet;
  const id = fleet.start(word, 'ship it');
  const [gate] = await until(
    () => gates.list(word, false),
    (open) => open.length > 0,
    60_000,
  );
  expect(gate?.text).toContain(refusal(hook));
  commands.stop(word, null, { via: 'cli', sender: 'tester', thread: null });
  await fleet.reaches(id, 'cancelled');
  expect(commands.requireObjective(id).result).toContain(refusal(hook));
});
