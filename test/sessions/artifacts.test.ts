// Files that a report names, the whole way: a simulated coordinator names them, the real agent reads them, fleetd keeps them
// beside its journal and hands them out. With what its workers reported.
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { open } from './misbehaving-fleet.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

it('are had by `fleet artifacts --save` when the session is over', async () => {
  const { mine, root } = await open('shop');
  const id = mine.start('shop', 'Ship it. ov-sim:artifacts');
  const { why, reports = [] } = await mine.reaches(id, 'done', 'failed');
  const made = readdirSync(join(root, 'ov-sim')).toSorted();
  expect(made.length).toBeGreaterThan(0);
  expect(why).toContain(`\`fleet artifacts ${id}\``);
  const folder = mkdtempSync(join(tmpdir(), 'fleet-saved-'));
  try {
    const env = { ...process.env, FLEET_SOCKET: mine.socket };
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [main, 'artifacts', id, '--save', folder],
      { env },
    );
    const saved = readdirSync(folder).toSorted();
    expect(saved.map((name) => name.replace(/^\d+-/, '')).toSorted()).toEqual(made);
    for (const name of saved) {
      expect(stdout).toContain(name);
      expect(readFileSync(join(folder, name))).toEqual(
        readFileSync(join(root, 'ov-sim', name.replace(/^\d+-/, ''))),
      );
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  expect(reports.map(({ type, text }) => `${type}: ${text}`)).toEqual(
    expect.arrayContaining(['worker_done: Done (simulated).', 'worker_done: All workers are done.']),
  );
});
