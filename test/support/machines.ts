// Machines of the test's own, each with a Docker engine, on a line to this one that can be cut: the engine listens there over
// TLS, or there is an ssh server beside it. On each the runtime's container, with a real agent over ov-sim.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { certificates } from './certificates.ts';
import { machineImage, runMachine } from './machine-image.ts';
import { ownHost, ownHostMissing } from './own-host.ts';
import { sshdAvailable, startSshd } from './sshd.ts';

export interface Machine {
  /** of its engine, over TLS: `tcp://…` */
  address: string;
  /** folder of what a client of it needs */
  certs: string;
  /** configuration of OpenSSH in which it is called `box` */
  ssh: string;
  /** Takes the machine off the network, or puts it back. Nobody is told. */
  cut(): Promise<void>;
  heal(): Promise<void>;
  /** stdout of a command in the runtime's container, by the engine's own socket: also while it is cut off. */
  inside(...argv: string[]): Promise<string>;
}

export interface Machines extends AsyncDisposable {
  all: Machine[];
}

/** Whether there can be any. False comes with one line that says why; under CI it throws instead. */
export async function machinesAvailable(): Promise<boolean> {
  const missing = await ownHostMissing();
  if (missing === null) return sshdAvailable();
  const line = `these tests need ${missing} for machines of their own (root, dockerd, iproute2, util-linux)`;
  if (process.env.CI) throw new Error(line);
  console.warn(`skipped: ${line}`);
  return false;
}

/**
 * @param project  of the runtime's container on each
 * @param binds    mounts of it
 */
export async function openMachines(count: number, project: string, binds: string[]): Promise<Machines> {
  const folder = await mkdtemp(join(tmpdir(), 'fleet-machines-'));
  const archive = await machineImage();
  const undo: (() => Promise<unknown>)[] = [
    () => rm(folder, { recursive: true, force: true }),
    () => rm(dirname(archive), { recursive: true, force: true }),
  ];
  const dispose = async () => {
    for (const step of undo.reverse()) await step();
  };
  // Not what this machine's own engine is told.
  await writeFile(join(folder, 'daemon.json'), '{}');
  const issue = certificates(folder);
  issue.sign('ca', null);
  issue.sign('client', 'ca', 'extendedKeyUsage=clientAuth\n');
  const certs = await issue.folder('certs', 'client', 'ca');

  async function open(at: number): Promise<Machine> {
    // Of those that are kept for tests of networks; four addresses for each line.
    const net = `198.18.${process.pid % 256}`;
    const [here, there] = [`${net}.${at * 4 + 1}`, `${net}.${at * 4 + 2}`];
    issue.sign(`server-${at}`, 'ca', `subjectAltName=IP:${there}\nextendedKeyUsage=serverAuth\n`);
    const file = (name: string) => join(folder, `${name}.pem`);
    const line = `fleet${process.pid}-${at}`;
    const ip = (...words: string[]) => execa('ip', words);
    const host = await ownHost({
      engine: [
        ...[
          '--config-file',
          join(folder, 'daemon.json'),
          '--bridge',
          'none',
          '--iptables=false',
          '--ip-forward=false',
        ],
        ...['--host', `tcp://${there}:2376`, '--tlsverify', '--tlscacert', file('ca')],
        ...['--tlscert', file(`server-${at}`), '--tlskey', file(`server-${at}-key`)],
      ],
      async wire(init) {
        await ip('link', 'add', line, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', String(init));
        await ip('address', 'add', `${here}/30`, 'dev', line);
        await ip('link', 'set', line, 'up');
        const far = (...words: string[]) =>
          execa('nsenter', ['--target', String(init), '--net', 'ip', ...words]);
        await far('address', 'add', `${there}/30`, 'dev', 'eth0');
        await far('link', 'set', 'eth0', 'up');
      },
    });
    undo.push(async () => {
      // It outlives the host while a connection that was cut off says goodbye.
      await ip('link', 'delete', line);
      await host.remove();
    });
    const container = await runMachine(host.dockerHost, archive, project, binds);
    const sshd = await startSshd(`SetEnv DOCKER_HOST=${host.dockerHost}`, {
      address: there,
      inside: host.inside(),
    });
    undo.push(() => sshd.stop());
    const [enter, ...words] = host.inside();
    const set = (state: string) => execa(enter, [...words, 'ip', 'link', 'set', 'eth0', state]);
    return {
      address: `tcp://${there}:2376`,
      certs,
      ssh: await sshd.config('config'),
      cut: async () => void (await set('down')),
      heal: async () => void (await set('up')),
      async inside(...argv) {
        const env = { DOCKER_HOST: host.dockerHost };
        return (await execa('docker', ['exec', container, ...argv], { env, reject: false })).stdout;
      },
    };
  }

  const opened = await Promise.allSettled(Array.from({ length: count }, (_, at) => open(at)));
  const all = opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  if (all.length === count) return { all, [Symbol.asyncDispose]: dispose };
  await dispose();
  throw opened.find((one) => one.status === 'rejected')?.reason;
}
