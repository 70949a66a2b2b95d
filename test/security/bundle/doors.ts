// A page in the human's browser, or a program on the same machine, at the two ports that the bundle publishes.
import { request } from 'node:http';
import { beforeAll, describe, expect, test } from 'vitest';
import type { GateView } from '../../../src/contract/gates.ts';
import { connectGateway } from '../../support/gateway-client.ts';
import { minutes, type Shared, shells } from './shell.ts';

export function doors(shared: Shared): void {
  const { worker } = shells(shared);
  const dashboard = () => `http://localhost:${shared.stack().env.FLEET_DASHBOARD_PORT}`;

  describe('at the dashboard’s port', () => {
    let token = '';
    let cookie = '';
    const login = (presented: string, origin = dashboard()) =>
      fetch(`${dashboard()}/login`, {
        method: 'POST',
        body: new URLSearchParams({ token: presented }),
        headers: { origin },
        redirect: 'manual',
      });
    /** fetch does not let Host be chosen */
    const underName = (host: string): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        request(`${dashboard()}/`, { headers: { host, cookie } }, (reply) => {
          reply.resume();
          resolve(reply.statusCode);
        })
          .on('error', reject)
          .end();
      });

    beforeAll(async () => {
      token = (await shared.stack().exec('fleetd', ['cat', '/var/lib/fleetd/operator-token'])).trim();
      const answer = await login(token);
      const set = answer.headers.get('set-cookie') ?? '';
      expect(set).toMatch(/HttpOnly/);
      expect(set).toMatch(/SameSite=Strict/);
      expect(set).not.toContain(token);
      cookie = set.split(';')[0] ?? '';
    });

    test('a name that resolves to it is DNS rebinding, whatever the cookie', async () => {
      expect(await underName(new URL(dashboard()).host)).toBe(200);
      for (const host of ['evil.example', `localhost.evil.example:${new URL(dashboard()).port}`, '10.0.0.1'])
        expect(await underName(host), host).toBe(421);
    });

    test('without the cookie nothing is shown', async () => {
      for (const path of ['/', '/products/product-a', '/gates/1', '/live', '/blueprints'])
        for (const headers of [{}, { cookie: `${cookie.slice(0, -1)}x` }]) {
          const answer = await fetch(dashboard() + path, { headers });
          expect(answer.status, path).toBe(401);
          // but for the path that was asked for, to go on there
          expect((await answer.text()).replace(`value="${path}"`, ''), path).not.toContain('product-a');
        }
    });

    test(
      'a page of another origin answers no gate with the human’s cookie',
      async () => {
        const subject = `Shall we? ${Math.random().toString(36).slice(2, 8)}`;
        await worker(
          `cd product-c && ov mail send --from lead-1 --to operator --type question --subject '${subject}' --body 'Yes?' --json`,
        );
        const gates = () => shared.stack().fleet<GateView[]>('gates', 'product-c', '--all');
        const mine = async () => (await gates()).find((gate) => gate.subject === subject);
        await expect.poll(mine, { timeout: minutes, interval: 300 }).toMatchObject({ state: 'open' });
        const gate = `${dashboard()}/gates/${(await mine())?.n}`;
        const body = new URLSearchParams({ verdict: 'approved', text: '' });
        const answer = async (headers: Record<string, string>) =>
          (await fetch(gate, { method: 'POST', body, headers, redirect: 'manual' })).status;
        for (const origin of ['http://evil.example', `http://localhost:${shared.stack().port}`, 'null'])
          expect(await answer({ cookie, origin }), origin).toBe(403);
        expect(await answer({ cookie })).toBe(403);
        expect(await answer({ origin: dashboard() })).toBe(401);
        expect((await mine())?.state).toBe('open');
        expect(await answer({ cookie, origin: dashboard() })).toBe(303);
        expect(await mine()).toMatchObject({ state: 'approved', resolution: { via: 'dashboard' } });
      },
      minutes,
    );

    test('the token is not guessed, and who guesses is in the log', async () => {
      const said = [];
      for (let n = 0; n < 11; n++) said.push((await login(`wrong-${n}-0123456789abcdef`)).status);
      expect(said).toEqual([...Array(10).fill(401), 503]);
      expect((await login(token)).status).toBe(503);
      await shells(shared).logged(/a login to the dashboard was refused/);
    });
  });

  describe('at WebChat’s port', () => {
    const url = () => `http://127.0.0.1:${shared.stack().port}`;
    const token = async () =>
      (await shared.stack().exec('openclaw-meta', ['cat', '/home/node/.openclaw/token'])).trim();
    /** What the gateway says to a page of this origin that has the token. */
    const from = (origin: string, presented: string): Promise<string> =>
      new Promise((resolve) => {
        let said = '';
        // Not in the types: Node's own client takes headers.
        const socket = new WebSocket(url().replace('http', 'ws'), { headers: { origin } } as never);
        socket.addEventListener('message', ({ data }) => {
          said += data;
          if (!String(data).includes('connect.challenge')) return;
          const client = { id: 'openclaw-control-ui', version: '1', platform: 'linux', mode: 'webchat' };
          const params = {
            ...{ minProtocol: 4, maxProtocol: 4, client, role: 'operator', scopes: ['operator.admin'] },
            ...{ caps: [], auth: { token: presented } },
          };
          socket.send(JSON.stringify({ type: 'req', id: '1', method: 'connect', params }));
        });
        socket.addEventListener('close', ({ reason }) => resolve(`${said} ${reason}`));
      });

    test('a page of another origin is not let in, with the token neither', async () => {
      const right = await token();
      expect(right.length).toBeGreaterThan(20);
      for (const origin of ['http://evil.example', dashboard(), 'null']) {
        const said = await from(origin, right);
        expect(said, origin).toContain('origin not allowed');
        expect(said, origin).not.toContain('"ok":true');
      }
    });

    // The last of all: it shuts the door for this machine, for five minutes.
    test('the token is not guessed', async () => {
      const guess = (presented: string) =>
        connectGateway(url(), presented).then(
          () => 'in',
          (error) => String(error.message),
        );
      for (let n = 0; n < 10; n++)
        expect(await guess(`wrong-${n}-0123456789abcdef`)).toMatch(/mismatch|too many/);
      expect(await guess(await token())).toContain('too many failed');
    });
  });
}
