// A containerd of the test's own as a node has one: pods made through its interface for Kubernetes, and execs that its own
// streaming server answers, in the protocol that kubectl speaks. Needs root, containerd, ctr and runc.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import type { ApiObject } from './kubernetes-api.ts';

// dockerode brings both, for its builds.
const require = createRequire(import.meta.resolve('dockerode'));
const { credentials, loadPackageDefinition } = require('@grpc/grpc-js');
const { loadSync } = require('@grpc/proto-loader');

type Reply = Record<string, string>;

export interface Containerd {
  version: string;
  /** A pod of this StatefulSet's template: its one container, with its user, its limits and an empty volume. */
  run(set: ApiObject): Promise<void>;
  /** Hands an exec on to the runtime's streaming server. */
  exec(url: URL, request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void>;
  /** Breaks every exec, as a network does. */
  tear(): void;
  /** Ends the pod's container. */
  kill(pod: string): Promise<void>;
  close(): Promise<void>;
}

const config = (folder: string, image: string) => `
version = 2
root = "${folder}/root"
state = "${folder}/state"
[grpc]
  address = "${folder}/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${image}"
  restrict_oom_score_adj = true
  stream_server_address = "127.0.0.1"
  stream_server_port = "0"
  [plugins."io.containerd.grpc.v1.cri".cni]
    conf_dir = "${folder}/cni"
`;

/** @param image  of the Docker engine here; its command must wait for ever */
export async function startContainerd(image: string): Promise<Containerd> {
  const folder = await mkdtemp(join(tmpdir(), 'fleet-containerd-'));
  const socket = join(folder, 'containerd.sock');
  const name = `docker.io/library/${image}:latest`;
  await mkdir(join(folder, 'logs'));
  await writeFile(join(folder, 'config.toml'), config(folder, name));
  const daemon = execa('containerd', ['--config', join(folder, 'config.toml'), '--log-level', 'warn'], {
    reject: false,
    stdin: 'ignore',
    all: true,
    buffer: false,
    env: { PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
  });
  const said: string[] = [];
  daemon.all.on('data', (part) => said.push(String(part)));

  const proto = fileURLToPath(new URL('./cri.proto', import.meta.url));
  const loaded = loadPackageDefinition(loadSync(proto, { keepCase: true, longs: Number, defaults: true }));
  const Service = loaded.runtime.v1.RuntimeService;
  const client = new Service(`unix:${socket}`, credentials.createInsecure());
  const call = (method: string, request: object): Promise<Reply> =>
    new Promise((resolve, reject) => {
      const deadline = Date.now() + 60_000;
      client.waitForReady(deadline, (late?: Error) => {
        if (late) return reject(new Error(`containerd did not answer: ${said.join('').slice(-2_000)}`));
        client[method](request, { deadline }, (error: Error | null, reply: Reply) =>
          error ? reject(error) : resolve(reply),
        );
      });
    });

  const pods = new Map<string, { sandbox: string; container: string }>();
  const streams = new Set<Duplex>();
  const { runtime_name, runtime_version } = await call('Version', {});
  const saved = join(folder, 'image.tar');
  await execa('docker', ['save', '--output', saved, image]);
  await execa('ctr', ['--address', socket, '--namespace', 'k8s.io', 'images', 'import', saved]);
  await rm(saved);

  const namespaces = { network: 2, pid: 1, ipc: 0 };
  async function run({ metadata, spec }: ApiObject): Promise<void> {
    const { containers, securityContext } = spec.template.spec;
    const [one] = containers;
    const pod = `${metadata.name}-0`;
    const sandboxConfig = {
      metadata: { name: pod, uid: `${pod}-${Date.now()}`, namespace: 'fleet', attempt: 0 },
      log_directory: join(folder, 'logs'),
      linux: { cgroup_parent: '/fleet-test', security_context: { namespace_options: namespaces } },
    };
    const { pod_sandbox_id: sandbox = '' } = await call('RunPodSandbox', { config: sandboxConfig });
    const mounts = [];
    for (const { mountPath } of one.volumeMounts) {
      const host_path = await mkdtemp(join(folder, 'volume-'));
      await execa('chown', [`${securityContext.runAsUser}:${securityContext.runAsGroup}`, host_path]);
      mounts.push({ container_path: mountPath, host_path, readonly: false });
    }
    const { container_id: container = '' } = await call('CreateContainer', {
      pod_sandbox_id: sandbox,
      sandbox_config: sandboxConfig,
      config: {
        metadata: { name: one.name, attempt: 0 },
        image: { image: name },
        envs: one.env.map(({ name, value }: { name: string; value: string }) => ({ key: name, value })),
        mounts,
        log_path: `${pod}.log`,
        linux: {
          resources: { memory_limit_in_bytes: Number.parseInt(one.resources.limits.memory, 10) * 1024 ** 2 },
          security_context: {
            capabilities: { add_capabilities: [], drop_capabilities: one.securityContext.capabilities.drop },
            namespace_options: namespaces,
            run_as_user: { value: securityContext.runAsUser },
            run_as_group: { value: securityContext.runAsGroup },
            readonly_rootfs: one.securityContext.readOnlyRootFilesystem,
            no_new_privs: !one.securityContext.allowPrivilegeEscalation,
          },
        },
      },
    });
    await call('StartContainer', { container_id: container });
    pods.set(pod, { sandbox, container });
  }

  return {
    version: `${runtime_name} ${runtime_version}`,
    run,
    async exec({ pathname, searchParams }, request, near, head) {
      try {
        const pod = pods.get(pathname.split('/').at(-2) ?? '');
        if (pod === undefined) throw new Error('container not found ("runtime")');
        const on = (key: string) => searchParams.get(key) === 'true';
        const { url } = await call('Exec', {
          container_id: pod.container,
          cmd: searchParams.getAll('command'),
          tty: on('tty'),
          stdin: on('stdin'),
          stdout: on('stdout'),
          stderr: on('stderr'),
        });
        const to = new URL(url ?? '');
        const far = connect(Number(to.port), to.hostname);
        const lines = [`${request.method} ${to.pathname} HTTP/1.1`, `Host: ${to.host}`];
        for (let at = 0; at < request.rawHeaders.length; at += 2)
          if (!/^(host|origin)$/i.test(request.rawHeaders[at] ?? ''))
            lines.push(`${request.rawHeaders[at]}: ${request.rawHeaders[at + 1]}`);
        far.write(`${lines.join('\r\n')}\r\n\r\n`);
        if (head.length > 0) far.write(head);
        streams.add(near);
        far.pipe(near);
        near.pipe(far);
        for (const [one, other] of [
          [near, far],
          [far, near],
        ] as const) {
          one.on('error', () => other.destroy());
          one.on('close', () => other.destroy());
        }
      } catch (error) {
        const { message } = error as Error;
        const status = { kind: 'Status', apiVersion: 'v1', status: 'Failure', code: 500, message };
        const body = JSON.stringify(status);
        const head = `HTTP/1.1 500 Internal Server Error\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}`;
        near.end(`${head}\r\nconnection: close\r\n\r\n${body}`);
      }
    },
    tear() {
      for (const one of streams) one.destroy();
      streams.clear();
    },
    kill: async (pod) =>
      void (await call('StopContainer', { container_id: pods.get(pod)?.container, timeout: 0 })),
    async close() {
      for (const { sandbox } of pods.values()) {
        await call('StopPodSandbox', { pod_sandbox_id: sandbox }).catch(() => {});
        await call('RemovePodSandbox', { pod_sandbox_id: sandbox }).catch(() => {});
      }
      client.close();
      daemon.kill('SIGTERM', undefined);
      await daemon;
      await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
    },
  };
}
