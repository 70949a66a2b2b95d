// `--output`: the same answer as text, JSON, YAML or bare names, as a real process.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type FakeFleetd, fakeFleetd, reply } from '../support/fake-fleetd.ts';
import { runFleet } from '../support/fleet-process.ts';
import { fleetStatus, productView } from '../support/views.ts';

let fleetd: FakeFleetd;
beforeAll(async () => {
  fleetd = await fakeFleetd();
  const sly = productView('beta', { description: 'left \u202etxt\u009b2J: yes' });
  fleetd.on('GET /v1/status', reply(fleetStatus([productView('alpha'), sly])));
});
afterAll(() => fleetd[Symbol.asyncDispose]());

const fleet = (...words: string[]) =>
  runFleet(words, { env: { PATH: process.env.PATH, FLEET_SOCKET: fleetd.socketPath } });

it('name: a line for each thing, for a shell to go through', async () => {
  expect(await fleet('products', '--output', 'name')).toEqual({
    code: 0,
    stdout: 'alpha\nbeta\n',
    stderr: '',
  });
});

it('yaml: what json says, with nothing in it that a terminal obeys', async () => {
  const [yaml, json] = await Promise.all([
    fleet('products', '--output', 'yaml'),
    fleet('products', '--output=json'),
  ]);
  expect(parse(yaml.stdout)).toEqual(JSON.parse(json.stdout));
  expect(JSON.parse(json.stdout).ok).toBe(true);
  expect(yaml.stdout).not.toMatch(/[\u202e\u009b]/);
  expect(yaml.stdout).toContain(String.raw`left \u202etxt\u009b2J: yes`);
});

it('an error is a document too', async () => {
  const { code, stdout } = await fleet('pause', '--output', 'yaml', 'no such');
  expect(parse(stdout)).toMatchObject({ ok: false, error: { mend: expect.any(String) } });
  expect(code).not.toBe(0);
});

it('names of a verb that lists nothing are refused before anything is asked', async () => {
  const before = fleetd.received.length;
  const { code, stderr } = await fleet('pause', 'alpha', '--output', 'name');
  expect([code, stderr]).toEqual([2, expect.stringMatching(/^BAD_USAGE: .*lists things.*Mend: /s)]);
  expect(fleetd.received.length).toBe(before);
});

it('another form is refused with those that there are', async () => {
  const { code, stderr } = await fleet('products', '--output', 'xml');
  expect([code, stderr]).toEqual([2, expect.stringContaining('text, table, json, yaml, name')]);
});
