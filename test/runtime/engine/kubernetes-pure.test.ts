// What Kubernetes says of a pod in our words, and the objects that it is asked for: without a cluster.
import { StatefulSet } from 'kubernetes-models/apps/v1';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import { describe, expect, it } from 'vitest';
import { kubectlFault } from '../../../src/runtime/engine/kubectl.ts';
import {
  type KubernetesSettings,
  networkPolicy,
  statefulSet,
} from '../../../src/runtime/engine/kubernetes-objects.ts';
import { standingOf } from '../../../src/runtime/engine/kubernetes-reasons.ts';
import { eventSchema, podSchema, statefulSetSchema } from '../../../src/runtime/engine/kubernetes-shapes.ts';
import { pods } from './pods.ts';

const set = (replicas = 1) =>
  statefulSetSchema.parse({ metadata: { name: 'fleet-shop' }, spec: { replicas } });
const pod = (of: keyof typeof pods) =>
  podSchema.parse({
    metadata: { name: 'fleet-shop-0', ...metadata(of) },
    ...rest(of),
  });
const metadata = (of: keyof typeof pods): object =>
  'metadata' in pods[of] ? (pods[of].metadata as object) : {};
const rest = (of: keyof typeof pods) => ({ spec: pods[of].spec, status: pods[of].status });
const event = (message: string, reason = 'FailedCreate') =>
  eventSchema.parse({ reason, message, type: 'Warning' });

describe('standingOf()', () => {
  it.each([
    ['ready', 'running', null, null],
    ['fresh', 'starting', null, 'its container is being made'],
    [
      'notScheduled',
      'starting',
      'RUNTIME_NO_ROOM',
      'no node has room: 0/2 nodes are available: 2 Insufficient memory',
    ],
    [
      'noVolume',
      'starting',
      'RUNTIME_VOLUME',
      /^its volume cannot be had: 0\/2 nodes are available: pod has unbound/,
    ],
    ['gated', 'starting', null, 'Kubernetes has not placed it yet'],
    ['making', 'starting', null, 'its container is being made'],
    ['pullFails', 'failed', 'RUNTIME_IMAGE', /^its image cannot be had \(ErrImagePull\): failed to pull/],
    ['pullWaits', 'failed', 'RUNTIME_IMAGE', /^its image cannot be had \(ImagePullBackOff\): Back-off/],
    [
      'noSecret',
      'failed',
      'RUNTIME_NOT_RUNNING',
      /CreateContainerConfigError\): secret "model-keys" not found$/,
    ],
    ['preparing', 'starting', null, 'it is being prepared'],
    ['crashes', 'failed', 'RUNTIME_NOT_RUNNING', 'its container ended with exit 1: Expected products.yaml'],
    ['outOfMemory', 'failed', 'RUNTIME_OUT_OF_MEMORY', 'the kernel ended it for want of memory'],
    ['killed', 'failed', 'RUNTIME_NOT_RUNNING', 'its container ended with exit 137'],
    ['upAfterOutOfMemory', 'running', null, 'the kernel ended it before for want of memory'],
    [
      'evicted',
      'failed',
      'RUNTIME_EVICTED',
      /^Kubernetes took it from its node: The node was low on resource: memory/,
    ],
    ['preempted', 'failed', 'RUNTIME_EVICTED', /preempting to accommodate a higher priority pod$/],
    ['nodeLost', 'unknown', 'RUNTIME_UNREACHABLE', 'node node-1 does not answer; what runs there may run on'],
    [
      'nodeSilent',
      'unknown',
      'RUNTIME_UNREACHABLE',
      'node node-1 does not answer; what runs there may run on',
    ],
    ['ending', 'starting', null, 'the former pod is being ended'],
  ] as const)('a pod that is %s: %s', (of, state, code, says) => {
    const found = standingOf(set(), pod(of));
    expect([found.state, found.code]).toEqual([state, code]);
    if (says instanceof RegExp) expect(found.says).toMatch(says);
    else expect(found.says).toBe(says);
  });

  it('without a pod: parked, not made yet, refused by a quota, refused', () => {
    expect(standingOf(set(0), null)).toMatchObject({ state: 'parked' });
    expect(standingOf(set(), null)).toMatchObject({ state: 'starting', code: null });
    const quota =
      'create Pod fleet-shop-0 in StatefulSet fleet-shop failed error: pods "fleet-shop-0" is forbidden: exceeded quota: fleet, requested: requests.memory=4Gi, used: requests.memory=14Gi, limited: requests.memory=16Gi';
    expect(standingOf(set(), null, [event(quota)])).toMatchObject({
      state: 'starting',
      code: 'RUNTIME_NO_ROOM',
      says: expect.stringContaining('exceeded quota: fleet'),
    });
    const security =
      'pods "fleet-shop-0" is forbidden: violates PodSecurity "restricted:latest": hostNetwork';
    expect(standingOf(set(), null, [event(quota), event(security)])).toMatchObject({
      state: 'failed',
      code: 'RUNTIME_NOT_RUNNING',
      says: expect.stringContaining('violates PodSecurity'),
    });
  });

  it('the engine’s words come as one line of at most 300 characters', () => {
    const long = podSchema.parse({
      metadata: { name: 'p' },
      ...rest('evicted'),
      status: { ...pods.evicted.status, message: `a\n\u001b[31mb${'c'.repeat(5_000)}` },
    });
    const { says } = standingOf(set(), long);
    expect(says?.length).toBeLessThan(340);
    expect(says).not.toMatch(/\p{Cc}/u);
  });
});

const settings: KubernetesSettings = {
  project: 'meta-coordinator',
  namespace: 'fleet',
  image: `registry.example/runtime@sha256:${'a'.repeat(64)}`,
  secret: 'model-keys',
  pullSecret: 'registry',
  storage: '20Gi',
  storageClass: 'fast',
  nodeLabels: { disk: 'ssd' },
};
const place = { product: 'web-shop', cpuCores: 1.5, memoryBytes: 4 * 1024 ** 3 };

describe('the objects of a product', () => {
  const made = statefulSet(settings, place) as ConstructorParameters<typeof StatefulSet>[0] & object;
  const template = made.spec?.template.spec;
  const container = template?.containers[0];

  it('are of Kubernetes’ own schema, with and without what may be left out', () => {
    expect(() => new StatefulSet(made).validate()).not.toThrow();
    const bare = { ...settings, secret: null, pullSecret: null, storageClass: null, nodeLabels: {} };
    expect(() => new StatefulSet(statefulSet(bare, place) as object).validate()).not.toThrow();
    expect(() => new NetworkPolicy(networkPolicy(settings) as object).validate()).not.toThrow();
    // It finds what is wrong.
    const wrong = { ...made, spec: { ...made.spec, replicas: 'one' } } as object;
    expect(() => new StatefulSet(wrong).validate()).toThrow();
  });

  it('are one, end nothing when they change, and keep the volume', () => {
    expect(made.spec).toMatchObject({
      replicas: 1,
      updateStrategy: { type: 'OnDelete' },
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
    });
    expect(template?.tolerations?.map(({ key, tolerationSeconds }) => [key, tolerationSeconds])).toEqual([
      ['node.kubernetes.io/not-ready', undefined],
      ['node.kubernetes.io/unreachable', undefined],
    ]);
  });

  it('are held as strictly as the services of the bundle', () => {
    expect(template).toMatchObject({
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
    });
    for (const shared of ['hostNetwork', 'hostPID', 'hostIPC']) expect(template).not.toHaveProperty(shared);
    expect(container?.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      privileged: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(container?.resources).toEqual({
      requests: { memory: '4096Mi', cpu: '1500m' },
      limits: { memory: '6144Mi', cpu: '3000m' },
    });
    expect(template?.volumes?.every((one) => 'emptyDir' in one)).toBe(true);
  });

  it('name the keys’ Secret and hold no key', () => {
    expect(container?.envFrom).toEqual([{ secretRef: { name: 'model-keys' } }]);
    expect(container?.env?.map(({ name }) => name)).toEqual([
      'FLEET_WORKSPACE',
      'FLEET_PRODUCTS',
      'FLEET_PROJECTS',
      'HOME',
    ]);
  });

  it('let nobody in, and out only to names and the internet', () => {
    expect(networkPolicy(settings)).toMatchObject({
      spec: {
        podSelector: { matchLabels: { 'dev.meta-coordinator/project': 'meta-coordinator' } },
        policyTypes: ['Ingress', 'Egress'],
        ingress: [],
      },
    });
    expect(JSON.stringify(networkPolicy(settings))).toContain('169.254.0.0/16');
  });
});

describe('kubectlFault()', () => {
  it.each([
    [
      'The connection to the server 127.0.0.1:1 was refused - did you specify the right host or port?',
      'RUNTIME_UNREACHABLE',
    ],
    ['Unable to connect to the server: dial tcp: lookup nowhere: no such host', 'RUNTIME_UNREACHABLE'],
    ['error: context "prod" does not exist', 'RUNTIME_ADDRESS_INVALID'],
    ['Error in configuration: context was not found for specified context: prod', 'RUNTIME_ADDRESS_INVALID'],
    ['Error from server (NotFound): namespaces "fleet" not found', 'RUNTIME_ADDRESS_INVALID'],
    ['error: You must be logged in to the server (Unauthorized)', 'RUNTIME_LOGIN'],
    [
      'Unable to connect to the server: getting credentials: exec: executable aws failed with exit code 255',
      'RUNTIME_LOGIN',
    ],
    ['Unable to connect to the server: x509: certificate signed by unknown authority', 'RUNTIME_LOGIN'],
    [
      'Error from server (Forbidden): statefulsets.apps "fleet-shop" is forbidden: User "u" cannot get resource',
      'RUNTIME_FORBIDDEN',
    ],
    [
      'The StatefulSet "fleet-shop" is invalid: spec: Forbidden: updates to statefulset spec',
      'RUNTIME_REFUSED',
    ],
    ['Error from server: admission webhook "policy.example" denied the request: no', 'RUNTIME_REFUSED'],
    ['', 'RUNTIME_UNREACHABLE'],
  ])('%s', (said, code) => {
    expect(kubectlFault(said)).toMatchObject({ code, mend: expect.stringMatching(/\.$/) });
  });
});
