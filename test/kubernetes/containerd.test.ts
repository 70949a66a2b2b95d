// The stream to fleet-agent in a pod: the real kubectl, its real exec protocol, a real containerd and the real agent. The API
// between them is a stand-in; the pod is made of the StatefulSet that fleetd applied, with its user and its read-only root.
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { kubernetesEngine } from '../../src/runtime/engine/kubernetes.ts';
import { type Channel, connectRuntime, exponentialBackoff, type Runtime } from '../../src/runtime/index.ts';
import { pods } from '../runtime/engine/pods.ts';
import { type Containerd, startContainerd } from '../support/containerd.ts';
import { docker } from '../support/engine.ts';
import { agentImage } from '../support/engine-places.ts';
import { type KubernetesApi, kubernetesApi } from '../support/kubernetes-api.ts';

const image = `fleet-containerd-${process.pid}`;
const runtimes: Runtime[] = [];
let node: Containerd;
let api: KubernetesApi;
let channel: Channel;
let at: (argv: [string, ...string[]]) => Channel;

beforeAll(async () => {
  await agentImage(image);
  node = await startContainerd(image);
  console.log(`before ${node.version}`);
  api = await kubernetesApi();
  api.onExec = (url, request, socket, head) => void node.exec(url, request, socket, head);
  api.podOf = () => pods.ready;
  const env = {
    ...process.env,
    KUBECONFIG: api.kubeconfig,
    KUBECACHEDIR: `${tmpdir()}/kube-cache-${process.pid}`,
  };
  const options = {
    project: 'meta',
    context: null,
    namespace: 'fleet',
    image: `registry.example/runtime@sha256:${'a'.repeat(64)}`,
    secret: null,
    pullSecret: null,
    storage: '1Gi',
    storageClass: null,
    nodeLabels: {},
    env,
    tuning: { lookEveryMs: 50 },
  };
  const engine = kubernetesEngine(options);
  await engine.ensure({ product: 'shop', cpuCores: 0.5, memoryBytes: 512 * 1024 ** 2 });
  await node.run(api.objects.get('statefulsets/fleet-shop'));
  channel = engine.channel('shop');
  at = (argv) => kubernetesEngine({ ...options, argv }).channel('shop');
}, 300_000);
afterAll(async () => {
  await Promise.all(runtimes.map((runtime) => runtime.close()));
  await api?.close();
  await node?.close();
  await docker
    .getImage(image)
    .remove({ force: true })
    .catch(() => {});
}, 60_000);

async function link(): Promise<Runtime> {
  const runtime = connectRuntime({ channel, backoff: (attempt) => exponentialBackoff(attempt) / 10 });
  runtimes.push(runtime);
  await vi.waitFor(() => expect(runtime.link().state).toBe('connected'), 30_000);
  return runtime;
}
/** stdout of a command in the pod, and how it ended. */
async function inside(script: string): Promise<{ text: string; end: string }> {
  const stream = await at(['sh', '-c', script]).open();
  stream.writer.end();
  const text = (await stream.reader.toArray()).join('').trim();
  return { text, end: await stream.closed };
}
const agents = async () =>
  (await inside('for p in /proc/[0-9]*; do tr "\\0" " " < $p/cmdline 2>/dev/null; echo; done')).text
    .split('\n')
    .filter((line) => line.includes('/opt/fleet/agent.js') && !line.startsWith('sh')).length;

test('the agent answers from the pod, as its user and in its box', async () => {
  const runtime = await link();
  expect(runtime.link()).toMatchObject({ info: { workspaceRoot: '/workspace', platform: 'linux-x64' } });
  expect(await runtime.list()).toEqual([]);
  const { text } = await inside(
    'id -u; grep -E "CapBnd|NoNewPrivs" /proc/self/status; touch /x 2>&1; touch /workspace/x && echo ok',
  );
  expect(text).toMatch(/^1000\nCapBnd:\s+0+\nNoNewPrivs:\s+1\ntouch: .*Read-only file system\nok$/);
});

test('an exit code comes through, and the last words with it', async () => {
  expect((await inside('echo gone wrong >&2; exit 7')).end).toMatch(/^kubectl exec ended \(exit 7\)/);
});

test('half close: the far end reads to the end of what was sent, and then answers', async () => {
  const stream = await at(['sh', '-c', 'wc -c']).open();
  const sent = Buffer.alloc(8 * 1024 ** 2, 'a');
  stream.writer.end(sent);
  expect((await stream.reader.toArray()).join('').trim()).toBe(String(sent.length));
  expect(await stream.closed).toContain('exit 0');
});

test('what nobody reads waits at the far end, not in our memory', async () => {
  const before = process.memoryUsage().rss;
  const stream = await at(['sh', '-c', 'head -c 200000000 /dev/zero']).open();
  let largest = 0;
  for (let n = 0; n < 20; n += 1) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    largest = Math.max(largest, process.memoryUsage().rss - before);
  }
  expect(largest).toBeLessThan(60 * 1024 ** 2);
  let bytes = 0;
  for await (const part of stream.reader) bytes += part.length;
  expect(bytes).toBe(200_000_000);
  await stream.close();
});

test('closed by us, the agent in the pod leaves', async () => {
  const before = await agents();
  const runtime = await link();
  expect(await agents()).toBe(before + 1);
  await runtime.close();
  await vi.waitFor(async () => expect(await agents()).toBe(before), 15_000);
});

test('a torn connection is noticed, the agent behind it leaves, and the link comes again', async () => {
  const runtime = await link();
  const lost = new Promise<string>((resolve) => runtime.on('lost', ({ code }) => resolve(code)));
  const again = new Promise<void>((resolve) => runtime.on('connected', () => resolve()));
  const before = await agents();
  node.tear();
  expect(await lost).toBe('RUNTIME_LOST');
  await again;
  await vi.waitFor(async () => expect(await agents()).toBeLessThanOrEqual(before), 15_000);
});

test('round trips (report only)', async () => {
  const runtime = await link();
  const took: number[] = [];
  for (let n = 0; n < 300; n += 1) {
    const from = performance.now();
    await runtime.watch([]);
    took.push(performance.now() - from);
  }
  took.sort((a, b) => a - b);
  console.log(`kubectl exec: p50 ${took[150]?.toFixed(2)} ms, p95 ${took[285]?.toFixed(2)} ms`);
  expect(took).toHaveLength(300);
});

test('a container that ended, and a pod that is not there, are told at the opening', async () => {
  await node.kill('fleet-shop-0');
  await expect(channel.open()).rejects.toMatchObject({ code: 'RUNTIME_UNREACHABLE' });
});
