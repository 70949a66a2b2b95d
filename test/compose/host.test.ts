// The Docker engine and the whole host, restarted while four products run: on a host that the test owns, so that the
// machine's engine is not touched. Nobody brings anything back: the restart policies of docker-compose.yaml must.
//
// Not in the ordinary run (`npm run test:night -- host`): it needs root on Linux, and some minutes.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { GateView } from '../../src/contract/gates.ts';
import type { ObjectiveView } from '../../src/contract/objectives.ts';
import type { FleetStatus } from '../../src/contract/status.ts';
import { composeStack, services } from '../support/compose.ts';
import { type Fault, fourProducts, minutes } from '../support/four-products.ts';
import { type OwnHost, ownHost, ownHostMissing } from '../support/own-host.ts';
import { type FleetStack, fleetStack } from '../support/shared-stack.ts';

describe.skipIf(!process.env.OWN_HOST)('on a host of its own, while four products run', () => {
  const undo: (() => Promise<unknown>)[] = [];
  let host: OwnHost;
  let stack: FleetStack;
  let four: ReturnType<typeof fourProducts>;

  beforeAll(async () => {
    const missing = await ownHostMissing();
    if (missing) throw new Error(`A host of its own needs ${missing}, which is not here.`);
    const folder = await mkdtemp(join(tmpdir(), 'fleet-own-host-'));
    undo.push(() => rm(folder, { recursive: true, force: true }));
    const productsFile = join(folder, 'products.yaml');
    await writeFile(productsFile, await readFile('products.yaml', 'utf8'));
    const env = { OVERSTORY: 'sim', PRODUCTS_FILE: productsFile };
    // Built where there is a network and a cache.
    const built = await composeStack({ env });
    undo.push(() => built.down());
    await built.compose('build');
    host = await ownHost();
    undo.push(() => host.remove());
    await host.load(services.map((service) => `${built.project}-${service}`));
    const made = await composeStack({ project: built.project, folder, env, engineSocket: host.socket });
    stack = fleetStack(made, productsFile);
    await stack.configure({});
    four = fourProducts(stack);
    await four.prepare();
  }, 12 * minutes);
  afterAll(async () => {
    for (const step of undo.reverse()) await step();
  }, 3 * minutes);

  const faults: Fault[] = [
    { name: 'a restart of the engine', strike: () => host.restartEngine(), byItself: true },
    // An engine that is killed ends, once it is back, what ran on, and takes it for stopped by hand (seen with 20.10): a user says `docker compose up`.
    { name: 'kill -9 of dockerd and containerd', strike: () => host.crashEngine() },
    { name: 'a power cut', strike: () => host.cutPower(), byItself: true },
  ];
  test.each(faults)(
    '$name: all comes back, what died is said, nothing is done twice',
    (fault) => four.survived([fault]),
    10 * minutes,
  );

  test(
    'what was known comes back after a power cut: the queue, a pause, an open question',
    async () => {
      const { fleet } = stack;
      await fleet('pause', 'product-d');
      await fleet('priority', 'product-c', 'high');
      const held = await fleet<ObjectiveView>('start', 'product-d', 'is held by the pause');
      const asks = ['ov', 'mail', 'send', '--from', 'lead-1', '--to', 'operator', '--type', 'question'];
      const words = ['--subject', 'which one?', '--body', 'the first or the second'];
      await stack.compose(
        ...['exec', '--no-TTY', '--workdir', '/workspace/product-b', 'overstory-runtime', ...asks, ...words],
      );
      const known = async () => {
        const { queue, products, overrides } = await fleet<FleetStatus>('status');
        return {
          queue: queue.map(({ id, product, text, state }) => ({ id, product, text, state })),
          paused: products.map(({ name, paused }) => [name, paused]),
          overrides,
          gates: await fleet<GateView[]>('gates'),
          history: (await fleet<ObjectiveView[]>('history', '--last', '50')).map(({ id, state, why }) => [
            id,
            state,
            why,
          ]),
        };
      };
      await expect
        .poll(() => fleet<GateView[]>('gates'), { timeout: minutes, interval: 300 })
        .toHaveLength(1);
      const before = await known();
      expect(before.queue.map(({ id }) => id)).toEqual([held.id]);
      await host.cutPower();
      await four.comeBack({ byItself: true });
      expect(await known()).toEqual(before);

      await fleet('answer', String(before.gates[0]?.n), 'the second');
      await fleet('resume', 'product-d');
      await expect
        .poll(() => four.statesOf([held.id]), { timeout: 2 * minutes, interval: 500 })
        .toEqual(['done']);
      expect(await fleet<GateView[]>('gates')).toEqual([]);
      await four.checkWhatIsThere([held.id]);
    },
    8 * minutes,
  );
});
