// Four products at work on a bundle while something breaks; afterwards the invariants are read from what is really
// there: the journal (from a backup, made by the CLI as a human makes it), the mail of every product, the processes.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import type { ObjectiveView } from '../../src/contract/objectives.ts';
import type { FleetStatus } from '../../src/contract/status.ts';
import { openJournal, systemClock } from '../../src/fleet/index.ts';
import { openDatabase } from '../../src/journal/database.ts';
import { createReplay } from '../simulation/replay.ts';
import { program } from '../simulation/simulate.ts';
import { services } from './compose.ts';
import type { FleetStack } from './shared-stack.ts';

export const minutes = 60_000;
export const names = ['product-a', 'product-b', 'product-c', 'product-d'] as const;

export interface Fault {
  name: string;
  strike(): Promise<unknown>;
  /** Nobody brings the containers back but their own restart policy; else `compose up` does, as a user after it. */
  byItself?: true;
}

export function fourProducts(stack: FleetStack) {
  const fleet = <T>(...argv: string[]) => stack.fleet<T>(...argv);
  const inRuntime = (script: string) => stack.exec('overstory-runtime', ['sh', '-c', script]);
  const objectives = (ids: string[]) => Promise.all(ids.map((id) => fleet<ObjectiveView>('objective', id)));
  const statesOf = async (ids: string[]) => (await objectives(ids)).map(({ state }) => state);
  const isOver = (state: string) => ['done', 'failed', 'cancelled'].includes(state);
  /** Outside a test `expect.poll` is refused. */
  const until = (what: () => Promise<void>, timeout: number) => vi.waitFor(what, { timeout, interval: 300 });

  /** Room for four sessions at once, slow enough that a fault meets work, and not its end. Call it in `beforeAll`. */
  async function prepare(): Promise<void> {
    const file = await readFile(stack.productsFile, 'utf8');
    await writeFile(
      stack.productsFile,
      // Room for four before anything is learned of what they take.
      file
        .replace(/max_concurrent_sessions: \d+/, 'max_concurrent_sessions: 4')
        .replace(/(max_memory_gb: )[\d.]+/, '$1512')
        .replace(/(max_cpu_percent: )[\d.]+/, '$1100')
        .replaceAll(/(resource_weight: )[\d.]+/g, '$1 0.1'),
    );
    const settings = '{"speed":0.3,"workers":1}';
    await inRuntime(
      names
        .map((n) => `mkdir -p ${n}/.overstory/sim && echo '${settings}' > ${n}/.overstory/sim/settings.json`)
        .join(' && '),
    );
    await until(async () => {
      const { slots } = (await fleet<FleetStatus>('status')).capacity;
      if (slots !== 4) throw new Error(`Expected 4 slots, got ${slots}`);
    }, minutes);
  }
  const restore = () => inRuntime(names.map((n) => `rm -f ${n}/.overstory/sim/settings.json`).join(' && '));

  /** Resolves when all three are healthy and the runtime is connected. */
  async function comeBack({ byItself }: Pick<Fault, 'byItself'>): Promise<void> {
    if (!byItself) await stack.compose('up', '--detach', '--no-build', '--wait', '--wait-timeout', '240');
    else
      await until(async () => {
        for (const service of services) {
          const { Status } = (await stack.inspect(service)).State.Health;
          if (Status !== 'healthy') throw new Error(`Expected ${service} healthy, got ${Status}`);
        }
      }, 4 * minutes);
    await until(async () => {
      const { state } = (await fleet<FleetStatus>('status')).runtime;
      if (state !== 'connected') throw new Error(`Expected a connected runtime, got ${state}`);
    }, 2 * minutes);
  }

  /** Starts one objective per product, strikes, and waits until all is healthy and over. */
  async function runThrough(faults: Fault[]): Promise<ObjectiveView[]> {
    const ids: string[] = [];
    const text = `Work through: ${faults.map((f) => f.name).join(', ')}`;
    for (const name of names) ids.push((await fleet<ObjectiveView>('start', name, text)).id);
    await expect
      .poll(() => statesOf(ids), { timeout: 2 * minutes, interval: 300 })
      .toEqual(names.map(() => 'running'));
    for (const fault of faults) {
      await fault.strike();
      await comeBack(fault);
    }
    await expect
      .poll(async () => (await statesOf(ids)).every(isOver), { timeout: 4 * minutes, interval: 500 })
      .toBe(true);
    return objectives(ids);
  }

  /** The invariants, on the real state. `oneSession`: objectives that no fault may have cost a second one. */
  async function checkWhatIsThere(oneSession: string[] = []): Promise<void> {
    const place = await mkdtemp(join(tmpdir(), 'fleet-kills-'));
    try {
      // By the CLI, as a human makes it: a copy that is complete in itself.
      const { file } = await fleet<{ file: string }>('backup');
      const copy = join(place, 'journal.db');
      await stack.compose('cp', `fleetd:${file}`, copy);
      const tables = openDatabase(copy);
      const journal = openJournal(copy, systemClock, tables);
      const replay = createReplay(program);
      try {
        replay.check(journal, tables);
        expect(journal.liveSessions()).toEqual([]);
        expect(journal.openActions()).toEqual([]);
        const rows = (sql: string) => tables.prepare(sql).all();
        const ends = `SELECT seq FROM events WHERE kind = 'objective.ended' AND json_extract(data, '$.end') <> 'cancelled'`;
        const notices = `(SELECT count(*) FROM notices WHERE cause = seq)`;
        expect(rows(`${ends} AND ${notices} <> 1`), 'ends that were not told once').toEqual([]);
        expect(
          rows(`SELECT product FROM sessions WHERE state <> 'ended' GROUP BY product HAVING count(*) > 1`),
        ).toEqual([]);
        for (const id of oneSession)
          expect(rows(`SELECT id FROM sessions WHERE objective = '${id}'`), `sessions of ${id}`).toHaveLength(
            1,
          );
        expect(rows(`SELECT id FROM objectives WHERE state IN ('starting', 'running')`)).toEqual([]);
      } finally {
        replay.close();
        journal.close();
      }
      for (const name of names) {
        const { messages } = JSON.parse(
          await inRuntime(`cd ${name} && ov mail list --from operator --json`),
        ) as {
          messages: { subject: string }[];
        };
        const sent = messages.flatMap(({ subject }) => /\[(obj-\d+\.\d+)\]/.exec(subject)?.[1] ?? []);
        expect(new Set(sent).size, `messages of ${name}: ${sent.join(' ')}`).toBe(sent.length);
      }
      await expect
        .poll(
          () =>
            inRuntime(
              'cat /proc/[0-9]*/cmdline 2>/dev/null | tr "\\0" " " | grep -oE "__(coordinator|worker|agent)[^ ]*" || true',
            ),
          {
            timeout: 30_000,
          },
        )
        .toBe('');
    } finally {
      await rm(place, { recursive: true, force: true });
    }
  }

  /** All are done, in the session that they had. */
  const outlived = async (faults: Fault[]) => {
    const ended = await runThrough(faults);
    expect(ended.map(({ state, why }) => (state === 'done' ? state : why))).toEqual(names.map(() => 'done'));
    await checkWhatIsThere(ended.map(({ id }) => id));
  };
  /** What died is said. */
  const survived = async (faults: Fault[]) => {
    for (const { state, why } of await runThrough(faults)) if (state !== 'done') expect(why).toMatch(/\w/);
    await checkWhatIsThere();
  };

  return { prepare, restore, comeBack, runThrough, checkWhatIsThere, outlived, survived, statesOf };
}
