// `fleet diff obj-7 --open` as a real process, with a desktop's opener in its PATH or without one.
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openInBrowser } from '../../src/cli/browser.ts';
import type { FleetClient } from '../../src/client/client.ts';
import { runVerb } from '../../src/verbs/index.ts';
import { type FakeFleetd, fakeFleetd, reply } from '../support/fake-fleetd.ts';
import { runFleet } from '../support/fleet-process.ts';
import { nowMs, objectiveView } from '../support/views.ts';

let fleetd: FakeFleetd;
let folder: string;
beforeEach(async () => {
  fleetd = await fakeFleetd();
  folder = mkdtempSync(join(tmpdir(), 'cli-open-'));
  fleetd.on('GET /v1/objectives/obj-7', reply(objectiveView({ id: 'obj-7', state: 'done' })));
  health(41790);
});
afterEach(async () => {
  rmSync(folder, { recursive: true, force: true });
  await fleetd[Symbol.asyncDispose]();
});

function health(dashboardPort: number | null): void {
  fleetd.on('GET /v1/health', reply({ ready: true, version: '0.2.0', surface: 'operator', dashboardPort }));
}
/** What a desktop opens addresses with: here it writes down what it was asked for. */
function opener(then: string): void {
  const file = join(folder, 'xdg-open');
  writeFileSync(file, `#!/bin/sh\nprintf '%s|' "$@" > ${join(folder, 'opened')}\n${then}\n`);
  chmodSync(file, 0o755);
}
const opened = (): string | null =>
  existsSync(join(folder, 'opened')) ? readFileSync(join(folder, 'opened'), 'utf8') : null;
const env = (more: Record<string, string> = {}) => ({
  // Nothing of this machine's: it may have a browser.
  PATH: folder,
  FLEET_SOCKET: fleetd.socketPath,
  ...more,
});
const fleet = (words: string[], more: Record<string, string> = {}) =>
  runFleet(words, { cwd: folder, env: env(more) });
const url = 'http://localhost:41790/objectives/obj-7';

it('opens its page, or that of one path of it, as one argument', async () => {
  opener('exit 0');
  const { stdout } = await fleet(['diff', '7', '--open'], { DISPLAY: ':0' });
  expect(stdout).toBe(`Opened ${url}\n`);
  expect(opened()).toBe(`${url}|`);
  await fleet(['diff', 'obj-7', 'a&b;$(id) .ts', '--open', '--json'], { WAYLAND_DISPLAY: 'wayland-0' });
  expect(opened()).toBe(`${url}?path=a%26b%3B%24(id)%20.ts|`);
});

it.each<[string, (() => void) | null, Record<string, string>]>([
  ['no display', () => opener('exit 0'), {}],
  ['no opener', null, { DISPLAY: ':0' }],
  ['an opener that finds no browser', () => opener('exit 3'), { DISPLAY: ':0' }],
])('says the address where there is %s', async (_, prepare, more) => {
  prepare?.();
  const { stdout } = await fleet(['diff', 'obj-7', '--open'], more);
  expect(stdout).toBe(`No browser was found here. Its page:\n\n${url}\n`);
});

it('does not wait for an opener that has become the browser', async () => {
  opener('exec /bin/sleep 5');
  expect(await openInBrowser(url, env({ DISPLAY: ':0' }), 'linux')).toBe(true);
});

it('says that the dashboard is off, and that chat opens nothing', async () => {
  health(null);
  const { stderr } = await fleet(['diff', 'obj-7', '--open']);
  expect(stderr).toContain('Expected the dashboard to be on');
  const source = { via: 'webchat' as const, sender: 'ada', thread: null };
  const chat = { client: {} as FleetClient, source, surface: 'chat' as const, now: () => nowMs };
  expect((await runVerb('diff obj-7 --open', chat)).text).toContain('Expected --open in a terminal');
});
