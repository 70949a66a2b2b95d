// Completion: what may stand where, and Tab in the real shells.
import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { candidates } from '../../src/cli/complete.ts';
import { createFleetClient } from '../../src/client/client.ts';
import type { GateView } from '../../src/contract/gates.ts';
import { runVerb } from '../../src/verbs/index.ts';
import { until } from '../simulator/ov.ts';
import { type FakeFleetd, fakeFleetd, reply } from '../support/fake-fleetd.ts';
import { installed } from '../support/installed.ts';
import { fleetStatus, objectiveView, productView } from '../support/views.ts';

const gate: GateView = {
  n: 3,
  product: 'alpha',
  objective: null,
  kind: 'question',
  severity: 'warning',
  state: 'open',
  subject: 'Keep the names?',
  text: '',
  digest: '',
  options: [],
  deadline: null,
  asker: 'coordinator',
  surface: 'any',
  askedAt: '2026-11-20T12:00:00Z',
  resolution: null,
  withdrawn: null,
  delivery: null,
  deliveredAt: null,
};

let fleetd: FakeFleetd;
let folder: string;
let fleet: string;
beforeAll(async () => {
  fleetd = await fakeFleetd();
  folder = mkdtempSync(join(tmpdir(), "it's completed "));
  fleet = join(folder, 'fleet');
  const main = join(import.meta.dirname, '../../src/cli/main.ts');
  writeFileSync(fleet, `#!/bin/sh\nexec '${process.execPath}' '${main}' "$@"\n`);
  chmodSync(fleet, 0o755);
  const products = [productView('alpha'), productView('beta-2')];
  fleetd.on('GET /v1/status', reply(fleetStatus(products)));
  fleetd.on(
    'GET /v1/objectives',
    reply([objectiveView({ id: 'obj-7', product: 'alpha', text: 'Ship\nthe \u001b[31mlogin' })]),
  );
  fleetd.on('GET /v1/gates', reply([gate]));
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await fleetd[Symbol.asyncDispose]();
});

const client = (socketPath = fleetd.socketPath) => createFleetClient({ socketPath });
const words = async (line: string) => (await candidates(line.split(' '), client())).map(({ word }) => word);

it.each([
  ['pau', ['pause']],
  ['pause ', ['alpha', 'beta-2']],
  ['pause b', ['beta-2']],
  ['cap f', ['fleet']],
  ['--json diff o', ['obj-7']],
  ['diff --patch ', ['obj-7']],
  ['why ', ['alpha', 'beta-2', 'obj-7']],
  ['approve ', ['3']],
  ['help rev', ['revert']],
  ['gates --', ['--all', '--json', '--output', '--columns', '--socket']],
  ['queue --output y', ['yaml']],
  // a text, a file, a value of an option, a verb that is none
  ['start alpha ship', []],
  ['check ', []],
  ['artifacts --save ', []],
  ['nothing ', []],
])('after `fleet %s`: %j', async (line, expected) => {
  expect(await words(line)).toEqual(expected);
});

it('says what each is, on one line and without control characters', async () => {
  const { stdout } = await promisify(execFile)(fleet, ['complete', '--', 'result', ''], {
    env: { PATH: process.env.PATH, FLEET_SOCKET: fleetd.socketPath },
  });
  expect(stdout).toBe('obj-7\talpha: Ship the [31mlogin\n');
});

it('knows the verbs without fleetd, and says nothing of what only it knows', async () => {
  const nobody = client(join(folder, 'none.sock'));
  expect(await candidates(['que'], nobody)).toEqual([expect.objectContaining({ word: 'queue' })]);
  expect(await candidates(['pause', ''], nobody)).toEqual([]);
});

it('refuses another shell', async () => {
  const refused = await runVerb(['completion', 'csh'], { ...terminal(), client: client() });
  expect(refused.error).toMatchObject({ code: 'BAD_USAGE' });
});

const terminal = () => ({
  surface: 'cli' as const,
  source: { via: 'cli' as const, sender: 'tester', thread: null },
  now: Date.now,
  program: () => fleet,
});

const shells = {
  bash: { argv: ['bash', '--norc', '--noprofile'], load: 'source' },
  zsh: { argv: ['zsh', '-f'], before: 'autoload -Uz compinit && compinit -u -D', load: 'source' },
  fish: { argv: ['fish', '--no-config'], load: 'source' },
} as const;
describe.each(Object.entries(shells))('Tab in %s', (name, shell) => {
  // Under CI each is there: .ci/run brings it.
  it.skipIf(!process.env.CI && !installed(name))('completes verb, product and objective', async () => {
    const { text } = await runVerb(['completion', name], { ...terminal(), client: client() });
    const script = join(folder, `completion.${name}`);
    writeFileSync(script, text);
    const server = `completion-${process.pid}-${name}`;
    const tmux = (...args: string[]) => execFileSync('tmux', ['-L', server, ...args], { encoding: 'utf8' });
    const env = [
      '-e',
      `FLEET_SOCKET=${fleetd.socketPath}`,
      '-e',
      `HOME=${folder}`,
      '-e',
      `ZDOTDIR=${folder}`,
    ];
    tmux('new-session', '-d', '-x', '100', '-y', '30', ...env, ...shell.argv);
    try {
      const screen = () => tmux('capture-pane', '-p');
      const type = (line: string) => tmux('send-keys', '-l', line);
      const enter = (line: string) => tmux('send-keys', line, 'Enter');
      if ('before' in shell) enter(shell.before);
      enter(`${shell.load} "${script}" && echo load''ed`);
      await until(screen, (seen) => /^loaded$/m.test(seen));
      enter('clear');
      await until(screen, (seen) => !seen.includes('loaded'));
      type('fleet pau');
      tmux('send-keys', 'Tab');
      await until(screen, (seen) => seen.includes('fleet pause'));
      type('al');
      tmux('send-keys', 'Tab');
      await until(screen, (seen) => seen.includes('fleet pause alpha'));
      tmux('send-keys', 'C-u');
      // what stands on the line is handed over as it is
      const trap = join(folder, `trap-${name}`);
      type(`fleet message alpha "$(touch '${trap}')" `);
      tmux('send-keys', 'Tab');
      tmux('send-keys', 'C-u');
      type('fleet result obj');
      tmux('send-keys', 'Tab');
      await until(screen, (seen) => seen.includes('fleet result obj-7'));
      expect(existsSync(trap)).toBe(false);
    } finally {
      tmux('kill-server');
    }
  });
});
