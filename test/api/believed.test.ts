// A client that believes replies of its own contract reads the same as one that checks each, and no other's.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listenOnSocket } from '../../src/api/listen.ts';
import { createApi } from '../../src/api/server.ts';
import { createFleetClient, type FleetClient } from '../../src/client/client.ts';
import { calls, contractDigest, contractHeader } from '../../src/contract/calls.ts';
import { fakeFleetd } from '../support/fake-fleetd.ts';
import { product, registry, testFleet } from '../support/fleet.ts';

describe('of a fleet', () => {
  const folder = mkdtempSync(join(tmpdir(), 'believed-'));
  const socketPath = join(folder, 'fleetd.sock');
  const clients = [false, true].map((believes) => createFleetClient({ socketPath }, { believes }));
  let t: ReturnType<typeof testFleet>;
  let server: Awaited<ReturnType<typeof listenOnSocket>>;
  let objective: string;
  beforeAll(async () => {
    t = testFleet({ registry: registry([product('alpha'), product('beta')]) });
    const log = pino({ level: 'silent' });
    server = await listenOnSocket(createApi(t.fleet, 'operator', log), socketPath, 'owner');
    const source = { via: 'cli' as const, sender: 'ada', thread: null };
    const [client] = clients as [FleetClient];
    objective = (await client.start({ product: 'alpha', text: 'Say hello', source })).id;
    await client.pause('beta', { source, reason: 'later' });
    await t.clock.advance(30_000);
  });
  afterAll(async () => {
    await server.close();
    await t.crash();
    rmSync(folder, { recursive: true, force: true });
  });

  const parts: Record<string, string | number> = { ':n': 1, ':worker': 'scout-1' };
  const asked = Object.entries(calls).filter(([, { method, media }]) => method === 'GET' && !media);
  it.each(asked)('%s', async (name, { path }) => {
    const given = [...path.matchAll(/:\w+/g)].map(([part]) =>
      part === ':id' ? objective : (parts[part] ?? 'alpha'),
    );
    const [checked, believed] = await Promise.all(
      clients.map((client) => {
        const call = client[name as 'status'] as (...given: unknown[]) => Promise<unknown>;
        return call(...given).catch(({ code }) => ({ code }));
      }),
    );
    expect(withoutAges(believed)).toEqual(withoutAges(checked));
  });
});

describe('of another', () => {
  it.each([
    ['none', undefined, 'FLEETD_REPLY_INVALID'],
    ['another contract', 'f'.repeat(contractDigest.length), 'FLEETD_REPLY_INVALID'],
    ['the same contract', contractDigest, null],
  ])('%s', async (_, digest, code) => {
    await using fleetd = await fakeFleetd();
    fleetd.on('GET /v1/status', (response) => {
      if (digest) response.setHeader(contractHeader, digest);
      response.end(JSON.stringify({ ok: true, data: { products: 'none' } }));
    });
    const client = createFleetClient({ socketPath: fleetd.socketPath }, { believes: true });
    const answer = await client.status().catch((error) => ({ refused: error.code }));
    expect(answer).toEqual(code ? { refused: code } : { products: 'none' });
  });
});

/** What passes between two answers is no difference. */
const withoutAges = (answer: unknown) =>
  JSON.parse(JSON.stringify(answer, (key, value) => (/^(at|.*Ms)$/.test(key) ? null : value)) ?? 'null');
