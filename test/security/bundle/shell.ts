// What attackers have: a shell in a container, and the one socket of fleetd that the gateway's has. And the operator,
// who must be answered meanwhile.
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { FleetEvent } from '../../../src/contract/events.ts';
import type { FleetStatus } from '../../../src/contract/status.ts';
import type { Service } from '../../support/compose.ts';
import type { FleetStack } from '../../support/shared-stack.ts';

export const minutes = 60_000;
/** What a terminal or a reader obeys: control characters but line ends and tabs, and those that turn the direction. */
export const obeyed = /(?![\n\t])\p{Cc}|[\u202a-\u202e\u2066-\u2069]/u;
export type Shared = { stack: () => FleetStack };
/** method, path and, of a POST, its body */
export type Asked = [method: string, path: string, body?: object];

export interface Answer {
  status: number;
  body: { ok: boolean; data?: unknown; error?: { code: string } };
}

/** Runs in openclaw-meta: asks fleetd one thing after the other, over the one socket that is there. */
const ask = `
const { request } = require('node:http');
const one = ([method, path, body]) => new Promise((done, failed) => {
  const call = request({ socketPath: process.env.FLEET_GATEWAY_SOCKET, method, path, headers: { 'content-type': 'application/json' } }, (reply) => {
    let text = '';
    reply.on('data', (part) => (text += part)).on('end', () => done({ status: reply.statusCode, body: JSON.parse(text) }));
  });
  call.on('error', failed).end(method === 'GET' ? undefined : JSON.stringify(body ?? {}));
});
(async () => {
  const answers = [];
  for (const asked of JSON.parse(process.argv[1])) answers.push(await one(asked));
  console.log(JSON.stringify(answers));
})();`;

export function shells(shared: Shared) {
  const exec = (service: Service, user: string, ...argv: string[]) =>
    shared.stack().exec(service, argv, { user });
  const shell = (service: Service, user: string, script: string) => exec(service, user, 'sh', '-c', script);
  const asks = async (user: string, ...asked: Asked[]): Promise<Answer[]> =>
    JSON.parse(await exec('openclaw-meta', user, 'node', '-e', ask, '--', JSON.stringify(asked)));
  return {
    exec,
    shell,
    /** As who has taken over the gateway: all in one go, in order. */
    asks,
    ask: async (user: string, ...asked: Asked): Promise<Answer> => (await asks(user, asked))[0] as Answer,
    /** As a worker. */
    worker: (script: string) => shell('overstory-runtime', '1000', script),
    status: () => shared.stack().fleet<FleetStatus>('status'),
    /** The newest last. */
    events: async (last = 200): Promise<FleetEvent[]> =>
      (await shared.stack().exec('fleetd', ['fleet', 'events', '--last', String(last), '--json']))
        .split('\n')
        .map((line) => JSON.parse(line).data),
    logged: (pattern: RegExp) =>
      expect
        .poll(() => shared.stack().logs('fleetd'), { timeout: minutes / 2, interval: 300 })
        .toMatch(pattern),
  };
}

/** Runs in fleetd: the most that it has held in memory, in MiB, since this was asked for the last time. */
const peak = `
const fs = require('node:fs');
for (const pid of fs.readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name)))
  try {
    if (!fs.readFileSync('/proc/' + pid + '/cmdline', 'utf8').startsWith('node\\0/opt/fleet/fleetd.js')) continue;
    console.log(Math.round(Number(/^VmHWM:\\s+(\\d+)/m.exec(fs.readFileSync('/proc/' + pid + '/status', 'utf8'))[1]) / 1024));
    fs.writeFileSync('/proc/' + pid + '/clear_refs', '5');
  } catch {} // it ended meanwhile`;

/**
 * What an attack did to fleetd: the operator asks on, in a terminal of fleetd's, and is answered each time.
 * @returns MiB that fleetd held at most, and how long the operator waited at most, in ms
 */
export async function meanwhile(
  { stack }: Shared,
  attack: () => Promise<unknown>,
): Promise<{ mib: number; waitedMs: number }> {
  const once = () => stack().exec('fleetd', ['node', '-e', peak]);
  const started = async () => (await stack().inspect('fleetd')).State.StartedAt;
  const before = await started();
  await once();
  let over = false;
  const attacking = attack().finally(() => {
    over = true;
  });
  // Looked at below; unhandled until then it would end the run.
  attacking.catch(() => {});
  let waitedMs = 0;
  do {
    const at = performance.now();
    await stack().fleet<FleetStatus>('status');
    waitedMs = Math.max(waitedMs, performance.now() - at);
    await sleep(200);
  } while (!over);
  await attacking;
  expect(await started(), 'fleetd ended, and was started again').toBe(before);
  return { mib: Number(await once()), waitedMs };
}

/** Of the 512 that its container may have: beyond them the kernel ends it. */
export const mostMib = 400;
/** What a human waits for. With what docker takes to start the command. */
export const mostMs = 8_000;
