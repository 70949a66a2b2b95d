// fleetd under a flood, on both sockets and on the dashboard's port: garbage, 1,000 connects, a token guessed. It goes
// on answering. (Bodies that never end, answers that nobody reads, in a container's memory: bundle/swamp.ts.)
import { mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listenOnSocket } from '../../src/api/listen.ts';
import { createApi } from '../../src/api/server.ts';
import { createFleetClient, type FleetClient } from '../../src/client/client.ts';
import { type Dashboard, startDashboard } from '../../src/dashboard/index.ts';
import { hold, raw } from '../support/connections.ts';
import { product, registry, testFleet } from '../support/fleet.ts';

type Door = 'gateway' | 'operator' | 'dashboard';
const doors: Door[] = ['gateway', 'operator', 'dashboard'];
const log = pino({ level: 'silent' });
const token = 'a-token-of-the-operator-0123456789';
let folder: string;
let t: ReturnType<typeof testFleet>;
let dashboard: Dashboard;
const servers: Server[] = [];
const clients = {} as Record<'gateway' | 'operator', FleetClient>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'swamp-'));
  t = testFleet({ registry: registry([product('alpha'), product('beta')]) });
  for (const surface of ['gateway', 'operator'] as const) {
    servers.push(await listenOnSocket(createApi(t.fleet, surface, log), join(folder, surface)));
    clients[surface] = createFleetClient({ socketPath: join(folder, surface) });
  }
  dashboard = await startDashboard({ client: clients.operator, port: 0, host: '127.0.0.1', token, log });
});
afterAll(async () => {
  await dashboard.close();
  for (const server of servers) {
    server.close();
    server.closeAllConnections();
  }
  t.crash();
  rmSync(folder, { recursive: true, force: true });
});

const at = (door: Door) => (): Socket =>
  door === 'dashboard' ? connect(dashboard.port, '127.0.0.1') : connect(join(folder, door));
const own = () => `localhost:${dashboard.port}`;

const answers = async (door: Door): Promise<boolean> => {
  const path = door === 'dashboard' ? '/assets/style.css' : '/v1/health';
  const host = door === 'dashboard' ? own() : 'fleetd';
  return (
    await raw(at(door), `GET ${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`)
  ).startsWith('HTTP/1.1 200');
};

describe.each(doors)('%s', (door) => {
  it.each([
    ['bytes that are no HTTP', Buffer.from([0, 255, 1, 254, 13, 10, 13, 10])],
    ['a TLS hello', Buffer.from('160301020001000000', 'hex')],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['two lengths', 'POST /login HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab'],
    ['a header of 1 MB', `GET / HTTP/1.1\r\nhost: x\r\nx: ${'a'.repeat(1_000_000)}\r\n\r\n`],
    ['no host', 'GET / HTTP/1.1\r\n\r\n'],
  ])('refuses %s', async (_what, bytes) => {
    expect(await raw(at(door), bytes)).toMatch(/^(HTTP\/1\.1 4\d\d |$)/);
    expect(await answers(door)).toBe(true);
  });

  // The gateway's: test/security/bundle/swamp.ts.
  if (door === 'gateway') return;
  it('answers beside 1,000 connections that say nothing, and the other doors do not notice', async () => {
    const held = await hold(at(door), 1_000);
    for (const other of doors) expect(await answers(other), other).toBe(true);
    held.push(...(await hold(at(door), 100)));
    for (const other of doors) if (other !== door) expect(await answers(other), other).toBe(true);
    for (const socket of held) socket.destroy();
    await expect.poll(() => answers(door), { timeout: 20_000 }).toBe(true);
  }, 40_000);
});

describe('the operator’s token', () => {
  const login = (presented: string) =>
    fetch(`http://${own()}/login`, {
      method: 'POST',
      body: new URLSearchParams({ token: presented }),
      headers: { origin: `http://${own()}` },
      redirect: 'manual',
    });

  it('is not guessed: after ten wrong ones in a minute none is looked at', async () => {
    const said = [];
    for (let n = 0; n < 12; n++) said.push((await login(`wrong-${n}-0123456789abcdef`)).status);
    expect(said).toEqual([...Array(10).fill(401), 503, 503]);
    const right = await login(token);
    expect([right.status, right.headers.get('set-cookie')]).toEqual([503, null]);
    expect(await right.text()).toContain('Wait a minute');
  });
});
