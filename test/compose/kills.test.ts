// Real faults on the bundle, while four products run: `kill -9` of a process in its container, `docker kill` and
// `docker restart` of a container, a full state volume. Afterwards the invariants are read from what is really there:
// the journal, the mail of every product, the processes of the runtime.
//
// Not in the ordinary run: KILLS=some kills each process once, KILLS=all (`npm run test:kills`) each alone, and the
// containers.
// FLEET_ENGINE_RESTART: a command that restarts the engine which DOCKER_HOST names. Only for an engine of its own.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { FleetStatus, ObjectiveView } from '../../src/api/contract.ts';
import { openJournal, systemClock } from '../../src/fleet/index.ts';
import { createReplay } from '../simulation/replay.ts';
import { program } from '../simulation/simulate.ts';
import { composeAvailable, type Service } from '../support/compose.ts';
import { type SharedStack, sharedStack } from '../support/shared-stack.ts';

const minutes = 60_000;
const names = ['product-a', 'product-b', 'product-c', 'product-d'];
const all = process.env.KILLS === 'all';

type Fault = { name: string; strike(): Promise<unknown> };

describe.skipIf(!process.env.KILLS || !(await composeAvailable()))('while four products run', () => {
  let stack: SharedStack;
  const fleet = <T>(...argv: string[]) => stack.fleet<T>(...argv);
  const inRuntime = (script: string) => stack.exec('overstory-runtime', ['sh', '-c', script]);
  const objectives = (ids: string[]) => Promise.all(ids.map((id) => fleet<ObjectiveView>('objective', id)));
  const statesOf = async (ids: string[]) => (await objectives(ids)).map(({ state }) => state);
  const isOver = (state: string) => ['done', 'failed', 'cancelled'].includes(state);

  beforeAll(async () => {
    stack = await sharedStack();
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
    // Slow enough that a kill meets work, and not its end.
    await inRuntime(
      names
        .map(
          (n) =>
            `mkdir -p ${n}/.overstory/sim && echo '{"speed":0.3,"workers":1}' > ${n}/.overstory/sim/settings.json`,
        )
        .join(' && '),
    );
    // Outside a test `expect.poll` is refused.
    await vi.waitFor(
      async () => {
        const { slots } = (await fleet<FleetStatus>('status')).capacity;
        if (slots !== 4) throw new Error(`Expected 4 slots, got ${slots}`);
      },
      { timeout: minutes, interval: 300 },
    );
  }, 8 * minutes);
  afterAll(async () => {
    if (stack) await inRuntime(names.map((n) => `rm -f ${n}/.overstory/sim/settings.json`).join(' && '));
  }, minutes);

  /** Every process of a service whose command line matches gets SIGKILL; at least one must. */
  async function killProcess(service: Service, command: RegExp): Promise<void> {
    const script = `
      const fs = require('node:fs'); let found = 0;
      for (const pid of fs.readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name) && Number(name) > 1 && Number(name) !== process.pid)) {
        let line = ''; try { line = fs.readFileSync('/proc/' + pid + '/cmdline', 'utf8').replaceAll('\\0', ' '); } catch { /* it has ended since it was listed */ }
        if (${command}.test(line)) { found += 1; process.kill(Number(pid), 'SIGKILL'); }
      }
      console.log(found);`;
    // The container may go down with it, and this exec too.
    const found = await stack.exec(service, ['node', '-e', script]).catch(() => '1');
    expect(Number(found), `processes like ${command} in ${service}`).toBeGreaterThan(0);
  }
  const container = async (service: Service, ...command: string[]) =>
    execa('docker', [...command, (await stack.inspect(service)).Id]);
  const back = () => stack.compose('up', '--detach', '--no-build', '--wait', '--wait-timeout', '240');

  const killFleetd: Fault = {
    name: 'kill -9 of fleetd',
    strike: () => killProcess('fleetd', /^node \/opt\/fleet\/fleetd\.js/),
  };
  const killAgent: Fault = {
    name: 'kill -9 of the agent',
    strike: () => killProcess('overstory-runtime', /agent\.js/),
  };
  const killGateway: Fault = {
    name: 'kill -9 of the gateway',
    strike: () => killProcess('openclaw-meta', /gateway-main\.js/),
  };
  const killTmux: Fault = {
    name: 'kill -9 of the tmux server',
    strike: () => killProcess('overstory-runtime', /^tmux\b/),
  };
  const ofContainer = (service: Service): Fault[] => [
    { name: `docker kill of ${service}`, strike: () => container(service, 'kill') },
    { name: `docker restart of ${service}`, strike: () => container(service, 'restart', '--time', '3') },
  ];

  /** Starts one objective per product, strikes, and waits until all is healthy and over. */
  async function runThrough(faults: Fault[]): Promise<ObjectiveView[]> {
    const ids: string[] = [];
    for (const name of names)
      ids.push(
        (await fleet<ObjectiveView>('start', name, `Work through: ${faults.map((f) => f.name).join(', ')}`))
          .id,
      );
    await expect
      .poll(() => statesOf(ids), { timeout: 2 * minutes, interval: 300 })
      .toEqual(names.map(() => 'running'));
    for (const { strike } of faults) {
      await strike();
      await back();
      await expect
        .poll(async () => (await fleet<FleetStatus>('status').catch(() => null))?.runtime.state, {
          timeout: 2 * minutes,
          interval: 300,
        })
        .toBe('connected');
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
      const journal = openJournal(copy, systemClock);
      const replay = createReplay(program);
      try {
        replay.check(journal);
        expect(journal.liveSessions()).toEqual([]);
        expect(journal.openActions()).toEqual([]);
        const rows = (sql: string) => journal.database.prepare(sql).all();
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

  const outlived = async (faults: Fault[]) => {
    const ended = await runThrough(faults);
    expect(ended.map(({ state, why }) => (state === 'done' ? state : why))).toEqual(names.map(() => 'done'));
    await checkWhatIsThere(ended.map(({ id }) => id));
  };
  const survived = async (faults: Fault[]) => {
    for (const { state, why } of await runThrough(faults)) if (state !== 'done') expect(why).toMatch(/\w/);
    await checkWhatIsThere();
  };

  test.skipIf(all)(
    'kill -9 of the agent, of fleetd and of the gateway: no session ends, nothing is done twice',
    () => outlived([killAgent, killFleetd, killGateway]),
    8 * minutes,
  );
  test.skipIf(all)(
    'kill -9 of the tmux server: what died is said to have failed, and nothing of it is left',
    () => survived([killTmux]),
    6 * minutes,
  );

  describe.runIf(all)('each alone', () => {
    test.each([
      killAgent,
      killFleetd,
      killGateway,
      ...ofContainer('fleetd'),
      ...ofContainer('openclaw-meta'),
    ])('$name: no session ends, nothing is done twice', (fault) => outlived([fault]), 8 * minutes);
    test.each([killTmux, ...ofContainer('overstory-runtime')])(
      '$name: what died is said, and nothing of it is left',
      (fault) => survived([fault]),
      8 * minutes,
    );
    test.skipIf(!process.env.FLEET_ENGINE_RESTART)(
      'a restart of the engine',
      () =>
        survived([
          {
            name: 'a restart of the engine',
            strike: () => execa('sh', ['-c', process.env.FLEET_ENGINE_RESTART ?? '']),
          },
        ]),
      10 * minutes,
    );

    test(
      'a full state volume: what is new is refused in words, and goes on when there is space',
      async () => {
        const state = '/var/lib/fleetd';
        await stack.configure({ files: ['test/compose/small-state.yaml'] });
        await stack.exec('fleetd', ['sh', '-c', `head -c 1000000 /dev/zero > ${state}/filler`]);
        const accepted: string[] = [];
        let refusal = '';
        for (let i = 0; i < 200 && refusal === ''; i += 1)
          await fleet<ObjectiveView>('start', 'product-a', `${i} ${'x'.repeat(60_000)}`).then(
            ({ id }) => accepted.push(id),
            (error) => {
              refusal = String(error);
            },
          );
        expect(refusal).toContain('JOURNAL_UNUSABLE');
        const shown = await fleet<FleetStatus>('status');
        expect(shown.journal.error?.code).toBe('JOURNAL_UNUSABLE');
        expect(shown.products).toHaveLength(4);
        await stack.exec('fleetd', ['rm', `${state}/filler`]);
        await expect
          .poll(async () => (await fleet<FleetStatus>('status')).journal.error, {
            timeout: 2 * minutes,
            interval: 500,
          })
          .toBeNull();
        for (const id of accepted.slice(1)) await fleet('cancel', id);
        await expect
          .poll(() => statesOf(accepted.slice(0, 1)), { timeout: 3 * minutes, interval: 500 })
          .toEqual(['done']);
        expect((await fleet<ObjectiveView>('start', 'product-b', 'there is space again')).id).toBe(
          `obj-${accepted.length + 1}`,
        );
      },
      10 * minutes,
    );
  });
});
