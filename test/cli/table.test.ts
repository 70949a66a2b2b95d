// `--output table` and `--columns`, and how wide a pipe is: as a real process.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { widthOf } from '../../src/text/layout.ts';
import { verbs } from '../../src/verbs/index.ts';
import { type FakeFleetd, fakeFleetd, reply } from '../support/fake-fleetd.ts';
import { runFleet } from '../support/fleet-process.ts';
import { fleetStatus, objectiveView, productView } from '../support/views.ts';

let fleetd: FakeFleetd;
beforeAll(async () => {
  fleetd = await fakeFleetd();
  const sly = productView('beta', {
    description: 'left \u202etxt\u009b2J\nwrong row',
    footprint: { memoryBytes: 2 * 1024 ** 3, cpuCores: 0.5 },
  });
  fleetd.on('GET /v1/status', reply(fleetStatus([productView('修复-👩‍👩‍👧'), sly])));
  fleetd.on(
    'GET /v1/history',
    reply([
      objectiveView({
        id: 'obj-1',
        state: 'done',
        endedAt: '2026-11-30T09:05:07.000Z',
        text: 'long '.repeat(80),
      }),
    ]),
  );
});
afterAll(() => fleetd[Symbol.asyncDispose]());

const fleet = async (words: string[], env: NodeJS.ProcessEnv = {}) => {
  const { code, stdout, stderr } = await runFleet(words, {
    env: { PATH: process.env.PATH, FLEET_SOCKET: fleetd.socketPath, ...env },
  });
  return { code, lines: stdout.trimEnd().split('\n'), stderr };
};

it('shows a list as columns under their names, as wide as what is in them', async () => {
  const { lines } = await fleet(['products', '--output', 'table']);
  expect(lines[0]).toMatch(/^NAME +STATE +PRIORITY +OBJECTIVE +QUEUED +MEMORY +CPU$/);
  expect(lines).toHaveLength(3);
  // wide characters count for what they take
  const [head = '', first = '', second = ''] = lines;
  const states = [
    head.indexOf('STATE'),
    widthOf(first.slice(0, first.indexOf('idle'))),
    second.indexOf('idle'),
  ];
  expect(new Set(states).size).toBe(1);
  expect(second).toMatch(/2 GiB +0.5$/);
});

it('shows the columns that one asks for, in that order, with what a terminal obeys taken out', async () => {
  const { lines } = await fleet(['products', '--columns', 'description,name']);
  expect(lines[0]).toMatch(/^DESCRIPTION +NAME$/);
  expect(lines).toHaveLength(3);
  expect(lines.at(-1)).toMatch(/^left txt wrong row +beta$/);
});

it('is as wide as COLUMNS says in a pipe, and says the zone of times', async () => {
  for (const COLUMNS of ['60', '100']) {
    const { lines } = await fleet(['history', '--columns', 'id,ended,text'], { COLUMNS });
    expect(lines[1]).toMatch(/^obj-1 +2026-11-30 09:05 UTC +long .*…$/);
    expect(lines[1]?.length).toBeLessThanOrEqual(Number(COLUMNS));
    expect(lines[1]?.length).toBeGreaterThan(Number(COLUMNS) - 8);
  }
  const { lines } = await fleet(['history'], { COLUMNS: '50' });
  for (const line of lines) expect(widthOf(line), line).toBeLessThanOrEqual(50);
});

it('refuses a column that there is not, another form beside it, and what lists nothing', async () => {
  const before = fleetd.received.length;
  expect(await fleet(['products', '--columns', 'name,colour'])).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/"colour".*Mend: There are name, type, state/s),
  });
  expect(await fleet(['products', '--output', 'name', '--columns', 'name'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--output table with --columns'),
  });
  expect(await fleet(['pause', 'beta', '--output', 'table'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('lists things for --output table'),
  });
  expect(fleetd.received.length).toBe(before);
});

it('has a table wherever there are names', () => {
  for (const verb of verbs)
    expect([verb.name, Boolean(verb.table)]).toEqual([verb.name, Boolean(verb.names)]);
  for (const { table } of verbs)
    for (const name of table?.usual ?? []) expect(table?.columns).toHaveProperty(name);
});
