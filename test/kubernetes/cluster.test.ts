// Products as pods of a real cluster: `npm run test:kubernetes`. The kinds of failure that are tried here are listed in
// docs/kubernetes.md.
import { execa } from 'execa';
import { afterAll, expect, test, vi } from 'vitest';
import type { Engine } from '../../src/runtime/engine/engine.ts';
import { kubernetesEngine } from '../../src/runtime/engine/kubernetes.ts';
import { connectRuntime, type Runtime } from '../../src/runtime/index.ts';

const minutes = 60_000;
const { FLEET_TEST_IMAGE: image = '', FLEET_TEST_NAMESPACE: namespace = 'fleet-test' } = process.env;
const project = `test-${process.pid}`;
const place = (product: string, memoryBytes = 512 * 1024 ** 2) => ({ product, cpuCores: 0.1, memoryBytes });
const runtimes: Runtime[] = [];

function engineWith(more: { image?: string; secret?: string } = {}): Engine {
  const settings = { project, context: null, namespace, image, secret: null, pullSecret: null };
  const volume = { storage: '1Gi', storageClass: null, nodeLabels: {} };
  return kubernetesEngine({ ...settings, ...volume, tuning: { patienceMs: 30_000 }, ...more });
}
const engine = engineWith();
const kubectl = async (...args: string[]) =>
  (await execa('kubectl', ['--namespace', namespace, ...args], { stdin: 'ignore' })).stdout;
const inside = (product: string, script: string) =>
  kubectl('exec', `fleet-${product}-0`, '--container=runtime', '--', 'sh', '-c', script).catch(({ stderr }) =>
    String(stderr),
  );

async function link(product: string): Promise<Runtime> {
  const runtime = connectRuntime({ channel: engine.channel(product) });
  runtimes.push(runtime);
  await vi.waitFor(() => expect(runtime.link().state).toBe('connected'), 60_000);
  return runtime;
}

afterAll(async () => {
  await Promise.all(runtimes.map((runtime) => runtime.close()));
  const ours = `--selector=dev.meta-coordinator/project=${project}`;
  await kubectl('delete', 'statefulset,networkpolicy', ours, '--ignore-not-found');
  await kubectl('delete', 'pvc', ours, '--ignore-not-found');
}, 5 * minutes);

test(
  'two products come up, each with its agent, and neither sees the other',
  async () => {
    await Promise.all([engine.ensure(place('shop')), engine.ensure(place('blog'))]);
    expect((await link('shop')).link()).toMatchObject({ info: { workspaceRoot: '/workspace' } });
    expect(await engine.list()).toMatchObject([
      { product: 'blog', state: 'running', imageDigest: expect.stringMatching(/^sha256:/) },
      { product: 'shop', state: 'running' },
    ]);
    await inside('shop', 'echo mine > /workspace/mine.txt');
    expect(await inside('blog', 'cat /workspace/mine.txt')).toContain('No such file');
    expect(await inside('shop', 'id -u; touch /x 2>&1; ls /var/run/secrets 2>&1')).toMatch(
      /^1000\n.*Read-only file system\n.*No such file/,
    );
  },
  15 * minutes,
);

test(
  'a pod that is killed comes back with its volume, and the link with it',
  async () => {
    const runtime = await link('shop');
    const again = new Promise<void>((resolve) => runtime.on('connected', () => resolve()));
    await kubectl('delete', 'pod', 'fleet-shop-0', '--wait=false');
    await again;
    expect(await inside('shop', 'cat /workspace/mine.txt')).toBe('mine');
  },
  10 * minutes,
);

test(
  'parked: the pod is gone, the volume is not',
  async () => {
    await engine.park('shop');
    expect(await kubectl('get', 'pod', 'fleet-shop-0', '--ignore-not-found')).toBe('');
    await engine.ensure(place('shop'));
    expect(await inside('shop', 'cat /workspace/mine.txt')).toBe('mine');
  },
  10 * minutes,
);

test(
  'more than any node has: the scheduler’s reason',
  async () => {
    await expect(engine.ensure(place('huge', 10_000 * 1024 ** 3))).rejects.toMatchObject({
      code: 'RUNTIME_NO_ROOM',
      message: expect.stringMatching(/nodes are available|exceeded quota/),
    });
  },
  5 * minutes,
);

test(
  'an image that is not there, and a Secret that is not there, are told',
  async () => {
    const nowhere = engineWith({ image: `registry.invalid/none@sha256:${'0'.repeat(64)}` });
    await expect(nowhere.ensure(place('no-image'))).rejects.toMatchObject({ code: 'RUNTIME_IMAGE' });
    await expect(engineWith({ secret: 'none-such' }).ensure(place('no-secret'))).rejects.toMatchObject({
      code: 'RUNTIME_NOT_RUNNING',
      message: expect.stringContaining('none-such'),
    });
  },
  10 * minutes,
);

test('doctor: versions and rights', async () => {
  const found = await engine.doctor();
  expect(found[0]).toMatchObject({ check: 'engine', says: expect.stringMatching(/^Kubernetes v1\./) });
  expect(found[1]).toMatchObject({ state: 'ok' });
});
