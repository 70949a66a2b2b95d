// Who has taken over the gateway, and swamps the one socket that is there.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Asked, meanwhile, minutes, mostMib, mostMs, type Shared, shells } from './shell.ts';

/** In openclaw-meta. `open(bytes, n)`: n connections that stay and read nothing; `raw`: what comes back until the end. */
const attacker = `
const { connect } = require('node:net');
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const dial = (bytes) => new Promise((done) => {
  const socket = connect(process.env.FLEET_GATEWAY_SOCKET);
  socket.pause();
  socket.once('connect', () => { if (bytes) socket.write(bytes); done(socket); }).once('error', () => done(null)).on('error', () => {});
});
// More at once than the kernel queues are turned away before fleetd sees them: those try again.
const open = async (bytes, n) => { const held = []; while (held.length < n) { const socket = await dial(bytes); if (socket) held.push(socket); else await sleep(5); } return held; };
const raw = (bytes) => new Promise((done) => {
  const socket = connect(process.env.FLEET_GATEWAY_SOCKET); let got = '';
  socket.on('data', (part) => (got += part)).on('error', () => {}).on('close', () => done(got)); socket.write(bytes);
});
const post = (path, body) => raw('POST ' + path + ' HTTP/1.1\\r\\nhost: x\\r\\nconnection: close\\r\\ncontent-type: application/json\\r\\ncontent-length: ' + Buffer.byteLength(body) + '\\r\\n\\r\\n' + body);
const codeOf = (answer) => (/"code":"(\\w+)"/.exec(answer) ?? ['', 'ok'])[1];
const source = { via: 'webchat', sender: 'attacker' };`;

const garbage = [
  '\0\u00ff\u0001\r\n\r\n',
  '\u0016\u0003\u0001\u0002\0\u0001\0\0',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'POST /v1/undo HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab',
  'POST /v1/undo HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
  'GET /v1/health HTTP/1.1\r\n\r\n',
];

export function swamps(shared: Shared): void {
  const { exec, asks } = shells(shared);
  const attack = (script: string) =>
    exec(
      'openclaw-meta',
      '1000',
      'node',
      '-e',
      `${attacker}\n(async () => { ${script}; process.exit(); })()`,
    );
  const bounded = async (script: string) => {
    let said = '';
    const { mib, waitedMs } = await meanwhile(shared, async () => {
      said = await attack(script);
    });
    expect(mib).toBeLessThan(mostMib);
    expect(waitedMs).toBeLessThan(mostMs);
    return said;
  };

  // Fleetd waits ten seconds for a head: they are let go while the others attack.
  let halfOpen: Promise<string>;
  beforeAll(() => {
    halfOpen = attack(
      `await Promise.all((await open('GET /v1/health HT', 10)).map((socket) => new Promise((done) => socket.resume().once('close', done)))); console.log('let go')`,
    );
    halfOpen.catch(() => {});
  });

  test.each([
    ['1,000 connections that say nothing', `await open('', 1000); await sleep(1500)`],
    [
      'bodies that are begun and never end, 600 MB of them',
      `const size = 2 * 1024 ** 2 - 10; await open('POST /v1/objectives HTTP/1.1\\r\\nhost: x\\r\\ncontent-type: application/json\\r\\ncontent-length: ' + size + '\\r\\n\\r\\n' + 'x'.repeat(size - 1), 300); await sleep(1500)`,
    ],
    [
      '800 who ask and do not read, and 40 who follow all that ever happened and do not read',
      `await open('GET /v1/events?after=0 HTTP/1.1\\r\\nhost: x\\r\\n\\r\\n', 40); await open('GET /v1/status HTTP/1.1\\r\\nhost: x\\r\\n\\r\\n', 800); await sleep(1500)`,
    ],
  ])('the operator is answered beside %s', async (_what, script) => void (await bounded(script)), minutes);

  test(
    'what is garbage is refused, and the operator is answered meanwhile',
    async () => {
      const said = await bounded(`
        for (const bytes of [...${JSON.stringify(garbage)}, 'GET / HTTP/1.1\\r\\nhost: x\\r\\nx: ' + 'a'.repeat(1e6) + '\\r\\n\\r\\n', 'GET /v1/' + 'a'.repeat(1e6) + ' HTTP/1.1\\r\\nhost: x\\r\\n\\r\\n'])
          console.log(((await raw(Buffer.from(bytes, 'latin1'))).split(' ')[1] ?? 'closed'));`);
      expect(said).toMatch(/^((4\d\d|closed)\n?){8}$/);
    },
    minutes,
  );

  test('what is half open is let go', async () => expect((await halfOpen).trim()).toBe('let go'), minutes);

  describe('filling the journal', () => {
    beforeAll(() => shared.stack().fleet('pause', 'product-b'));
    afterAll(async () => {
      // The quota comes back with the day, or with fleetd.
      await shared.stack().compose('restart', 'fleetd');
      await shared.stack().compose('up', '--detach', '--no-build', '--wait', '--wait-timeout', '120');
      await shared.stack().fleet('resume', 'product-b');
    }, 2 * minutes);

    test(
      'a queue of the longest texts ends before memory does',
      async () => {
        const said = await bounded(`
          const body = JSON.stringify({ product: 'product-b', text: '🦊' + 'x'.repeat(262140), source }); let n = 0, code = 'ok';
          const fill = async () => { while (code === 'ok' && n < 200) { const said = codeOf(await post('/v1/objectives', body)); if (said === 'ok') n += 1; else code = said; } };
          await Promise.all(Array.from({ length: 8 }, fill)); console.log(n + ' ' + code)`);
        expect(said).toBe('32 QUEUE_FULL');
        const { queue } = await shells(shared).status();
        expect(JSON.stringify(queue).length).toBeLessThan(1_000_000);
        const cancels = queue.map(
          ({ id }): Asked => [
            'POST',
            `/v1/objectives/${id}/cancel`,
            { reason: null, source: { via: 'webchat', sender: 'attacker' } },
          ],
        );
        for (const { body } of await asks('1000', ...cancels)) expect(body.ok).toBe(true);
        expect((await shells(shared).status()).queue).toEqual([]);
      },
      minutes,
    );

    test(
      'what is asked for in a day has an end for chat, and none for the operator',
      async () => {
        const said = await bounded(`
          const body = JSON.stringify({ source, scope: 'fleet', what: 'slots', value: 'x'.repeat(2 * 1024 ** 2 - 200) }); let n = 0, code;
          while ((code = codeOf(await post('/v1/caps', body))) !== 'GATEWAY_QUOTA' && n < 100) n += 1;
          console.log(code)`);
        expect(said).toBe('GATEWAY_QUOTA');
        const { id } = await shared.stack().fleet<{ id: string }>('start', 'product-b', 'still asked for');
        await shared.stack().fleet('cancel', id);
        await shells(shared).logged(/"code":"GATEWAY_QUOTA"/);
      },
      minutes,
    );
  });
}
