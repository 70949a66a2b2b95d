// A host with a Docker engine of its own, in namespaces of this machine: its dockerd has its own processes, network,
// /run and data, so that it can be killed, and the whole host with it, without the machine's engine noticing.
import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readlinkSync, rmdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { execa } from 'execa';

export interface OwnHost {
  /** of its engine: `unix://…`, reached from this machine */
  dockerHost: string;
  socket: string;
  /** Words before a program that runs on the host. */
  inside(): [string, ...string[]];
  /** Copies images of the machine's engine into it: the host has no network of its own to pull from. */
  load(images: string[]): Promise<void>;
  /** `systemctl restart docker`: its containers are stopped first. Resolves when it answers again. */
  restartEngine(): Promise<void>;
  /** kill -9 of dockerd and its containerd at once; what ran in containers runs on until dockerd is back. */
  crashEngine(): Promise<void>;
  /**
   * A power cut, and the boot after it: every process of the host dies in one instant, mounts, network and cgroups
   * are gone, the disk stays as it was.
   */
  cutPower(): Promise<void>;
  /** Ends the host; nothing of it is left. */
  remove(): Promise<void>;
}

/** What is missing here for a host of its own; null: nothing. */
export async function ownHostMissing(): Promise<string | null> {
  if (process.platform !== 'linux') return 'Linux';
  if (process.getuid?.() !== 0) return 'root';
  for (const tool of ['unshare', 'nsenter', 'dockerd', 'ip'])
    if ((await execa('which', [tool], { reject: false })).failed) return tool;
  return null;
}

/**
 * @param options.engine  further words of its dockerd
 * @param options.wire    gives a host that has just booted its network, before its engine starts; init: pid of its init, as this
 *   machine sees it
 */
export async function ownHost(
  options: { engine?: string[]; wire?(init: number): Promise<void> } = {},
): Promise<OwnHost> {
  const folder = await mkdtemp(join(tmpdir(), 'fleet-host-'));
  const name = folder.split('/').at(-1) ?? '';
  const socket = join(folder, 'docker.sock');
  const dockerHost = `unix://${socket}`;
  const log = openSync(join(folder, 'dockerd.log'), 'a');
  /** pid of the host's init, as this machine sees it */
  let init = 0;
  /** resolves when no process of it is left */
  let down: Promise<void> = Promise.resolve();

  async function boot(): Promise<void> {
    const started = spawn(
      'unshare',
      [
        ...['--mount', '--pid', '--net', '--ipc', '--uts', '--fork', '--kill-child', '--mount-proc'],
        // An init reaps; nothing else is left of it to do.
        ...[
          'sh',
          '-c',
          'mount -t tmpfs tmpfs /run && ip link set lo up && while :; do sleep 1000 & wait; done',
        ],
      ],
      { stdio: ['ignore', log, log] },
    );
    down = new Promise((resolve) => started.once('exit', () => resolve()));
    const children = `/proc/${started.pid}/task/${started.pid}/children`;
    init = await until('its init', () => Number(readFileSync(children, 'utf8').trim()) || null);
    await until('its /run', () => {
      const mounts = readFileSync(`/proc/${init}/mounts`, 'utf8');
      return mounts.includes('tmpfs /run tmpfs') && processes(init).length > 1 ? true : null;
    });
    await options.wire?.(init);
    await startEngine();
  }

  const inside = (): [string, ...string[]] => [
    ...(['nsenter', '--target', String(init)] as const),
    ...['--mount', '--pid', '--net', '--ipc', '--uts'],
  ];

  async function startEngine(): Promise<void> {
    const [enter, ...words] = inside();
    const own = ['--data-root', join(folder, 'data'), '--host', dockerHost, '--cgroup-parent', `/${name}`];
    spawn(enter, [...words, 'dockerd', ...own, ...(options.engine ?? [])], { stdio: ['ignore', log, log] });
    await until('its engine', async () => {
      const { failed } = await execa('docker', ['info'], { env: { DOCKER_HOST: dockerHost }, reject: false });
      return failed ? null : true;
    });
  }

  const engine = () => processes(init).filter(({ command }) => /(^|\/)(dockerd|containerd) /.test(command));
  async function endEngine(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const found = engine();
    if (!found.some(({ command }) => command.includes('dockerd')))
      throw new Error('Expected a dockerd, got none');
    // Told to end, dockerd ends its containerd itself.
    for (const { pid, command } of found)
      if (signal === 'SIGKILL' || command.includes('dockerd')) process.kill(pid, signal);
    await until('the end of its engine', () => (engine().length === 0 ? true : null), 90_000);
  }

  async function off(): Promise<void> {
    if (init > 0 && existsSync(`/proc/${init}`)) process.kill(init, 'SIGKILL');
    await down;
    await until('the end of its cgroups', () => (removeCgroups(name) ? true : null));
  }

  async function until<T>(what: string, look: () => T | null | Promise<T | null>, ms = 60_000): Promise<T> {
    const endMs = Date.now() + ms;
    while (Date.now() < endMs) {
      const seen = await look();
      if (seen !== null) return seen;
      await wait(100);
    }
    const last = readFileSync(join(folder, 'dockerd.log'), 'utf8').split('\n').slice(-20).join('\n');
    throw new Error(`Expected ${what} of the test's own host within ${ms} ms, got:\n${last}`);
  }

  const host: OwnHost = {
    dockerHost,
    socket,
    inside,
    async load(images) {
      await execa('sh', ['-c', 'docker save "$@" | DOCKER_HOST="$0" docker load', dockerHost, ...images]);
    },
    async restartEngine() {
      await endEngine('SIGTERM');
      await startEngine();
    },
    async crashEngine() {
      await endEngine('SIGKILL');
      await startEngine();
    },
    async cutPower() {
      await off();
      await rm(socket, { force: true });
      await boot();
    },
    async remove() {
      await off();
      closeSync(log);
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  try {
    await boot();
    return host;
  } catch (error) {
    await host.remove();
    throw error;
  }
}

/** The processes in the pid namespace of this one, which must not be this machine's own. */
function processes(init: number): { pid: number; command: string }[] {
  const mine = namespaceOf(init);
  if (mine === namespaceOf('self')) throw new Error('Expected a pid namespace of its own, got this one');
  if (mine === null) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && namespaceOf(name) === mine)
    .map((name) => ({ pid: Number(name), command: commandOf(name) }));
}

function namespaceOf(pid: number | string): string | null {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    return null; // it has ended
  }
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return ''; // it has ended
  }
}

/** False while one of them still has a process that is ending. cgroup v1 has a hierarchy per controller, v2 one. */
function removeCgroups(name: string): boolean {
  const root = '/sys/fs/cgroup';
  const remove = (folder: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true }))
      if (entry.isDirectory()) remove(join(folder, entry.name));
    rmdirSync(folder);
  };
  try {
    for (const at of [root, ...readdirSync(root).map((hierarchy) => join(root, hierarchy))])
      if (existsSync(join(at, name))) remove(join(at, name));
    return true;
  } catch {
    return false;
  }
}
