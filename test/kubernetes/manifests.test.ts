// deploy/kubernetes: each manifest by Kubernetes' own schema, and held as strictly as the services of the bundle.
import { readdir, readFile } from 'node:fs/promises';
import { execa } from 'execa';
import * as apps from 'kubernetes-models/apps/v1';
import * as networking from 'kubernetes-models/networking.k8s.io/v1';
import * as rbac from 'kubernetes-models/rbac.authorization.k8s.io/v1';
import * as core from 'kubernetes-models/v1';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { readRegistry } from '../../src/registry/index.ts';
import { networkPolicy } from '../../src/runtime/engine/kubernetes-objects.ts';
import { kubectlAvailable } from '../support/kubernetes-api.ts';

const folder = 'deploy/kubernetes';

interface Manifest {
  kind: string;
  apiVersion: string;
  metadata: { name: string };
  // biome-ignore lint/suspicious/noExplicitAny: a manifest of any kind
  spec?: any;
  // biome-ignore lint/suspicious/noExplicitAny: a manifest of any kind
  [key: string]: any;
}

function read(text: string): Manifest[] {
  return parseAllDocuments(text, { merge: true }).map((document) => {
    expect(document.errors).toEqual([]);
    return document.toJS();
  });
}
const files = (await readdir(folder)).filter((name) => name.endsWith('.yaml'));
const own = files.filter((name) => !['kustomization.yaml', 'products.yaml'].includes(name));
const manifests = (
  await Promise.all(own.map(async (name) => read(await readFile(`${folder}/${name}`, 'utf8'))))
).flat();
const of = (kind: string, name: string) => {
  const found = manifests.find((one) => one.kind === kind && one.metadata.name === name);
  if (found === undefined)
    throw new Error(`Expected ${kind} ${name}, got ${manifests.map(({ kind }) => kind)}.`);
  return found;
};

// biome-ignore lint/suspicious/noExplicitAny: the models' constructors take each its own
const models: Record<string, new (one: any) => { validate(): void }> = {
  ...core,
  ...apps,
  ...networking,
  ...rbac,
};
const validate = (one: Manifest) => {
  const Model = models[one.kind];
  if (Model === undefined) throw new Error(`Expected a model of ${one.kind}, got none.`);
  new Model(one).validate();
};

it.each(manifests.map((one) => [`${one.kind} ${one.metadata.name}`, one] as const))(
  '%s is of the schema',
  (_, one) => {
    expect(() => validate(one)).not.toThrow();
  },
);

it('a manifest that is wrong is found', () => {
  const set = structuredClone(of('StatefulSet', 'fleetd'));
  set.spec.template.spec.containers[0].resources = { limits: ['512Mi'] };
  expect(() => validate(set)).toThrow();
});

describe.each([
  ['StatefulSet', 'fleetd'],
  ['Deployment', 'openclaw-meta'],
])('%s %s', (kind, name) => {
  const pod = of(kind, name).spec.template.spec;

  it('is held as the Pod Security Standard “restricted” asks, with a read-only root', () => {
    expect(pod.securityContext).toMatchObject({
      runAsNonRoot: true,
      runAsUser: 1000,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(pod).toMatchObject({ automountServiceAccountToken: false, enableServiceLinks: false });
    for (const shared of ['hostNetwork', 'hostPID', 'hostIPC']) expect(pod).not.toHaveProperty(shared);
    for (const container of pod.containers) {
      expect(container.securityContext).toEqual({
        allowPrivilegeEscalation: false,
        privileged: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      expect(container.resources.limits.memory).toMatch(/^\d+[MG]i$/);
      expect(container).not.toHaveProperty('hostPort');
    }
    for (const volume of pod.volumes) expect(volume).not.toHaveProperty('hostPath');
  });

  it('is one', () => {
    expect(of(kind, name).spec.replicas).toBe(1);
  });
});

it('the token of the cluster is fleetd’s alone, and what it may do is in one namespace', () => {
  const holders = ['StatefulSet/fleetd', 'Deployment/openclaw-meta'].flatMap((each) => {
    const [kind = '', name = ''] = each.split('/');
    return of(kind, name).spec.template.spec.containers.flatMap(
      (one: { name: string; volumeMounts: { name: string }[] }) =>
        one.volumeMounts.some((mount) => mount.name === 'token') ? [one.name] : [],
    );
  });
  expect(holders).toEqual(['fleetd']);
  expect(manifests.filter(({ kind }) => kind.startsWith('Cluster'))).toEqual([]);
  const { rules } = of('Role', 'fleetd');
  const may = rules.flatMap(({ resources, verbs }: { resources: string[]; verbs: string[] }) =>
    resources.flatMap((resource) => verbs.map((verb) => `${verb} ${resource}`)),
  );
  expect(may.filter((one: string) => /\*|secrets|persistentvolume|roles|serviceaccounts/.test(one))).toEqual(
    [],
  );
  expect(may).toContain('create pods/exec');
  expect(may).not.toContain('create pods');
});

it('no secret is in a manifest, and fleetd reads none of the workers’', () => {
  expect(manifests.filter(({ kind }) => kind === 'Secret')).toEqual([]);
  expect(JSON.stringify(of('StatefulSet', 'fleetd'))).not.toContain('envFrom');
});

it('nobody but the gateway reaches fleetd, and only by the relay', () => {
  expect(of('NetworkPolicy', 'fleetd').spec.ingress).toEqual([
    {
      from: [{ podSelector: { matchLabels: { 'app.kubernetes.io/name': 'openclaw-meta' } } }],
      ports: [{ protocol: 'TCP', port: 41791 }],
    },
  ]);
  expect(of('NetworkPolicy', 'openclaw-meta').spec.ingress).toEqual([]);
  // Products have a policy of fleetd's: none of these lets them in.
  const products = networkPolicy({ project: 'meta-coordinator', namespace: 'fleet' } as never) as Manifest;
  expect(products.spec.podSelector.matchLabels).toEqual({
    'dev.meta-coordinator/project': 'meta-coordinator',
  });
});

it('products.yaml is one', async () => {
  await expect(
    readRegistry(`${folder}/products.yaml`, { workspaceRoot: '/workspace', projectsRoot: null }),
  ).resolves.toBeDefined();
});

describe.runIf(await kubectlAvailable())('kubectl kustomize', () => {
  it('puts all of it into one namespace, each image by digest', async () => {
    const { stdout } = await execa('kubectl', ['kustomize', folder], { stdin: 'ignore' });
    const built = read(stdout);
    for (const one of built) {
      expect(() => validate(one)).not.toThrow();
      if (one.kind !== 'Namespace') expect(one.metadata).toMatchObject({ namespace: 'fleet' });
    }
    const images = built.flatMap(({ spec }) =>
      (spec?.template?.spec.containers ?? []).map(({ image }: { image: string }) => image),
    );
    expect(images).toHaveLength(4);
    for (const image of images) expect(image).toMatch(/^registry\.example\/[a-z-]+@sha256:[0-9a-f]{64}$/);
    const config = built.find(({ kind }) => kind === 'ConfigMap');
    expect(config?.metadata.name).toBe('products');
  });
});
