// What `npm pack` gives, as others get it: the plugin installed into a stock OpenClaw by its own command, `fleet` and
// `fleetd` run by npx, and the three talking to each other. No registry is asked: what is packed brings all it needs.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa, type ResultPromise } from 'execa';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { gatewayEnvironment, openclawOfDevDependency } from '../../src/openclaw/gateway.ts';
import { fleetToolNames } from '../../src/openclaw/gateway-config.ts';
import { connectGateway } from '../support/gateway-client.ts';
import { freePort } from '../support/trial-process.ts';

const token = 'test-token-0123456789abcdef0123456789abcdef';
/** Node 24 comes as an optional package, for who has an older one; here it is the one that runs this test. */
const noRegistry = { npm_config_offline: 'true', npm_config_omit: 'optional' };

let folder: string;
let archive: string;
/** What goes on until the end of the test; of npx and its child a signal to npx ends only npx, so each is a group. */
const lasting: ResultPromise[] = [];

const sockets = () => ({
  FLEET_SOCKET: join(folder, 'run/operator.sock'),
  FLEET_GATEWAY_SOCKET: join(folder, 'run/gateway.sock'),
});
interface Lasting {
  env?: Record<string, string>;
  detached?: true;
  reject?: false;
}
const npx = (words: string[], options: Lasting = {}) =>
  execa('npx', ['--yes', `--package=${archive}`, ...words], {
    ...options,
    cwd: folder,
    env: { ...noRegistry, npm_config_cache: join(folder, 'npm'), ...options.env },
    stdin: 'ignore',
  });
const stock = () => gatewayEnvironment(folder, token, { ...noRegistry, ...sockets() });
const openclaw = (words: string[], options: Lasting = {}) =>
  execa(process.execPath, [openclawOfDevDependency(), ...words], {
    ...options,
    cwd: folder,
    env: stock(),
    extendEnv: false,
    stdin: 'ignore',
  });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pack-'));
  for (const name of ['home', 'state', 'run']) await mkdir(join(folder, name), { mode: 0o700 });
  const { stdout } = await execa('npm', ['pack', '--json', '--pack-destination', folder]);
  const [packed] = Object.values(JSON.parse(stdout) as Record<string, { filename: string }>);
  archive = join(folder, packed?.filename ?? '');
});

afterAll(async () => {
  for (const { pid } of lasting) {
    try {
      if (pid !== undefined) process.kill(-pid, 'SIGTERM');
    } catch {
      // ended by itself
    }
  }
  await Promise.allSettled(lasting);
  await rm(folder, { recursive: true, force: true });
}, 60_000);

it('installs into a stock OpenClaw, where /fleet is answered by a fleetd from the same package', async () => {
  await writeFile(
    join(folder, 'products.yaml'),
    'products:\n  - name: shop\n    description: The shop of the package\nscheduling: {}\n',
  );
  const port = await freePort();
  await writeFile(
    join(folder, 'openclaw.json'),
    JSON.stringify({
      gateway: { mode: 'local', port, bind: 'loopback', auth: { mode: 'token', token } },
      update: { checkOnStart: false },
      telemetry: { enabled: false },
    }),
  );
  await openclaw(['plugins', 'install', archive, '--force', '--accept-capabilities']);
  const { plugins } = JSON.parse((await openclaw(['plugins', 'list', '--json'])).stdout) as {
    plugins: { id: string; status: string; toolNames: string[] }[];
  };
  const plugin = plugins.find(({ id }) => id === 'meta-coordinator');
  expect(plugin).toMatchObject({ status: 'loaded', toolNames: [...fleetToolNames] });

  lasting.push(
    npx(['fleetd', '--products', 'products.yaml', '--state', 'fleetd', '--dashboard-port', 'off'], {
      detached: true,
      reject: false,
      // No engine: the runtime is out of reach, and fleetd says so instead of ending.
      env: { ...sockets(), DOCKER_HOST: `unix://${join(folder, 'no-engine.sock')}` },
    }),
    openclaw(['gateway'], { detached: true, reject: false }),
  );
  await expect
    .poll(() => npx(['fleet', 'products'], { env: sockets() }).then(({ stdout }) => stdout, String), {
      timeout: 60_000,
    })
    .toContain('The shop of the package');
  const url = `http://127.0.0.1:${port}`;
  await expect
    .poll(() => fetch(`${url}/readyz`).then(({ ok }) => ok, String), { timeout: 180_000, interval: 200 })
    .toBe(true);
  const client = await connectGateway(url, token);
  try {
    expect(await client.chat('agent:main:main', '/fleet products')).toContain('The shop of the package');
  } finally {
    client.close();
  }
}, 300_000);
