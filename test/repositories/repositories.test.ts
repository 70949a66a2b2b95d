// docs/repositories.md says of each kind of repository what the fleet says of it, and when. This makes each and looks:
// at its preparation, its doctor and the answer to its start. Its sessions, one that is stopped and one to its end, are
// run by `npm run test:night -- repositories`, because forty of them take minutes.
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { repositoryKinds } from '../support/repositories.ts';
import { openSimOv } from '../support/sim-ov.ts';
import { meet, openGround, type Row, unknown, withoutLfs } from './run.ts';

const file = 'docs/results/repositories.json';
const only = process.env.REPOSITORIES_ONLY?.split(',');
const record = process.env.REPOSITORIES_RECORD === '1';
const sessions = process.env.REPOSITORIES_SESSIONS === '1';
const same = (a: Row, b: Row) => a.kind === b.kind && a.checkout === b.checkout;

test('what is said of every kind of repository, and when', { timeout: 2_700_000 }, async () => {
  await using sim = await openSimOv({ OV_SIM_SPEED: '20', OV_SIM_WORKERS: '1' });
  using ground = openGround();
  const env = { HOME: ground.folder, PATH: withoutLfs(ground.folder, sim.env.PATH ?? '') };
  const kinds = repositoryKinds.filter(({ word }) => only === undefined || only.includes(word));
  const rows = await meet(kinds, {
    folder: ground.folder,
    env: { ...sim.env, ...env },
    channel: (more, before) => sim.channel({ ...more, ...env }, before),
    asks: { stopped: 'ship it', whole: 'ship it again' },
    writes: (objective) => `ov-sim/builder-${objective}-a.md`,
    patienceMs: 400_000,
    sessions,
  });
  const recorded: Row[] = JSON.parse(readFileSync(file, 'utf8'));
  if (record) {
    // A run of some, or without sessions, says nothing about the rest.
    const known = (row: Row): Row => {
      const before = recorded.find((one) => same(one, row));
      const given = Object.entries(row).filter(([, value]) => value !== unknown);
      return { ...row, ...before, ...Object.fromEntries(given) } as Row;
    };
    const others = recorded.filter((one) => !rows.some((row) => same(row, one)));
    const order = (row: Row) => repositoryKinds.findIndex(({ name }) => name === row.kind);
    const all = [...rows.map(known), ...others.filter((row) => order(row) >= 0)];
    all.sort((a, b) => order(a) - order(b) || (a.checkout < b.checkout ? 1 : -1));
    writeFileSync(file, `${JSON.stringify(all, null, 2)}\n`);
  }
  for (const row of rows) {
    const was = recorded.find((one) => same(one, row));
    const compared = Object.entries(row).filter(([, value]) => value !== unknown);
    if (!record) expect({ ...was, ...Object.fromEntries(compared) }).toEqual(was);
  }
  expect(rows.length).toBeGreaterThan(0);
});
