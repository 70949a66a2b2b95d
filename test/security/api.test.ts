// fleetd's API under attack on its sockets, and what the gateway's socket does not let through.
import { mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listenOnSocket } from '../../src/api/listen.ts';
import { refusalLog } from '../../src/api/refusals.ts';
import { createApi } from '../../src/api/server.ts';
import { createFleetClient, type FleetClient } from '../../src/client/client.ts';
import { raw as exchange } from '../support/connections.ts';
import { product, registry, testFleet } from '../support/fleet.ts';

let folder: string;
let t: ReturnType<typeof testFleet>;
let gateway: FleetClient;
let operator: FleetClient;
const servers: Server[] = [];
const logged: { level: number; code?: string; path?: string }[] = [];
const sockets = () => ({ gateway: join(folder, 'g.sock'), operator: join(folder, 'o.sock') });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sec-'));
  const alpha = product('alpha');
  t = testFleet({
    registry: registry([{ ...alpha, caps: { ...alpha.caps, maxCostUsdPerDay: 5 } }, product('beta')], {
      budget: { maxCpuPercent: 80, maxMemoryBytes: 4 * 1024 ** 3, maxCostUsdPerDay: 20 },
    }),
  });
  const log = pino(
    {},
    new Writable({
      write(line, _encoding, done) {
        logged.push(JSON.parse(String(line)));
        done();
      },
    }),
  );
  for (const surface of ['gateway', 'operator'] as const)
    servers.push(await listenOnSocket(createApi(t.fleet, surface, log), sockets()[surface]));
  gateway = createFleetClient({ socketPath: sockets().gateway });
  operator = createFleetClient({ socketPath: sockets().operator });
});
afterAll(async () => {
  for (const server of servers) {
    server.close();
    server.closeAllConnections();
  }
  t.crash();
  rmSync(folder, { recursive: true, force: true });
});

const chat = { via: 'webchat', sender: 'ana' } as const;

describe('over the gateway’s socket', () => {
  it.each(['cli', 'dashboard'] as const)('nobody passes for the operator (%s)', async (via) => {
    const source = { via, sender: 'root' };
    const before = (await operator.objectives()).length;
    const tries = [
      () => gateway.start({ product: 'alpha', text: 'x', source }),
      () => gateway.stop('alpha', { source }),
      () => gateway.pause('alpha', { source }),
      () => gateway.cap({ source, scope: 'fleet', what: 'cost', value: '1' }),
      () => gateway.undo({ source }),
      () => gateway.message('alpha', { source, text: 'x' }),
    ];
    for (const attempt of tries)
      await expect(attempt()).rejects.toMatchObject({ code: 'SOURCE_FORGED', class: 'refused' });
    expect((await operator.objectives()).length).toBe(before);
    expect((await operator.status()).overrides).toEqual([]);
  });

  it.each(['webchat', 'slack', 'model'] as const)('%s speaks, and its sender is recorded', async (via) => {
    const asked = await gateway.start({ product: 'beta', text: `by ${via}`, source: { via, sender: 'ana' } });
    expect((await operator.objective(asked.id)).source).toMatchObject({ via, sender: 'ana' });
  });

  it.each([
    ['fleet', 'cost', '$21'],
    ['fleet', 'cost', 'none'],
    ['fleet', 'max_cost_usd_per_day', '1000000'],
    ['fleet', 'memory', '5'],
    ['fleet', 'max_memory_gb', '4097m'],
    ['fleet', 'cpu', '81%'],
    ['alpha', 'cost', ' NONE '],
    ['alpha', 'cost', '6'],
  ])('no budget is raised above products.yaml: cap %s %s %s', async (scope, what, value) => {
    for (const via of ['webchat', 'slack', 'model', 'api'] as const)
      await expect(gateway.cap({ source: { via, sender: 'ana' }, scope, what, value })).rejects.toMatchObject(
        {
          code: 'OPERATOR_ONLY',
          mend: expect.stringContaining('products.yaml'),
        },
      );
    expect((await operator.status()).overrides).toEqual([]);
  });

  it('a budget is lowered, and put back; only the operator raises it, and undo is no way round', async () => {
    const cost = (client: FleetClient, via: 'cli' | 'webchat', value: string) =>
      client.cap({ source: { via, sender: 'ana' }, scope: 'fleet', what: 'cost', value });
    expect(await cost(gateway, 'webchat', '5')).toMatchObject({ changed: true });
    expect(await cost(gateway, 'webchat', '20')).toMatchObject({ changed: true });
    await cost(operator, 'cli', '50');
    await cost(operator, 'cli', 'default');
    await expect(gateway.undo({ source: chat })).rejects.toMatchObject({ code: 'OPERATOR_ONLY' });
    expect((await operator.status()).capacity.maxCostUsdPerDay).toBe(20);
  });

  it('what was refused is logged, with its code and path', () => {
    const codes = logged.filter(({ level }) => level === 40).map(({ code, path }) => `${code} ${path}`);
    const wanted = ['SOURCE_FORGED /v1/objectives', 'OPERATOR_ONLY /v1/caps', 'OPERATOR_ONLY /v1/undo'];
    expect(codes).toEqual(expect.arrayContaining(wanted));
  });

  it('being refused without end pushes nothing out of the log', async () => {
    const before = logged.length;
    for (let n = 0; n < 200; n++) await gateway.objective(`obj-${9_000 + n}`).catch(() => {});
    await gateway.cap({ source: chat, scope: 'fleet', what: 'memory', value: 'none' }).catch(() => {});
    const codes = logged.slice(before).map(({ code }) => code);
    expect(codes.filter((code) => code === 'OBJECTIVE_UNKNOWN')).toHaveLength(51);
    expect(codes.at(-1)).toBe('OPERATOR_ONLY');
  });

  it('and what is left out of it is counted', () => {
    let nowMs = 0;
    const lines: string[] = [];
    const log = refusalLog(
      { warn: (_fields: object, text: string) => lines.push(text) } as never,
      () => nowMs,
    );
    for (let n = 0; n < 100; n++) log.log('X', {}, 'refused');
    nowMs = 60_000;
    log.log('X', {}, 'refused');
    expect(lines.slice(50)).toEqual([
      'further ones with X are counted, not logged, for a minute',
      '50 more were refused with X',
      'refused',
    ]);
  });
});

const raw = (path: string, bytes: string) => exchange(() => connect(path), bytes);
const request = (method: string, path: string, body: string) =>
  `${method} ${path} HTTP/1.1\r\nhost: fleetd\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`;

describe('garbage', () => {
  it.each([
    [
      'length and chunked',
      'POST /v1/undo HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['a path of 1 MB', `GET /v1/${'a'.repeat(1_000_000)} HTTP/1.1\r\nhost: x\r\n\r\n`],
  ])('%s is refused', async (_what, bytes) => {
    expect(await raw(sockets().gateway, bytes)).toMatch(/^(HTTP\/1\.1 4\d\d |$)/);
    expect(await gateway.health()).toMatchObject({ ready: true });
  });

  it.each([
    ['GET', '/', 'ROUTE_UNKNOWN'],
    ['GET', '/v1', 'ROUTE_UNKNOWN'],
    ['DELETE', '/v1/objectives/obj-1', 'ROUTE_UNKNOWN'],
    ['PUT', '/v1/caps', 'ROUTE_UNKNOWN'],
    ['GET', '/v1/../etc/passwd', 'ROUTE_UNKNOWN'],
    ['POST', '/v1/exec', 'ROUTE_UNKNOWN'],
    ['POST', '/v1/products/alpha/ov', 'ROUTE_UNKNOWN'],
    ['GET', '/v1/products/..%2f..%2fetc/look?kind=tree', 'PRODUCT_UNKNOWN'],
    ['GET', '/v1/products/alpha/look?kind=exec', 'REQUEST_INVALID'],
    ['POST', '/v1/%63aps', 'REQUEST_INVALID'],
  ])('%s %s is %s', async (method, path, code) => {
    const answer = await raw(sockets().gateway, request(method, path, method === 'GET' ? '' : '{}'));
    expect(answer).toContain(`"code":"${code}"`);
  });

  it.each(['', '{', 'null', '[]', '"x"', '{"source":null}', '{"source":{"via":"webchat"},"scope":1}', '\0'])(
    'a body %j is refused in words',
    async (body) => {
      for (const path of ['/v1/objectives', '/v1/caps', '/v1/products/alpha/messages'])
        expect(await raw(sockets().gateway, request('POST', path, body))).toMatch(
          /"code":"(BODY_NOT_JSON|REQUEST_INVALID)"/,
        );
    },
  );

  it('an encoded path is no way round the box', async () => {
    const body = JSON.stringify({ source: chat, scope: 'fleet', what: 'cost', value: 'none' });
    for (const path of ['/v1/%63aps', '/v1/caps?x=1', '/v1/caps#x'])
      expect(await raw(sockets().gateway, request('POST', path, body))).toContain('OPERATOR_ONLY');
  });
});

it('a stream that was only asked for its head is not kept', async () => {
  for (let n = 0; n < 40; n++)
    expect(
      await raw(
        sockets().gateway,
        'HEAD /v1/events?after=0 HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n',
      ),
    ).toMatch(/^HTTP/);
  const kinds = [];
  for await (const event of gateway.events({ last: 1, follow: false })) kinds.push(event.kind);
  expect(kinds).toHaveLength(1);
});
