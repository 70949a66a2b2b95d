// A real sshd on loopback or on a machine of the test's own, on a port and with a key of its own, for the user of this process.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { freePort } from './trial-process.ts';

const program = '/usr/sbin/sshd';

/** Whether there is one. False comes with one line that says why; under CI it throws instead. */
export function sshdAvailable(): boolean {
  if (existsSync(program)) return true;
  const line = `these tests need OpenSSH's server at ${program} (Debian: openssh-server)`;
  if (process.env.CI) throw new Error(line);
  console.warn(`skipped: ${line}`);
  return false;
}

/** A key pair without a passphrase. @returns the private one's path */
export function makeKey(file: string): string {
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'test', '-f', file]);
  return file;
}

/**
 * @param extra  lines of its configuration
 * @param on     the machine it runs on: its address, and the words before a program that runs there; default: this one
 */
export async function startSshd(
  extra = '',
  on: { address: string; inside: string[] } = { address: '127.0.0.1', inside: [] },
) {
  const folder = await mkdtemp(join(tmpdir(), 'fleet-sshd-'));
  const port = await freePort();
  const key = makeKey(join(folder, 'key'));
  const hostKey = makeKey(join(folder, 'host'));
  const keys = join(folder, 'authorized_keys');
  const publicKey = (await readFile(`${key}.pub`, 'utf8')).trim();
  await writeFile(keys, `${publicKey}\n`);
  await writeFile(
    join(folder, 'sshd_config'),
    `ListenAddress ${on.address}:${port}
HostKey ${hostKey}
PidFile none
AuthorizedKeysFile ${keys}
StrictModes no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
UsePAM no
${extra}
`,
  );
  // As root it needs this folder, which its service makes.
  const [enter, ...words] = [...on.inside, 'mkdir', '-p', '/run/sshd'];
  if (userInfo().uid === 0) execFileSync(enter as string, words);
  const known = join(folder, 'known_hosts');
  const [type, text] = readFileSync(`${hostKey}.pub`, 'utf8').split(' ');
  await writeFile(known, `[${on.address}]:${port} ${type} ${text}\n`);
  const [file, ...args] = [...on.inside, program, '-D', '-e', '-f', join(folder, 'sshd_config')];
  const child: ChildProcess = spawn(file as string, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  child.stderr?.on('data', (chunk) => {
    log += chunk;
  });
  await vi.waitFor(async () => {
    if (child.exitCode !== null) throw new Error(`sshd ended: ${log}`);
    await new Promise<void>((resolve, reject) => {
      const socket = connect(port, on.address, () => resolve(void socket.destroy()));
      socket.once('error', reject);
    });
  }, 10_000);

  return {
    folder,
    port,
    key,
    keys,
    publicKey,
    pid: child.pid ?? 0,
    /** A configuration of the client; what is given goes before the rest. */
    async config(name: string, lines: Record<string, string | number> = {}): Promise<string> {
      const all = {
        HostName: on.address,
        Port: port,
        User: userInfo().username,
        IdentityFile: key,
        IdentitiesOnly: 'yes',
        UserKnownHostsFile: known,
        GlobalKnownHostsFile: '/dev/null',
        ...lines,
      };
      const file = join(folder, name);
      const text = Object.entries(all).map(([option, value]) => `  ${option} ${value}`);
      await writeFile(file, `Host box\n${text.join('\n')}\n`);
      return file;
    },
    async stop(): Promise<void> {
      for (const pid of [...sessions(child.pid ?? 0), child.pid ?? 0]) end(pid);
      await rm(folder, { recursive: true, force: true });
    },
    /** Tears every connection, as a machine that loses its power: nobody says goodbye. */
    tear(): void {
      for (const pid of sessions(child.pid ?? 0)) end(pid);
    },
  };
}

/** The processes below the listener that are sshd's own, not what they started for a login. */
function sessions(listener: number): number[] {
  const found = execFileSync('ps', ['-e', '-o', 'pid=,ppid=,comm='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/));
  const below = (parent: number): number[] =>
    found
      .filter(([, ppid, comm]) => Number(ppid) === parent && comm?.startsWith('sshd'))
      .flatMap(([pid]) => [Number(pid), ...below(Number(pid))]);
  return below(listener);
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it has ended
  }
}
