// The real kubectl before a stand-in of the API: what is asked of a cluster, and what comes of its answers.
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { kubernetesEngine } from '../../../src/runtime/engine/kubernetes.ts';
import { type KubernetesApi, kubectlAvailable, kubernetesApi } from '../../support/kubernetes-api.ts';
import { digest, pods } from './pods.ts';

const image = `registry.example/runtime@${digest}`;
const place = (product: string) => ({ product, cpuCores: 0.5, memoryBytes: 1024 ** 3 });
const tuning = { lookEveryMs: 50, patienceMs: 300, endMs: 400 };

function engineOn(
  kubeconfig: string,
  more: { context?: string; image?: string; program?: string; project?: string } = {},
) {
  const env = {
    ...process.env,
    KUBECONFIG: kubeconfig,
    KUBECACHEDIR: `${tmpdir()}/kube-cache-${process.pid}`,
  };
  return kubernetesEngine({
    project: 'meta',
    context: null,
    namespace: 'fleet',
    image,
    secret: 'model-keys',
    pullSecret: null,
    storage: '20Gi',
    storageClass: null,
    nodeLabels: {},
    env,
    tuning,
    ...more,
  });
}

test('an image without a digest is refused', () => {
  expect(() => engineOn('/nowhere', { image: 'runtime:latest' })).toThrow(
    expect.objectContaining({ code: 'RUNTIME_IMAGE' }),
  );
});

test('kubectl that is not there is told, by ensure and by the channel', async () => {
  const engine = engineOn('/nowhere', { program: '/nowhere/kubectl' });
  const missing = { code: 'RUNTIME_UNREACHABLE', mend: expect.stringContaining('Install kubectl') };
  await expect(engine.ensure(place('shop'))).rejects.toMatchObject(missing);
  await expect(engine.channel('shop').open()).rejects.toMatchObject(missing);
});

describe.runIf(await kubectlAvailable())('kubectl', () => {
  let api: KubernetesApi;
  beforeEach(async () => {
    api = await kubernetesApi();
    // As the role allows: no look at namespaces.
    api.refuse = (_method, path) =>
      path === '/api/v1/namespaces/fleet'
        ? {
            code: 403,
            reason: 'Forbidden',
            message: 'namespaces "fleet" is forbidden: User "u" cannot get resource',
          }
        : null;
  });
  afterEach(() => api.close());
  const set = (name: string) => api.objects.get(`statefulsets/${name}`);

  test('a place is made, is there, and is made no second time', async () => {
    api.podOf = () => pods.ready;
    const engine = engineOn(api.kubeconfig);
    expect(await engine.list()).toEqual([]);
    await Promise.all([engine.ensure(place('shop')), engine.ensure(place('shop'))]);
    const patches = api.asked.filter((one) => one.startsWith('PATCH'));
    expect(patches).toEqual([
      'PATCH /apis/networking.k8s.io/v1/namespaces/fleet/networkpolicies/fleet-products-meta',
      'PATCH /apis/apps/v1/namespaces/fleet/statefulsets/fleet-shop',
    ]);
    expect(await engine.list()).toEqual([
      { product: 'shop', state: 'running', says: null, node: 'node-1', imageDigest: digest },
    ]);
    await engine.ensure({ ...place('shop'), memoryBytes: 2 * 1024 ** 3 });
    expect(set('fleet-shop').spec.template.spec.containers[0].resources.requests.memory).toBe('2048Mi');
    expect(api.asked.filter((one) => one.startsWith('DELETE'))).toEqual([]);
  });

  test('a volume stays as it was made when products.yaml has another', async () => {
    api.podOf = () => pods.ready;
    await engineOn(api.kubeconfig).ensure(place('shop'));
    const claim = set('fleet-shop').spec.volumeClaimTemplates[0].spec;
    claim.resources.requests.storage = '5Gi';
    claim.storageClassName = 'slow';
    await engineOn(api.kubeconfig).ensure(place('shop'));
    expect(set('fleet-shop').spec.volumeClaimTemplates[0].spec).toMatchObject({
      resources: { requests: { storage: '5Gi' } },
      storageClassName: 'slow',
    });
  });

  test('no room: the scheduler’s own reason; it is placed when there is some', async () => {
    api.podOf = () => pods.notScheduled;
    const engine = engineOn(api.kubeconfig);
    await expect(engine.ensure(place('shop'))).rejects.toMatchObject({
      code: 'RUNTIME_NO_ROOM',
      product: 'shop',
      message: expect.stringContaining('0/2 nodes are available: 2 Insufficient memory'),
    });
    expect(await engine.list()).toMatchObject([{ product: 'shop', state: 'starting', node: null }]);
    // Asked for less, the waiting pod is made anew: it would not learn of it.
    api.podOf = () => pods.ready;
    await engine.ensure({ ...place('shop'), memoryBytes: 600 * 1024 ** 2 });
    expect(api.asked).toContain('DELETE /api/v1/namespaces/fleet/pods/fleet-shop-0');
  });

  test('a quota that is used up is no room; nothing is forced', async () => {
    api.events = [
      {
        kind: 'Event',
        apiVersion: 'v1',
        metadata: { name: 'e' },
        type: 'Warning',
        reason: 'FailedCreate',
        message: 'create Pod fleet-shop-0 in StatefulSet fleet-shop failed error: exceeded quota: fleet',
        involvedObject: { kind: 'StatefulSet', name: 'fleet-shop' },
      },
    ];
    await expect(engineOn(api.kubeconfig).ensure(place('shop'))).rejects.toMatchObject({
      code: 'RUNTIME_NO_ROOM',
    });
    expect(api.asked.filter((one) => one.startsWith('DELETE'))).toEqual([]);
  });

  test('parked: no pod, the StatefulSet and its claim stay; of nothing at once', async () => {
    api.podOf = () => pods.ready;
    const engine = engineOn(api.kubeconfig);
    await engine.park('shop');
    await engine.ensure(place('shop'));
    await engine.park('shop');
    expect(api.objects.has('pods/fleet-shop-0')).toBe(false);
    expect(await engine.list()).toMatchObject([{ product: 'shop', state: 'parked' }]);
    await engine.ensure(place('shop'));
    expect(await engine.list()).toMatchObject([{ product: 'shop', state: 'running' }]);
  });

  test('a node that does not answer: not lost, not ended, and never forced', async () => {
    api.podOf = () => pods.ready;
    const engine = engineOn(api.kubeconfig);
    await engine.ensure(place('shop'));
    const pod = api.objects.get('pods/fleet-shop-0');
    api.objects.set('pods/fleet-shop-0', { ...pod, status: pods.nodeSilent.status });
    api.confirmsEnd = false;
    expect(await engine.list()).toMatchObject([
      { state: 'unknown', says: expect.stringContaining('node-1') },
    ]);
    await expect(engine.ensure(place('shop'))).rejects.toMatchObject({ code: 'RUNTIME_UNREACHABLE' });
    await expect(engine.park('shop')).rejects.toMatchObject({
      code: 'RUNTIME_NOT_ENDED',
      message: expect.stringContaining('node-1'),
    });
    expect(api.asked.filter((one) => one.startsWith('DELETE'))).toEqual([]);
    expect(await engine.doctor()).toContainEqual(
      expect.objectContaining({ product: 'shop', state: 'failed' }),
    );
  });

  test('what is another fleet’s is left alone', async () => {
    api.podOf = () => pods.ready;
    await engineOn(api.kubeconfig).ensure(place('shop'));
    const other = engineOn(api.kubeconfig, { project: 'other' });
    const taken = { code: 'RUNTIME_PLACE_TAKEN', message: expect.stringContaining('one of meta') };
    await expect(other.ensure(place('shop'))).rejects.toMatchObject(taken);
    await expect(other.park('shop')).rejects.toMatchObject(taken);
    expect(set('fleet-shop').spec.replicas).toBe(1);
  });

  test('who may not, and who is nobody, is told what to do', async () => {
    api.refuse = () => ({
      code: 403,
      reason: 'Forbidden',
      message: 'forbidden: User "u" cannot get resource',
    });
    await expect(engineOn(api.kubeconfig).ensure(place('shop'))).rejects.toMatchObject({
      code: 'RUNTIME_FORBIDDEN',
    });
    api.refuse = () => ({ code: 401, reason: 'Unauthorized', message: 'Unauthorized' });
    await expect(engineOn(api.kubeconfig).list()).rejects.toMatchObject({ code: 'RUNTIME_LOGIN' });
    await expect(engineOn(api.kubeconfig, { context: 'prod' }).list()).rejects.toMatchObject({
      code: 'RUNTIME_ADDRESS_INVALID',
      message: expect.stringContaining('prod'),
    });
    await api.close();
    await expect(engineOn(api.kubeconfig).list()).rejects.toMatchObject({ name: 'FleetError' });
  });

  test('doctor: the versions, the rights that lack, the places', async () => {
    const engine = engineOn(api.kubeconfig);
    expect(await engine.doctor()).toMatchObject([
      { state: 'ok', says: expect.stringMatching(/^Kubernetes v1\.32\.3, kubectl v1\./) },
      { state: 'ok', says: 'fleetd may do there what it has to' },
      { state: 'ok', says: 'kubernetes namespace fleet: 0 products' },
    ]);
    api.may = (_verb, resource) => resource !== 'pods/exec';
    expect((await engine.doctor())[1]).toMatchObject({
      state: 'failed',
      says: 'fleetd may not: get pods/exec, create pods/exec',
    });
  });

  test('an exec that the cluster refuses is told before anything is asked of the agent', async () => {
    const engine = engineOn(api.kubeconfig);
    await expect(engine.channel('shop').open()).rejects.toMatchObject({
      code: 'RUNTIME_UNREACHABLE',
      message: expect.stringContaining('fleet-shop-0'),
    });
  });
});
