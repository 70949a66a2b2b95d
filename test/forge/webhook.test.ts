// Webhooks of forges at the dashboard's port, by real HTTP: who is heard, and that nobody else is told anything.
import { createHmac } from 'node:crypto';
import { request } from 'node:http';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { FleetClient } from '../../src/client/client.ts';
import { type Dashboard, startDashboard } from '../../src/dashboard/index.ts';
import { webhooks } from '../../src/fleetd/webhook.ts';
import type { ForgeKind } from '../../src/forge/kinds.ts';
import { product, registry } from '../support/fleet.ts';
import { deliver } from '../support/watched-forge.ts';

const secret = 'a-secret-of-the-forge';
const environment = { HOOK: secret, SHORT: 'short' };
const looked: string[] = [];
const logged: Record<string, unknown>[] = [];
const of = (forge: ForgeKind, webhook: string | null) => ({
  deliver: { ...deliver, webhook, forgeAt: { forge, api: 'https://f.example', repository: 'acme/shop' } },
});
const products = [
  product('hub', of('github', 'HOOK')),
  product('tea', of('gitea', 'HOOK')),
  product('lab', of('gitlab', 'HOOK')),
  product('short', of('github', 'SHORT')),
  product('unset', of('github', 'UNSET')),
  product('off', of('github', null)),
];
let dashboard: Dashboard;

beforeAll(async () => {
  const client = {
    async *events() {
      await new Promise(() => {});
    },
    status: () => new Promise(() => {}),
  } as unknown as FleetClient;
  const log = pino({}, { write: (line) => void logged.push(JSON.parse(line)) });
  const hook = webhooks({ current: () => registry(products) }, environment, (name) => looked.push(name));
  dashboard = await startDashboard({
    ...{ client, port: 0, host: '127.0.0.1', token: 'a-token-of-the-operator' },
    ...{ hook, log },
  });
});
beforeEach(() => {
  looked.length = 0;
  logged.length = 0;
});

const signed = (body: string, by = secret) => createHmac('sha256', by).update(body).digest('hex');

/** As a proxy passes it on: of another host. */
function post(
  path: string,
  headers: Record<string, string>,
  body = '{"action":"opened"}',
): Promise<{ status: number | undefined; text: string }> {
  return new Promise((resolve, reject) => {
    const all = { host: 'fleet.example', 'content-type': 'application/json', ...headers };
    request(`http://127.0.0.1:${dashboard.port}${path}`, { method: 'POST', headers: all }, async (answer) => {
      let text = '';
      for await (const part of answer) text += String(part);
      resolve({ status: answer.statusCode, text });
    })
      .on('error', reject)
      .end(body);
  });
}

const body = '{"action":"opened"}';
it.each([
  ['hub', 'x-hub-signature-256', `sha256=${signed(body)}`],
  ['tea', 'x-gitea-signature', signed(body)],
  ['tea', 'x-forgejo-signature', signed(body)],
  ['lab', 'x-gitlab-token', secret],
])('%s is looked at when it is signed by %s', async (name, header, value) => {
  expect(await post(`/hooks/${name}`, { [header]: value })).toEqual({ status: 204, text: '' });
  expect(looked).toEqual([name]);
  // As another forge would say it, or for another body, it is not.
  looked.length = 0;
  const others = ['x-hub-signature-256', 'x-gitea-signature', 'x-gitlab-token'].filter(
    (one) => one !== header,
  );
  if (name !== 'tea')
    for (const other of others) expect((await post(`/hooks/${name}`, { [other]: value })).status).toBe(401);
  if (name !== 'lab') expect((await post(`/hooks/${name}`, { [header]: value }, '{}')).status).toBe(401);
  expect(looked).toEqual([]);
});

it('nobody else is heard, and all are told the same', async () => {
  const sha = (by: string) => ({ 'x-hub-signature-256': `sha256=${signed(body, by)}` });
  const answers = [
    await post('/hooks/hub', {}),
    await post('/hooks/hub', sha('another-secret-of-somebody')),
    await post('/hooks/hub', { 'x-hub-signature-256': 'sha256=' }),
    await post('/hooks/short', sha('short')),
    await post('/hooks/unset', sha('')),
    await post('/hooks/off', sha(secret)),
    await post('/hooks/nothing', sha(secret)),
    await post('/hooks/lab', { 'x-gitlab-token': '' }),
  ];
  expect(new Set(answers.map((one) => JSON.stringify(one))).size).toBe(1);
  expect(answers[0]).toMatchObject({ status: 401 });
  expect(looked).toEqual([]);
  expect(logged.map(({ why }) => why)).toContain('its secret has fewer than 16 characters');
  expect(JSON.stringify(logged)).not.toContain(secret);
});

it('it opens no other door: pages of another host are refused as before, and a body has an end', async () => {
  expect((await post('/hooks/hub/more', {})).status).toBe(421);
  expect((await post('/login', {})).status).toBe(421);
  const long = 'x'.repeat(3 * 1024 ** 2);
  const sent = post('/hooks/hub', { 'x-hub-signature-256': `sha256=${signed(long)}` }, long);
  expect(await sent.catch(() => ({ status: 413 }))).toMatchObject({ status: 413 });
  expect(looked).toEqual([]);
});

// It follows the fleet's events for ever: ended last.
afterAll(() => void dashboard.close());
