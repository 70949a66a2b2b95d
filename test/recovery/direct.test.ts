// kill -9 of fleetd while one worker works without a coordinator: it lives on, is found by its name, and its work comes once.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { until } from '../simulator/ov.ts';
import { type Ground, ground } from './processes.ts';

let on: Ground;
beforeAll(async () => {
  on = await ground(['alpha'], { sim: {}, tuning: { sweepLiveMs: 500, sendDoubtMs: 5_000 } });
}, 60_000);
afterAll(() => on?.[Symbol.asyncDispose]());

const source = { via: 'cli', sender: 'tester', thread: null } as const;
/** In the order in which they come. */
const moments = ['Starting builder-', 'is at work on', 'Merging'];

it.each(moments)('killed at "%s"', { timeout: 120_000 }, async (moment) => {
  let up = await on.fleetd();
  const { id } = await up.client.start({ product: 'alpha', text: 'Add a file', direct: 'builder', source });
  for await (const { objective, text } of up.client.events({ last: 100 }))
    if (objective === id && text.includes(moment)) break;
  await up.end('SIGKILL');
  up = await on.fleetd();
  const { state, why, outcome } = await until(
    () => up.client.objective(id),
    (seen) => ['done', 'failed'].includes(seen.state),
    60_000,
  );
  expect({ state, why }).toMatchObject({ state: 'done', why: expect.stringContaining('is merged') });
  // Killed before `ov sling` was called it is started anew, once it is sure that nothing came.
  expect(outcome).toMatchObject({ merged: 1, workers: 1 });
  const made = execFileSync('git', ['ls-files', `ov-sim/builder-${id}-*`], {
    cwd: join(on.lab.folder, 'alpha'),
    encoding: 'utf8',
  });
  expect(made.trim().split('\n')).toHaveLength(1);
  await up.end('SIGTERM');
});
