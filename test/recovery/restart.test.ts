// What is known outlives fleetd, and what is written down outlives its journal: real processes, the built command.
import { spawn } from 'node:child_process';
import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { execa } from 'execa';
import parsePrometheus from 'parse-prometheus-text-format';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FleetEvent } from '../../src/contract/events.ts';
import type { GateView } from '../../src/contract/gates.ts';
import type { ObjectiveView } from '../../src/contract/objectives.ts';
import type { FleetStatus } from '../../src/contract/status.ts';
import { openJournal, systemClock } from '../../src/fleet/index.ts';
import { until } from '../simulator/ov.ts';
import { type Ground, ground, type Running } from './processes.ts';

const names = ['alpha', 'beta', 'gamma'];

/** All that a human can see of what fleetd knows, ages apart. */
async function known({ asked }: Ground) {
  const { queue, products, overrides } = await asked<FleetStatus>('status');
  const objectives = await Promise.all(
    ['obj-1', 'obj-2', 'obj-3'].map((id) => asked<ObjectiveView>('objective', id)),
  );
  return {
    queue: queue.map(({ id }) => id),
    paused: products.map(({ name, paused }) => [name, paused]),
    overrides,
    // `paused 5 s ago`: how long is another thing at each look.
    objectives: objectives.map(({ id, state, text, why }) => ({
      id,
      state,
      text,
      why: why?.replace(/\d+ \w+ ago/, 'some time ago'),
    })),
    gates: await asked<GateView[]>('gates', '--all'),
    history: (await asked<ObjectiveView[]>('history')).map(({ id, state, why }) => ({ id, state, why })),
  };
}

describe('fleetd on a journal', { timeout: 180_000 }, () => {
  let on: Ground;
  let up: Running;
  let firstLog: Record<string, unknown>[] = [];
  const allLookedAt = () =>
    until(
      async () => (await up.client.status()).products,
      (products) => products.every(({ ageMs }) => ageMs !== null),
      60_000,
    );
  const follower = { seen: [] as FleetEvent[], stop: () => {} };

  beforeAll(async () => {
    on = await ground(names);
    up = await on.fleetd();
    const { argv, env } = on.fleet('events', '--follow', '--after', '0', '--json');
    const child = spawn(process.execPath, argv, { env, stdio: ['ignore', 'pipe', 'inherit'] });
    let rest = '';
    child.stdout.on('data', (chunk) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      follower.seen.push(...lines.map((line) => (JSON.parse(line) as { data: FleetEvent }).data));
    });
    follower.stop = () => void child.kill();

    // One runs, one is over, one is held by a pause; somebody asks; something was changed in chat.
    await on.asked('start', 'alpha', 'build it');
    await until(
      () => up.client.objective('obj-1'),
      ({ state }) => state === 'running',
      60_000,
    );
    await on.asked('pause', 'beta');
    await on.asked('start', 'beta', 'is held by the pause');
    await on.asked('start', 'beta', 'is not wanted any more');
    await on.asked('cancel', 'obj-3');
    await on.asked('priority', 'gamma', 'high');
    for (const [subject, asked] of [
      ['which one?', 1],
      ['and when?', 2],
    ] as const) {
      await on.lab.ov(join(on.lab.folder, 'gamma'), [
        ...['mail', 'send', '--from', 'lead-1', '--to', 'operator', '--type', 'question'],
        ...['--subject', subject, '--body', 'the first or the second'],
      ]);
      await until(
        () => up.client.gates(),
        (gates) => gates.length === asked,
        60_000,
      );
    }
  }, 180_000);
  afterAll(async () => {
    follower.stop();
    await on?.[Symbol.asyncDispose]();
  });

  it('kill -9: what runs, waits, is paused, is asked, was, and is still to be told is back', async () => {
    const before = await known(on);
    const [told, ...toTell] = await up.client.notices();
    await up.client.noticeSent(told?.n ?? 0);
    expect(toTell.map(({ text }) => text).join()).toContain('and when?');
    const itself = expect.objectContaining({ kind: 'recovered' });
    expect(before.queue).toEqual(['obj-2']);
    expect(before.history.map(({ id, state }) => [id, state])).toEqual([['obj-3', 'cancelled']]);
    await up.end('SIGKILL');
    firstLog = up.log();
    up = await on.fleetd();
    expect(await known(on)).toEqual(before);
    expect(await up.client.notices()).toEqual([...toTell, itself]);
    // Looked at again, it is still the session that it was.
    await allLookedAt();
    expect(await known(on)).toEqual(before);
    expect(await up.client.notices()).toEqual([...toTell, itself]);
    const starts = (await up.client.status()).products.filter(({ objective }) => objective !== null);
    expect(starts.map(({ name }) => name)).toEqual(['alpha']);
  });

  it('`fleet events --follow` goes on over the kill: nothing is lost, nothing comes twice', async () => {
    await on.asked('priority', 'gamma', 'low');
    const { lastSeq } = await up.client.backup();
    await until(
      () => follower.seen.at(-1)?.seq,
      (seq) => seq !== undefined && seq >= lastSeq,
    );
    expect(follower.seen.map(({ seq }) => seq)).toEqual(follower.seen.map((_, n) => n + 1));
    expect(follower.seen.filter(({ kind }) => kind === 'fleetd.started')).toHaveLength(2);
  });

  it('its log is a line of JSON per event, with its number, product, objective, session and action', () => {
    const lines = firstLog;
    const of = (kind: string) => lines.find((line) => line.kind === kind);
    expect(of('fleetd.started')).toMatchObject({
      level: 30,
      seq: 1,
      msg: expect.stringContaining('started'),
    });
    expect(of('objective.queued')).toMatchObject({ product: 'alpha', objective: 'obj-1' });
    expect(of('session.starting')).toMatchObject({ product: 'alpha', objective: 'obj-1', session: 1 });
    expect(of('action.intended')).toMatchObject({ product: 'alpha', action: 'start-1', session: 1 });
    expect(of('gate.opened')).toMatchObject({ product: 'gamma' });
    const numbers = lines.flatMap(({ seq }) => (typeof seq === 'number' ? [seq] : []));
    // A listener that records writes its event down first.
    expect(numbers.toSorted((a, b) => a - b)).toEqual(numbers.map((_, n) => n + 1));
  });

  it('`GET /v1/metrics` is read by a parser of Prometheus’ format, and says what is', async () => {
    const { stdout } = await execa('curl', [
      ...['--silent', '--fail', '--include', '--unix-socket', on.socket],
      'http://fleetd/v1/metrics',
    ]);
    const [head = '', text = ''] = stdout.split('\r\n\r\n');
    expect(head.toLowerCase()).toContain('content-type: text/plain');
    const families = new Map(parsePrometheus(text).map((one) => [one.name, one]));
    const value = (name: string, labels: Record<string, string> = {}) =>
      families
        .get(name)
        ?.metrics.find((m) => Object.entries(labels).every(([key, is]) => m.labels?.[key] === is))?.value;
    expect(value('fleet_objectives', { state: 'running' })).toBe('1');
    expect(value('fleet_objectives', { state: 'queued' })).toBe('1');
    expect(value('fleet_objectives', { state: 'cancelled' })).toBe('1');
    expect(value('fleet_sessions', { state: 'running' })).toBe('1');
    expect(value('fleet_slots', { which: 'all' })).toBe('4');
    expect(value('fleet_runtime_connected', { runtime: 'runtime' })).toBe('1');
    expect(value('fleet_journal_writable')).toBe('1');
    expect(value('fleet_actions_in_doubt')).toBe('0');
    for (const product of names)
      expect(Number(value('fleet_product_observation_age_seconds', { product }))).toBeLessThan(120);
    expect(families.get('fleet_events_total')?.type).toBe('COUNTER');
    expect(Number(value('process_resident_memory_bytes'))).toBeGreaterThan(1_000_000);
    for (const { name, help, type } of families.values()) expect([name, help, type]).not.toContain('');
  });

  it('a second fleetd on the same state is refused in words, and the first goes on', async () => {
    const second = await realFleetd(on);
    expect(second.exitCode).toBe(1);
    expect(second.fatal).toMatchObject({ level: 60, code: 'JOURNAL_LOCKED' });
    expect(String(second.fatal.msg)).toMatch(/the only fleetd on .*Stop the other fleetd/);
    expect((await on.asked<FleetStatus>('status')).products).toHaveLength(3);
  });

  it('`fleet backup`, restored as the docs say: what was known then is known again, and runs on', async () => {
    const before = await known(on);
    const { file } = await on.asked<{ file: string }>('backup');
    await on.asked('answer', '1', 'the second');
    await on.asked('cancel', 'obj-2');
    await on.asked('resume', 'beta');
    expect(await known(on)).not.toEqual(before);

    await up.end('SIGTERM');
    copyFileSync(file, on.journalFile);
    rmSync(`${on.journalFile}-wal`, { force: true });
    up = await on.fleetd();
    expect(await known(on)).toEqual(before);
    await allLookedAt();
    // The session that runs was adopted, not started again.
    const { json } = await on.lab.ov(join(on.lab.folder, 'alpha'), [
      ...['mail', 'list', '--from', 'operator', '--json'],
    ]);
    const sent = (json.messages as { subject: string }[]).filter(({ subject }) =>
      subject.includes('[obj-1.'),
    );
    expect(sent.length).toBeLessThan(2);
    expect((await on.asked<ObjectiveView>('objective', 'obj-1')).state).toBe('running');
    await up.end('SIGTERM');
    const journal = openJournal(on.journalFile, systemClock);
    try {
      expect(journal.nextSessionNumber() - 1).toBe(1);
    } finally {
      journal.close();
    }
  });

  it('an older fleetd refuses a newer journal in words, and leaves it as it is', async () => {
    const newer = new DatabaseSync(on.journalFile);
    const version = newer.prepare('PRAGMA user_version').get()?.user_version as number;
    newer.exec(`PRAGMA user_version = ${version + 1}`);
    newer.close();
    const refused = await realFleetd(on);
    expect(refused.exitCode).toBe(1);
    expect(refused.fatal).toMatchObject({ level: 60, code: 'JOURNAL_NEWER' });
    expect(String(refused.fatal.msg)).toContain(`version ${version + 1}`);
    const after = new DatabaseSync(on.journalFile);
    expect(after.prepare('PRAGMA user_version').get()?.user_version).toBe(version + 1);
    after.close();
  });
});

/** The program of the image, on this state; it must end by itself. */
async function realFleetd({ state, lab }: Ground) {
  const { exitCode, stdout } = await execa(
    process.execPath,
    [join(import.meta.dirname, '../../dist/fleetd.js')],
    {
      env: {
        FLEET_STATE: state,
        FLEET_PRODUCTS: join(state, 'products.yaml'),
        FLEET_WORKSPACE: lab.folder,
        FLEET_SOCKET: join(state, 'second.sock'),
        FLEET_GATEWAY_SOCKET: join(state, 'second-gateway.sock'),
        FLEET_DASHBOARD_PORT: 'off',
      },
      reject: false,
      timeout: 30_000,
    },
  );
  return { exitCode, fatal: JSON.parse(stdout.split('\n').at(-1) ?? '') as Record<string, unknown> };
}
