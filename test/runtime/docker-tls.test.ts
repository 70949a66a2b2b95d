// dockerClient: an engine over TLS with certificates on both sides. The real one, where there is one, is behind a server
// that ends the TLS; that asks for a client's certificate as dockerd --tlsverify does.
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type Server } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { FleetError } from '../../src/common/errors.ts';
import { dockerChannel, dockerClient, runtimeLabel } from '../../src/runtime/index.ts';
import { certificates } from '../support/certificates.ts';
import { docker, engineAvailable, engineImage } from '../support/engine.ts';
import { freePort } from '../support/trial-process.ts';

const withEngine = await engineAvailable();

let folder: string;
let issue: ReturnType<typeof certificates>;
let server: Server;
let host: string;
let strict: ChildProcess;
let strictHost: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fleet-tls-'));
  issue = certificates(folder);
  issue.sign('ca', null);
  issue.sign('other', null);
  issue.sign('server', 'ca', 'subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth\n');
  issue.sign('client', 'ca', 'extendedKeyUsage=clientAuth\n');
  issue.sign('stranger', 'other', 'extendedKeyUsage=clientAuth\n');
  server = createServer(
    {
      ca: readFileSync(join(folder, 'ca.pem')),
      cert: readFileSync(join(folder, 'server.pem')),
      key: readFileSync(join(folder, 'server-key.pem')),
      requestCert: true,
      rejectUnauthorized: true,
    },
    (socket) => {
      const engine = connect('/var/run/docker.sock');
      socket.pipe(engine).pipe(socket);
      for (const each of [socket, engine])
        each
          .on('error', () => {})
          .on('close', () => {
            socket.destroy();
            engine.destroy();
          });
    },
  );
  server.on('tlsClientError', () => {});
  // Node's server hangs up on a client of another authority; this one says so by an alert, as dockerd does.
  const strictPort = await freePort();
  strict = spawn(
    'openssl',
    [
      's_server',
      '-accept',
      `127.0.0.1:${strictPort}`,
      '-quiet',
      '-Verify',
      '1',
      '-verify_return_error',
    ].concat(
      ['-CAfile', join(folder, 'ca.pem')],
      ['-cert', join(folder, 'server.pem'), '-key', join(folder, 'server-key.pem')],
    ),
    { stdio: 'ignore' },
  );
  strictHost = `tcp://127.0.0.1:${strictPort}`;
  await vi.waitFor(
    () =>
      new Promise<void>((resolve, reject) => {
        const socket = connect(strictPort, '127.0.0.1', () => resolve(void socket.destroy()));
        socket.once('error', reject);
      }),
    5_000,
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  host = `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server?.close();
  strict?.kill();
  await rm(folder, { recursive: true, force: true });
});

async function refusal(address: Parameters<typeof dockerClient>[0]): Promise<string> {
  try {
    await dockerChannel({ project: 'p', docker: dockerClient(address) }).open();
    return 'opened';
  } catch (thrown) {
    const { code, message, mend } = FleetError.wrap(thrown);
    return `${code}: ${message} ${mend}`;
  }
}

test('certificates that are missing or none are named, each by its file', async () => {
  const good = await issue.folder('good-but', 'client', 'ca');
  await rm(join(good, 'key.pem'));
  expect(await refusal({ host, certs: good })).toMatch(
    /^ENGINE_CERTS_UNREADABLE: .*good-but\/key\.pem.*ENOENT/,
  );
  await writeFile(join(good, 'key.pem'), 'a secret that is no key');
  const said = await refusal({ host, certs: good });
  expect(said).toMatch(/^ENGINE_CERTS_UNREADABLE: .*good-but\/key\.pem/);
  expect(said).not.toContain('a secret');
  if (process.getuid?.() !== 0) {
    await chmod(join(good, 'key.pem'), 0o000);
    expect(await refusal({ host, certs: good })).toMatch(/^ENGINE_CERTS_UNREADABLE: .*EACCES/);
  }
});

test.each([
  'box:2376',
  'http://box:2376',
  'tcp://',
  'tcp://box:2376/path',
  'tcp://user@box:2376',
  'ssh://box',
])('the address %j is refused', async (address) => {
  expect(await refusal({ host: address, certs: '/' })).toMatch(/^RUNTIME_ADDRESS_INVALID/);
});

test('an engine of another authority, and one that knows us not, are told apart', async () => {
  expect(await refusal({ host, certs: await issue.folder('other-ca', 'client', 'other') })).toMatch(
    /^ENGINE_UNREACHABLE: .*Give ca\.pem of the authority/,
  );
  expect(
    await refusal({ host: strictHost, certs: await issue.folder('stranger-of', 'stranger', 'ca') }),
  ).toMatch(/^ENGINE_UNREACHABLE: .*Give cert\.pem and key\.pem/);
});

test('what the environment says of Docker is not heard', async () => {
  vi.stubEnv('DOCKER_HOST', 'tcp://127.0.0.1:1');
  vi.stubEnv('DOCKER_CERT_PATH', '/nowhere');
  try {
    expect(await refusal({ socket: '/nowhere/docker.sock' })).toMatch(/ENOENT \/nowhere\/docker.sock/);
    const certified = await issue.folder('environment', 'stranger', 'ca');
    expect(await refusal({ host: strictHost, certs: certified })).toMatch(/Give cert\.pem/);
    expect(process.env.DOCKER_HOST).toBe('tcp://127.0.0.1:1');
  } finally {
    vi.unstubAllEnvs();
  }
});

describe.runIf(withEngine)('a real engine behind it', () => {
  const project = `test-tls-${process.pid}`;
  let container: Awaited<ReturnType<typeof docker.createContainer>>;
  beforeAll(async () => {
    container = await docker.createContainer({
      Image: engineImage,
      Cmd: ['sleep', 'infinity'],
      Labels: { [runtimeLabel]: project },
      HostConfig: { Init: true, NetworkMode: 'none' },
    });
    await container.start();
  });
  afterAll(() => container?.remove({ force: true, v: true }));

  test('its stream carries bytes both ways and its end', async () => {
    const address = { host, certs: await issue.folder('real', 'client', 'ca') };
    const channel = dockerChannel({
      project,
      docker: dockerClient(address),
      argv: ['cat'],
      workingDir: '/tmp',
    });
    const opened = await channel.open();
    const text = 'é'.repeat(100_000);
    let got = '';
    opened.reader.setEncoding('utf8').on('data', (chunk) => {
      got += chunk;
    });
    opened.writer.write(text);
    await vi.waitFor(() => expect(got.length).toBe(text.length), 10_000);
    expect(got).toBe(text);
    await opened.close();
    expect(await channel.doctor?.()).toEqual([expect.objectContaining({ state: 'ok' })]);
  });
});
