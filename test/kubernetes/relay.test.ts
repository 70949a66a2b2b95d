// The gateway's socket of fleetd in another pod: real relays on both ends, and who has not the key.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa, type ResultPromise } from 'execa';
import { afterEach, beforeEach, expect, test } from 'vitest';

const relay = 'containers/fleetd/relay.mjs';
let folder: string;
const children: ResultPromise[] = [];
const server = createServer((asked, answer) => answer.end(`fleetd got ${asked.url}`));

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fleet-relay-'));
  await writeFile(join(folder, 'secret'), 'a'.repeat(64));
  await writeFile(join(folder, 'other'), 'b'.repeat(64));
  await new Promise<void>((resolve) => server.listen(join(folder, 'fleetd.sock'), resolve));
});
afterEach(async () => {
  for (const child of children.splice(0)) {
    child.kill();
    await child.catch(() => {});
  }
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true, force: true });
});

/** @returns what it says first */
async function start(secret: string, ...args: string[]): Promise<string> {
  const child = execa(process.execPath, [relay, ...args], {
    env: { RELAY_SECRET_FILE: join(folder, secret) },
    reject: false,
    all: true,
  });
  children.push(child);
  return await new Promise((resolve) => child.all.once('data', (said) => resolve(String(said).trim())));
}
const serve = async () =>
  /port (\d+)/.exec(await start('secret', 'serve', '0', join(folder, 'fleetd.sock')))?.[1] ?? '';
const get = (socketPath: string, path: string) =>
  new Promise<string>((resolve, reject) => {
    request({ socketPath, path }, async (reply) => resolve((await reply.toArray()).join('')))
      .on('error', reject)
      .end();
  });

test('what is asked on one socket is answered by the other', async () => {
  const port = await serve();
  const near = join(folder, 'near.sock');
  await start('secret', 'reach', `127.0.0.1:${port}`, near);
  expect(await get(near, '/v1/health')).toBe('fleetd got /v1/health');
  const many = await Promise.all(Array.from({ length: 50 }, (_, n) => get(near, `/${n}`)));
  expect(many[49]).toBe('fleetd got /49');
});

test('who has another key, or none, gets no byte through; the others go on', async () => {
  const port = await serve();
  const wrong = join(folder, 'wrong.sock');
  await start('other', 'reach', `127.0.0.1:${port}`, wrong);
  await expect(get(wrong, '/v1/health')).rejects.toThrow();
  const plain = connect(Number(port), '127.0.0.1');
  plain.write('GET /v1/health HTTP/1.1\r\nhost: x\r\n\r\n');
  const heard = (await plain.toArray().catch(() => [])).join('');
  expect(heard).not.toContain('fleetd got');
  const near = join(folder, 'near.sock');
  await start('secret', 'reach', `127.0.0.1:${port}`, near);
  expect(await get(near, '/still')).toBe('fleetd got /still');
});

test('a key that is too short is none', async () => {
  await writeFile(join(folder, 'short'), 'secret');
  expect(await start('short', 'serve', '0', join(folder, 'fleetd.sock'))).toContain(
    'at least 32 characters, got 6',
  );
});

test('fleetd that is not there ends a request, not the relay', async () => {
  const port = await serve();
  const near = join(folder, 'near.sock');
  await start('secret', 'reach', `127.0.0.1:${port}`, near);
  await new Promise((resolve) => server.close(resolve));
  await expect(get(near, '/v1/health')).rejects.toThrow();
  await new Promise<void>((resolve) => server.listen(join(folder, 'fleetd.sock'), resolve));
  expect(await get(near, '/back')).toBe('fleetd got /back');
});
