import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createFleetClient, type FleetClient } from '../../src/client/client.ts';
import type { FleetEvent } from '../../src/contract/events.ts';
import {
  type FakeFleetd,
  fakeFleetd,
  flood,
  garbage,
  half,
  hang,
  refuse,
  reply,
} from '../support/fake-fleetd.ts';
import { busyFleet, objectiveView } from '../support/views.ts';

let fleetd: FakeFleetd;
let client: FleetClient;
const source = { via: 'cli' as const, sender: 'ada' };

beforeEach(async () => {
  fleetd = await fakeFleetd();
  client = createFleetClient({ socketPath: fleetd.socketPath }, { timeoutMs: 20_000 });
});
afterEach(() => fleetd[Symbol.asyncDispose]());

const asked = () => fleetd.received.map(({ method, path, body }) => ({ method, path, body }));

describe('what is asked', () => {
  test('each call has its route, query and body', async () => {
    const view = objectiveView();
    fleetd.on('GET /v1/health', reply({ ready: true, version: '0.1.0' }));
    fleetd.on('GET /v1/status', reply(busyFleet()));
    fleetd.on('GET /v1/objectives', reply([view]));
    fleetd.on('GET /v1/objectives/obj-6', reply(view));
    fleetd.on('POST /v1/objectives', reply(view));
    fleetd.on('POST /v1/objectives/obj-6/cancel', reply(view));
    fleetd.on('POST /v1/products/product-a/stop', reply(null));
    fleetd.on('POST /v1/products/product-a/messages', reply({ id: 'msg-1', nudged: true }));
    fleetd.on(
      'GET /v1/products/product-a/inbox',
      reply({ product: 'product-a', observedAt: null, mail: [] }),
    );
    fleetd.on('GET /v1/products/product-a/look', reply({ text: 'src/', truncated: false }));

    expect(await client.health()).toEqual({ ready: true, version: '0.1.0' });
    expect(await client.status({ product: 'product-a' })).toEqual(busyFleet());
    expect(await client.objectives({ state: 'queued', limit: 5 })).toEqual([view]);
    expect(await client.objective('obj-6')).toEqual(view);
    expect(await client.start({ product: 'product-a', text: 'ü 漢\n--', source })).toEqual(view);
    expect(await client.cancel('obj-6', { source })).toEqual(view);
    expect(await client.stop('product-a', { source, reason: 'enough' })).toBeNull();
    expect(await client.message('product-a', { text: 'hello', source })).toEqual({
      id: 'msg-1',
      nudged: true,
    });
    expect((await client.inbox('product-a')).mail).toEqual([]);
    expect(await client.look('product-a', { kind: 'file', path: 'a b&c.md' })).toEqual({
      text: 'src/',
      truncated: false,
    });
    expect(asked()).toEqual([
      { method: 'GET', path: '/v1/health', body: undefined },
      { method: 'GET', path: '/v1/status?product=product-a', body: undefined },
      { method: 'GET', path: '/v1/objectives?state=queued&limit=5', body: undefined },
      { method: 'GET', path: '/v1/objectives/obj-6', body: undefined },
      { method: 'POST', path: '/v1/objectives', body: { product: 'product-a', text: 'ü 漢\n--', source } },
      { method: 'POST', path: '/v1/objectives/obj-6/cancel', body: { source } },
      { method: 'POST', path: '/v1/products/product-a/stop', body: { source, reason: 'enough' } },
      { method: 'POST', path: '/v1/products/product-a/messages', body: { text: 'hello', source } },
      { method: 'GET', path: '/v1/products/product-a/inbox', body: undefined },
      { method: 'GET', path: '/v1/products/product-a/look?kind=file&path=a+b%26c.md', body: undefined },
    ]);
  });

  test.each(['', '.', '..', '../objectives', 'a/b', 'a?b', 'a b', 'ä'])(
    'the name %j cannot name another route',
    async (name) => {
      await expect(client.inbox(name)).rejects.toMatchObject({ code: 'BAD_NAME', class: 'usage' });
      await expect(client.objective(name)).rejects.toMatchObject({ code: 'BAD_NAME' });
      expect(fleetd.received).toEqual([]);
    },
  );

  test('over an address, the token is shown and a wrong scheme refused', async () => {
    const seen: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      seen.push(request.headers.authorization);
      response.end(JSON.stringify({ ok: true, data: { ready: true, version: '1' } }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await createFleetClient({ url, token: 'secret' }).health();
    server.close();
    expect(seen).toEqual(['Bearer secret']);
    await expect(createFleetClient({ url: 'ftp://x', token: 't' }).health()).rejects.toMatchObject({
      code: 'BAD_ADDRESS',
    });
  });
});

describe('what goes wrong', () => {
  test('an error of fleetd keeps its code, class, product and mend', async () => {
    const error = {
      code: 'PRODUCT_UNKNOWN',
      class: 'not-found',
      message: 'Expected a product, got "x".',
      mend: 'Use another.',
      product: 'x',
    };
    fleetd.on('GET /v1/status', refuse(404, error));
    await expect(client.status({ product: 'x' })).rejects.toMatchObject({ name: 'FleetError', ...error });
  });

  test('no socket, a dead socket and a plain file are FLEETD_UNREACHABLE with a mend', async () => {
    const file = join(fleetd.folder, 'file');
    writeFileSync(file, '');
    await fleetd[Symbol.asyncDispose]();
    const expected = {
      code: 'FLEETD_UNREACHABLE',
      class: 'unavailable',
      mend: expect.stringContaining('npm start'),
    };
    for (const socketPath of [fleetd.socketPath, file, `/${'x'.repeat(200)}`])
      await expect(createFleetClient({ socketPath }).health()).rejects.toMatchObject(expected);
    await expect(createFleetClient({ url: 'http://127.0.0.1:1', token: 't' }).health()).rejects.toMatchObject(
      expected,
    );
  });

  test.each([
    ['text', 'segfault \u0000 at 0'],
    ['nothing', ''],
    ['JSON that is no reply', '{"hello":1}'],
    ['a wrong view', JSON.stringify({ ok: true, data: { ready: 'yes', version: 1 } })],
    ['an error without mend', JSON.stringify({ ok: false, error: { code: 'X' } })],
  ])('%s is FLEETD_REPLY_INVALID', async (_what, text) => {
    fleetd.on('GET /v1/health', garbage(text));
    await expect(client.health()).rejects.toMatchObject({ code: 'FLEETD_REPLY_INVALID', class: 'runtime' });
  });

  test('half a reply is FLEETD_LOST: it may have been done', async () => {
    fleetd.on('POST /v1/objectives', half);
    await expect(client.start({ product: 'a', text: 'x', source })).rejects.toMatchObject({
      code: 'FLEETD_LOST',
      mend: expect.stringContaining('may have been done'),
    });
  });

  test('no answer, and an answer that never ends, are FLEETD_TIMEOUT', async () => {
    const hasty = createFleetClient({ socketPath: fleetd.socketPath }, { timeoutMs: 50 });
    fleetd.on('GET /v1/health', hang);
    await expect(hasty.health()).rejects.toMatchObject({ code: 'FLEETD_TIMEOUT', class: 'unavailable' });
    fleetd.on('GET /v1/health', (response) => response.write('{"ok":true,'));
    await expect(hasty.health()).rejects.toMatchObject({ code: 'FLEETD_TIMEOUT' });
  });

  test('a reply of 500 MB is given up at the cap', async () => {
    const sent = { bytes: 0 };
    fleetd.on('GET /v1/status', flood(500, sent));
    await expect(client.status()).rejects.toMatchObject({ code: 'FLEETD_REPLY_TOO_LARGE', class: 'runtime' });
    expect(sent.bytes).toBeGreaterThan(64 * 1024 * 1024);
    expect(sent.bytes).toBeLessThan(120 * 1024 * 1024);
  });
});

describe('events', () => {
  const event = (seq: number): FleetEvent => ({
    seq,
    at: '2026-11-20T12:00:00.000Z',
    kind: 'objective.queued',
    product: 'product-a',
    objective: 'obj-1',
    text: `event ${seq}`,
    data: {},
  });
  const wire = (seq: number) => `id: ${seq}\nevent: x\ndata: ${JSON.stringify(event(seq))}\n\n`;

  async function take(events: AsyncIterable<FleetEvent>, n: number): Promise<number[]> {
    const seqs: number[] = [];
    for await (const { seq } of events) if (seqs.push(seq) === n) break;
    return seqs;
  }

  test('comments, CRLF, split chunks and split characters are read', async () => {
    const text = `: alive\r\n\r\n${wire(1).replaceAll('\n', '\r\n')}: alive\n\n${wire(2).replace('event 2', 'évènement 漢')}`;
    fleetd.on('GET /v1/events', async (response) => {
      for (const byte of Buffer.from(text))
        await new Promise((done) => response.write(Buffer.of(byte), done));
    });
    const seen: string[] = [];
    for await (const each of client.events({ last: 2 })) if (seen.push(each.text) === 2) break;
    expect(seen).toEqual(['event 1', 'évènement 漢']);
    expect(fleetd.received[0]?.path).toBe('/v1/events?last=2');
  });

  test('a broken stream is taken up after the last event, and a repeated event is not given twice', async () => {
    const lost: string[] = [];
    fleetd.on('GET /v1/events', (response, { headers }) => {
      if (headers['last-event-id'] === undefined) response.write(wire(7), () => response.destroy());
      else response.write(wire(7) + wire(8));
    });
    const events = client.events({ onLost: (error) => lost.push(error.code) });
    expect(await take(events, 2)).toEqual([7, 8]);
    expect(fleetd.received.map(({ path, headers }) => [path, headers['last-event-id']])).toEqual([
      ['/v1/events', undefined],
      ['/v1/events?after=7', '7'],
    ]);
    expect(lost).toEqual(['FLEETD_LOST']);
  });

  test('without follow it ends with the stream', async () => {
    fleetd.on('GET /v1/events', (response) => response.end(wire(1) + wire(2)));
    expect(await take(client.events({ follow: false, last: 20 }), 99)).toEqual([1, 2]);
    expect(fleetd.received[0]?.path).toBe('/v1/events?last=20&follow=0');
  });

  test('an abort ends it without an error', async () => {
    const stop = new AbortController();
    fleetd.on('GET /v1/events', (response) => response.write(wire(1)));
    const seen: number[] = [];
    for await (const { seq } of client.events({ signal: stop.signal })) {
      seen.push(seq);
      stop.abort();
    }
    expect(seen).toEqual([1]);
  });

  test('a first connection that fails, a refusal and a garbled event are thrown', async () => {
    const nowhere = createFleetClient({ socketPath: join(fleetd.folder, 'none') });
    await expect(take(nowhere.events(), 1)).rejects.toMatchObject({ code: 'FLEETD_UNREACHABLE' });
    await expect(take(client.events(), 1)).rejects.toMatchObject({ code: 'ROUTE_UNKNOWN' });
    fleetd.on('GET /v1/events', (response) => response.write('data: {"seq":"x"}\n\n'));
    await expect(take(client.events(), 1)).rejects.toMatchObject({ code: 'FLEETD_REPLY_INVALID' });
  });
});
