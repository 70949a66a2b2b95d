// Who gets in: by fetch, as a browser or an attacker's page would ask.
import { readdirSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDashboard } from '../../src/dashboard/index.ts';
import { busyScene, type Scene, token } from './scenes.ts';

let scene: Scene;
let own: string;
let cookie: string;
beforeAll(async () => {
  scene = await busyScene();
  own = new URL(scene.dashboard.link).origin;
  const answer = await login(token);
  cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
});
afterAll(() => scene[Symbol.asyncDispose]());

function login(presented: string, origin = own): Promise<Response> {
  const body = new URLSearchParams({ token: presented });
  return fetch(`${own}/login`, { method: 'POST', body, headers: { origin }, redirect: 'manual' });
}

/** fetch does not let Host be chosen */
function statusWithHost(host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(`${own}/`, { headers: { host, cookie } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
}

const approve = (headers: Record<string, string>) =>
  fetch(`${own}/gates/1`, {
    method: 'POST',
    body: new URLSearchParams({ verdict: 'approved', text: '' }),
    headers,
    redirect: 'manual',
  });

describe('the guard', () => {
  it('shows nothing of the fleet without the cookie', async () => {
    for (const path of ['/', '/products/shop', '/gates/1', '/live', '/nothing']) {
      const answer = await fetch(own + path);
      expect(answer.status, path).toBe(401);
      // but for the path that was asked for, to go on there
      expect((await answer.text()).replace(`value="${path}"`, ''), path).not.toContain('shop');
    }
    expect((await fetch(own, { headers: { cookie: `${cookie.slice(0, -1)}x` } })).status).toBe(401);
  });

  it('exchanges the token for a cookie that scripts and other sites cannot use', async () => {
    const answer = await login(token);
    expect(answer.status).toBe(303);
    const set = answer.headers.get('set-cookie') ?? '';
    expect(set).toMatch(/HttpOnly/);
    expect(set).toMatch(/SameSite=Strict/);
    expect(set).not.toContain(token);
    expect((await fetch(own, { headers: { cookie } })).status).toBe(200);
    for (const wrong of ['', `${token}x`, token.slice(1)]) {
      const refused = await login(wrong);
      expect([refused.status, refused.headers.get('set-cookie')]).toEqual([401, null]);
    }
  });

  it('goes on where it was asked, and nowhere else', async () => {
    const asked = await fetch(`${own}/history?state=done`);
    expect(await asked.text()).toContain('name="to" value="/history?state=done"');
    const going = async (to: string) => {
      const body = new URLSearchParams({ token, to });
      const headers = { origin: own };
      const answer = await fetch(`${own}/login`, { method: 'POST', body, headers, redirect: 'manual' });
      return answer.headers.get('location');
    };
    expect(await going('/history?state=done')).toBe('/history?state=done');
    for (const to of [
      '//evil.example',
      '/\\evil.example',
      'https://evil.example',
      '/\t/evil.example',
      '/.//evil.example',
      '/history/..//evil.example',
      '',
      'x',
    ])
      expect(await going(to), to).toBe('/');
  });

  it('says of a form that is too long that it is', async () => {
    const { status, text } = await new Promise<{ status?: number; text: string }>((resolve, reject) => {
      // Of a connection of its own: it is closed with the body unread.
      const headers = { origin: own, 'content-type': 'application/x-www-form-urlencoded' };
      request(`${own}/login`, { method: 'POST', agent: false, headers }, async (response) => {
        let text = '';
        for await (const part of response) text += String(part);
        resolve({ status: response.statusCode, text });
      })
        .on('error', reject)
        .end(`token=${'x'.repeat(300_000)}`);
    });
    expect(status).toBe(400);
    expect(text).toContain('at most 262144 bytes');
  });

  it('takes no answer from another origin, none without an origin, and none without the cookie', async () => {
    const state = () => scene.world.fleet.gates.get(1).state;
    for (const origin of [
      'http://evil.example',
      'http://localhost:41789',
      'null',
      own.replace('http', 'https'),
    ])
      expect((await approve({ cookie, origin })).status, origin).toBe(403);
    expect((await approve({ cookie })).status).toBe(403);
    expect((await approve({ origin: own })).status).toBe(401);
    expect((await login(token, 'http://evil.example')).status).toBe(403);
    expect(state()).toBe('open');
  });

  it('does nothing for another origin, and nothing without the cookie', async () => {
    const pause = (path: string, headers: Record<string, string>) =>
      fetch(own + path, {
        method: 'POST',
        body: new URLSearchParams({ act: 'pause', product: 'shop', text: 'Ship it' }),
        headers,
        redirect: 'manual',
      });
    const before = scene.world.journal.lastSeq();
    for (const path of ['/', '/products/shop', '/objectives/obj-7', '/start']) {
      expect((await pause(path, { cookie, origin: 'http://evil.example' })).status, path).toBe(403);
      expect((await pause(path, { cookie })).status, path).toBe(403);
      expect((await pause(path, { origin: own })).status, path).toBe(401);
    }
    expect(scene.world.journal.lastSeq()).toBe(before);
    expect((await pause('/', { cookie, origin: own })).status).toBe(303);
    expect(scene.world.fleet.status('shop').products[0]?.paused).not.toBeNull();
  });

  it('answers under its own names only: another that resolves to it is DNS rebinding', async () => {
    expect(await statusWithHost('localhost:41790')).toBe(200);
    expect(await statusWithHost('127.0.0.1')).toBe(200);
    for (const host of ['evil.example', 'localhost.evil.example:41790', '10.0.0.1', 'localhost@evil.example'])
      expect(await statusWithHost(host), host).toBeGreaterThanOrEqual(400);
  });

  it('forbids inline script, framing and foreign loads, on every reply', async () => {
    for (const [path, headers] of [
      ['/', { cookie }],
      ['/', {}],
      ['/nothing', { cookie }],
    ] as const) {
      const answer = await fetch(own + path, { headers });
      const policy = answer.headers.get('content-security-policy') ?? '';
      expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toContain('unsafe');
      expect(await answer.text()).not.toMatch(
        /<script>|<script [^>]*>[^<]|<style| style=| on[a-z]+=|https?:\/\/(?!localhost)/,
      );
    }
  });

  it('shows what workers wrote as text', async () => {
    const { world } = scene;
    world.fake.mailFrom('billing', {
      type: 'question',
      subject: '<img src=x onerror=alert(1)>',
      body: '</pre><script>alert(1)</script>\u001b[2J\u202e',
    });
    await scene.pass(1_000);
    const gate = world.fleet.gates.list('billing', false).at(-1);
    for (const path of ['/', '/products/billing', `/gates/${gate?.n}`]) {
      const html = await (await fetch(own + path, { headers: { cookie } })).text();
      expect(html, path).toContain('&lt;img src=x onerror=alert(1)&gt;');
      for (const live of ['<img', '<script>', '\u001b', '\u202e']) expect(html, path).not.toContain(live);
    }
  });

  it('sends every style in one sheet', async () => {
    const sent = await (await fetch(`${own}/assets/style.css`)).text();
    const folder = 'src/dashboard/assets/style';
    for (const name of readdirSync(folder))
      expect(sent, name).toContain(readFileSync(`${folder}/${name}`, 'utf8'));
    // what a browser has is not sent again
    for (const name of ['style.css', 'live.js', 'acts.js', 'palette.js', 'notify.js', 'icon.svg?n=2']) {
      const first = await fetch(`${own}/assets/${name}`);
      const again = await fetch(`${own}/assets/${name}`, {
        headers: { 'if-none-match': first.headers.get('etag') ?? '' },
      });
      expect([name, again.status, await again.text()]).toEqual([name, 304, '']);
    }
  });

  it('refuses a token that could be guessed', async () => {
    const options = { client: {} as never, host: '127.0.0.1', log: {} as never } as const;
    await expect(startDashboard({ ...options, port: 0, token: 'short' })).rejects.toMatchObject({
      code: 'TOKEN_TOO_SHORT',
    });
  });
});
