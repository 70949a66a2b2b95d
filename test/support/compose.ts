// The bundle as a human starts it: `docker compose` on the repository's own file, with a project, a port and
// an .env of its own, so that stacks do not meet; taken down with its volumes whatever happens.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { tooSlow } from '../../src/openclaw/gateway.ts';
import { freePort } from './trial-process.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Those that are looked at for their health. */
export const services = ['openclaw-meta', 'fleetd', 'overstory-runtime'] as const;
export type Service = (typeof services)[number] | 'publisher' | 'deliverer';

export interface ComposeOptions {
  /** Unique per stack; also the value of the runtime's label. Default: made up. */
  project?: string;
  /** Holds the .env; of the stack, and gone with it. Default: made. Given again, with the same project: the same stack. */
  folder?: string;
  /** Lines of .env; FLEET_PORT is a free port unless given. Nothing of the caller's environment leaks in. */
  env?: Record<string, string>;
  /** Further compose files, on top of docker-compose.yaml. */
  files?: string[];
  /** Socket of an engine that the test owns; default: the one that the docker command uses here. */
  engineSocket?: string;
}

export interface ComposeStack {
  project: string;
  folder: string;
  /** WebChat's published port on 127.0.0.1 */
  port: number;
  /** of .env, as it was made */
  env: Record<string, string>;
  /** `docker compose <args>` on this stack; rejects on a failure, with its output in the message. */
  compose(...args: string[]): Promise<string>;
  /** Builds, starts, waits until all three are healthy. On a failure the logs are in the message. */
  up(): Promise<void>;
  /**
   * The stack with other settings from now on, until called again: these on top of those it was made with.
   * Recreates the services that a change concerns, and waits until all are healthy. Nothing is built.
   */
  configure(change: { env?: Record<string, string>; files?: string[] }): Promise<void>;
  /** stdout of a command in a service. */
  exec(service: Service, argv: string[], options?: { user?: string }): Promise<string>;
  logs(service: Service): Promise<string>;
  /** `docker inspect` of the service's container. */
  inspect(service: Service): Promise<Inspected>;
  /** Containers, volumes, networks and images of this stack. */
  down(): Promise<void>;
}

/** The part of `docker inspect` that tests look at. */
export interface Inspected {
  Id: string;
  Config: { User: string; Env: string[]; Image: string };
  HostConfig: {
    ReadonlyRootfs: boolean;
    CapDrop: string[] | null;
    CapAdd: string[] | null;
    SecurityOpt: string[] | null;
    Privileged: boolean;
    NetworkMode: string;
    Memory: number;
    PidsLimit: number | null;
    NanoCpus: number;
    PortBindings: Record<string, { HostIp: string; HostPort: string }[]> | null;
  };
  NetworkSettings: { Networks: Record<string, { IPAddress: string }> };
  Mounts: { Type: string; Source: string; Destination: string; RW: boolean; Name?: string }[];
  State: { StartedAt: string; Health: { Status: string } };
}

/**
 * Whether stacks can be started here. False comes with one line that says why; under CI=1 it throws instead:
 * there a missing engine is a failure.
 */
export async function composeAvailable(): Promise<boolean> {
  const { failed, shortMessage } = await execa('docker', ['compose', 'ls', '--quiet'], { reject: false });
  if (!failed) return true;
  const line = `compose tests need a Docker engine with Compose v2 (${shortMessage?.split('\n')[0]})`;
  if (process.env.CI) throw new Error(line);
  console.warn(`skipped: ${line}`);
  return false;
}

/** Prepares a stack; `up()` starts it. Images are built from one cache, so a second stack builds in seconds. */
export async function composeStack(options: ComposeOptions = {}): Promise<ComposeStack> {
  const project = options.project ?? `fleet-test-${process.pid}-${Math.random().toString(36).slice(2, 8)}`;
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'fleet-compose-')));
  const port = Number(options.env?.FLEET_PORT ?? (await freePort()));
  const envFile = join(folder, '.env');
  const { engineSocket } = options;
  const env = {
    FLEET_DASHBOARD_PORT: String(await freePort()),
    // Each start waits for three first looks, one after the other.
    HEALTH_INTERVAL: '2s',
    ...(engineSocket && { DOCKER_SOCKET: engineSocket }),
    ...options.env,
    FLEET_PORT: String(port),
  };
  const dockerEnv = {
    ...dockerEnvironment(),
    ...(engineSocket && { DOCKER_HOST: `unix://${engineSocket}` }),
  };
  const files = [join(root, 'docker-compose.yaml'), ...(options.files ?? [])];
  let onTop: string[] = [];
  const writeEnv = (change: Record<string, string> = {}) =>
    writeFile(
      envFile,
      Object.entries({ ...env, ...change })
        .map(([key, value]) => `${key}='${value}'\n`)
        .join(''),
      { mode: 0o600 },
    );
  await writeEnv();
  const compose = async (...args: string[]): Promise<string> => {
    const { stdout } = await execa(
      'docker',
      [
        'compose',
        ...['--project-name', project, '--project-directory', root, '--env-file', envFile],
        ...[...files, ...onTop].flatMap((file) => ['--file', file]),
        ...args,
      ],
      { cwd: root, env: dockerEnv, extendEnv: false, stdin: 'ignore' },
    );
    return stdout;
  };
  const healthy = async (how: string[], tries = 3): Promise<void> => {
    try {
      await compose('up', ...how, '--detach', '--wait', '--wait-timeout', '300');
    } catch (error) {
      const logs = await compose('logs', '--no-color', '--tail', '40').catch(String);
      // The gateway gave up on a busy machine: started again, as a human would, it goes on.
      if (tries > 1 && (tooSlow.test(logs) || logs.includes('GATEWAY_SLOW'))) {
        await compose('restart', 'openclaw-meta');
        return healthy(['--no-build'], tries - 1);
      }
      throw new Error(`${error instanceof Error ? error.message : error}\n${logs}`);
    }
  };
  const stack: ComposeStack = {
    project,
    folder,
    port,
    env,
    compose,
    up: () => healthy(['--build']),
    async configure(change) {
      await writeEnv(change.env);
      onTop = change.files ?? [];
      // Else a container made anew keeps the old one's volume where it should have another mount.
      await healthy(['--no-build', '--renew-anon-volumes']);
    },
    // Not through Compose, which takes as long again to read its file.
    async exec(service, argv, { user } = {}) {
      const container = `${project}-${service}-1`;
      const words = ['exec', ...(user ? ['--user', user] : []), container, ...argv];
      const { stdout } = await execa('docker', words, {
        env: dockerEnvironment(),
        extendEnv: false,
        stdin: 'ignore',
      });
      return stdout;
    },
    async logs(service) {
      const { all } = await execa('docker', ['logs', `${project}-${service}-1`], {
        all: true,
        env: dockerEnvironment(),
        extendEnv: false,
        stdin: 'ignore',
      });
      return all;
    },
    async inspect(service) {
      const id = await compose('ps', '--all', '--quiet', service);
      const { stdout } = await execa('docker', ['inspect', id], { env: dockerEnv, extendEnv: false });
      const [found] = JSON.parse(stdout) as Inspected[];
      if (!found) throw new Error(`Expected a container of ${service}, got none.`);
      return found;
    },
    async down() {
      await compose('down', '--volumes', '--remove-orphans', '--rmi', 'local', '--timeout', '5');
      await rm(folder, { recursive: true, force: true });
    },
  };
  return stack;
}

/** What `docker` itself needs: a key or a PROJECTS_DIR of the developer must not decide a test. */
function dockerEnvironment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      (pair): pair is [string, string] =>
        pair[1] !== undefined &&
        /^(PATH|HOME|DOCKER_.*|BUILDKIT_.*|XDG_RUNTIME_DIR|.*_proxy)$/i.test(pair[0]),
    ),
  );
}
