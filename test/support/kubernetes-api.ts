// As much of a Kubernetes API as kubectl asks for what fleetd does: discovery, StatefulSets by server-side apply and patch, pods,
// events, rights. Of a controller it has what a test says: the pod that comes of a StatefulSet. Everything asked is kept.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { execa } from 'execa';

/** Any object of the API. */
// biome-ignore lint/suspicious/noExplicitAny: objects of an API that is not ours
export type ApiObject = any;

export interface KubernetesApi {
  kubeconfig: string;
  /** `METHOD /path`, in order, without discovery */
  asked: string[];
  /** by `<plural>/<name>` */
  objects: Map<string, ApiObject>;
  events: ApiObject[];
  /** What the controller makes of a StatefulSet with a replica; null: nothing. */
  podOf: (set: ApiObject) => ApiObject | null;
  /** Of an upgrade: `exec` of a pod. */
  onExec: (url: URL, request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  /** A refusal of what is asked, as the API says it; null: none */
  refuse: (method: string, path: string) => { code: number; reason: string; message: string } | null;
  may: (verb: string, resource: string) => boolean;
  /** A node that is out of reach confirms no end of a pod. */
  confirmsEnd: boolean;
  close(): Promise<void>;
}

/** False comes with one line that says why; under CI it throws instead. */
export async function kubectlAvailable(): Promise<boolean> {
  const { failed } = await execa('kubectl', ['version', '--client'], { reject: false, stdin: 'ignore' });
  if (!failed) return true;
  const line = 'these tests need kubectl (Debian: kubernetes-client)';
  if (process.env.CI) throw new Error(line);
  console.warn(`skipped: ${line}`);
  return false;
}

const groups: Record<string, [name: string, kind: string][]> = {
  '/api/v1': [
    ['pods', 'Pod'],
    ['events', 'Event'],
  ],
  '/apis/apps/v1': [['statefulsets', 'StatefulSet']],
  '/apis/networking.k8s.io/v1': [['networkpolicies', 'NetworkPolicy']],
  '/apis/authorization.k8s.io/v1': [['selfsubjectaccessreviews', 'SelfSubjectAccessReview']],
};

export async function kubernetesApi(): Promise<KubernetesApi> {
  const folder = await mkdtemp(join(tmpdir(), 'fleet-kubernetes-'));
  const api: KubernetesApi = {
    kubeconfig: join(folder, 'config'),
    asked: [],
    objects: new Map(),
    events: [],
    podOf: () => null,
    onExec: (_url, _request, socket) => socket.end('HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n'),
    refuse: () => null,
    may: () => true,
    confirmsEnd: true,
    async close() {
      server.close();
      server.closeAllConnections();
      await rm(folder, { recursive: true, force: true });
    },
  };
  let revision = 0;

  function control(set: ApiObject): void {
    const key = `pods/${set.metadata.name}-0`;
    if (set.spec.replicas === 0) {
      if (api.confirmsEnd) api.objects.delete(key);
      return;
    }
    if (api.objects.has(key)) return;
    const status = api.podOf(set);
    if (status === null) return;
    api.objects.set(key, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: `${set.metadata.name}-0`,
        namespace: set.metadata.namespace,
        labels: {
          ...set.spec.template.metadata.labels,
          'controller-revision-hash': set.status.updateRevision,
        },
        annotations: set.spec.template.metadata.annotations,
      },
      ...status,
    });
  }

  function change(key: string, body: ApiObject): ApiObject {
    const former = api.objects.get(key);
    const spec = { ...former?.spec, ...body.spec };
    const same = JSON.stringify(former?.spec.template) === JSON.stringify(spec.template);
    if (!same) revision += 1;
    const now = { ...former, ...body, spec, metadata: { uid: key, ...former?.metadata, ...body.metadata } };
    if (key.startsWith('statefulsets/')) now.status = { updateRevision: `revision-${revision}` };
    api.objects.set(key, now);
    if (key.startsWith('statefulsets/')) control(now);
    return now;
  }

  function serve(method: string, url: URL, body: ApiObject): [number, unknown] {
    const discovered = discovery(url.pathname);
    if (discovered !== null) return [200, discovered];
    api.asked.push(`${method} ${url.pathname}`);
    const refused = api.refuse(method, url.pathname);
    if (refused !== null) return [refused.code, failure(refused)];
    if (url.pathname.endsWith('/selfsubjectaccessreviews')) {
      const { verb, resource, subresource } = body.spec.resourceAttributes;
      return [
        201,
        {
          ...body,
          status: { allowed: api.may(verb, subresource ? `${resource}/${subresource}` : resource) },
        },
      ];
    }
    const [, plural = '', name] = /\/namespaces\/[^/]+\/([a-z]+)(?:\/([^/]+))?$/.exec(url.pathname) ?? [];
    if (plural === 'events')
      return [200, { kind: 'EventList', apiVersion: 'v1', metadata: {}, items: api.events }];
    if (name === undefined) {
      const items = [...api.objects].filter(([key]) => key.startsWith(`${plural}/`)).map(([, one]) => one);
      return [200, { kind: 'List', apiVersion: 'v1', metadata: {}, items: items.map((one) => ({ ...one })) }];
    }
    const key = `${plural}/${name}`;
    if (method === 'PATCH') return [200, change(key, body)];
    const found = api.objects.get(key);
    if (found === undefined)
      return [404, failure({ code: 404, reason: 'NotFound', message: `${plural} "${name}" not found` })];
    if (method === 'DELETE') {
      api.objects.delete(key);
      for (const [at, one] of api.objects) if (at.startsWith('statefulsets/')) control(one);
    }
    return [200, found];
  }

  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '', 'http://api');
    const text = await textOf(request);
    answer(response, ...serve(request.method ?? '', url, text === '' ? null : JSON.parse(text)));
  });
  server.on('upgrade', (request, socket, head) => {
    const url = new URL(request.url ?? '', 'http://api');
    api.asked.push(`${request.method} ${url.pathname}`);
    api.onExec(url, request, socket, head);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await writeFile(api.kubeconfig, kubeconfig(`http://127.0.0.1:${port}`));
  return api;
}

const kubeconfig = (server: string) =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'stand-in', cluster: { server } }],
    users: [{ name: 'tester', user: {} }],
    contexts: [{ name: 'stand-in', context: { cluster: 'stand-in', user: 'tester', namespace: 'default' } }],
    'current-context': 'stand-in',
  });

const failure = ({ code, reason, message }: { code: number; reason: string; message: string }) => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  code,
  reason,
  message,
});

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of request) text += part;
  return text;
}

function answer(response: ServerResponse, code: number, body: unknown): void {
  response.writeHead(code, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

function discovery(path: string): object | null {
  if (path === '/version') return { major: '1', minor: '32', gitVersion: 'v1.32.3' };
  if (path === '/api') return { kind: 'APIVersions', versions: ['v1'] };
  if (path === '/apis') {
    const versions = Object.keys(groups).flatMap((at) => at.split('/apis/')[1] ?? []);
    const list = versions.map((groupVersion) => {
      const [name, version] = groupVersion.split('/');
      const one = { groupVersion, version };
      return { name, versions: [one], preferredVersion: one };
    });
    return { kind: 'APIGroupList', apiVersion: 'v1', groups: list };
  }
  const resources = groups[path];
  if (resources === undefined) return null;
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: path.replace(/^\/apis?\//, ''),
    resources: resources.map(([name, kind]) => ({
      name,
      singularName: kind.toLowerCase(),
      kind,
      namespaced: !name.startsWith('self'),
      verbs: ['get', 'list', 'create', 'patch', 'delete'],
    })),
  };
}
