// A remote over ssh, with a real sshd: its key is the deliverer's own, its host must be known.
import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { deliver } from '../../src/runtime/deliver/deliver.ts';
import { openMirror } from '../../src/runtime/deliver/mirror.ts';
import { commit, git, repository } from '../checkout/kinds.ts';
import { until } from '../simulator/ov.ts';
import { freePort } from '../support/trial-process.ts';

const sshd = '/usr/sbin/sshd';
const there = await execa(sshd, ['-V'], { reject: false }).then(({ exitCode }) => exitCode !== undefined);
let lab: string;
let server: ChildProcess;
let remote: string;
const { GIT_SSH_COMMAND: before } = process.env;

beforeEach(async () => {
  if (!there) return;
  lab = await mkdtemp(join(tmpdir(), 'fleet-ssh-'));
  await mkdir('/run/sshd', { recursive: true });
  for (const name of ['host', 'key'])
    await execa('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(lab, name)]);
  await writeFile(join(lab, 'authorized_keys'), await readFile(join(lab, 'key.pub')));
  await chmod(lab, 0o755);
  const port = await freePort();
  const settings = {
    Port: port,
    ListenAddress: '127.0.0.1',
    HostKey: join(lab, 'host'),
    AuthorizedKeysFile: join(lab, 'authorized_keys'),
    StrictModes: 'no',
    UsePAM: 'no',
    PasswordAuthentication: 'no',
    PermitRootLogin: 'prohibit-password',
    PidFile: 'none',
  };
  const config = join(lab, 'sshd_config');
  await writeFile(
    config,
    Object.entries(settings)
      .map(([key, value]) => `${key} ${value}\n`)
      .join(''),
  );
  server = spawn(sshd, ['-D', '-e', '-f', config], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  server.stderr?.on('data', (chunk) => {
    said += chunk;
  });
  await until(
    async () => said,
    (text) => text.includes('Server listening'),
  );
  const source = await repository(join(lab, 'source'));
  await git(lab, 'clone', '--quiet', '--bare', source, join(lab, 'shop.git'));
  remote = `ssh://${userInfo().username}@127.0.0.1:${port}${join(lab, 'shop.git')}`;
  const known = join(lab, 'known_hosts');
  const [kind, key] = (await readFile(join(lab, 'host.pub'), 'utf8')).split(' ');
  await writeFile(known, `[127.0.0.1]:${port} ${kind} ${key}\n`);
  process.env.GIT_SSH_COMMAND = `ssh -oBatchMode=yes -i ${join(lab, 'key')} -oUserKnownHostsFile=${known}`;
});
afterEach(async () => {
  if (!there) return;
  server.kill();
  if (before === undefined) delete process.env.GIT_SSH_COMMAND;
  else process.env.GIT_SSH_COMMAND = before;
  await rm(lab, { recursive: true, force: true });
});

async function work() {
  const open = () => openMirror(lab, { product: 'mirror', remote, token: '' });
  const mirror = await open();
  const from = await git(lab, 'clone', '--quiet', join(lab, 'shop.git'), join(lab, 'work'));
  expect(from).toBe('');
  await commit(join(lab, 'work'), 'work.txt', 'done\n');
  await git(join(lab, 'work'), 'push', '--quiet', mirror.folder, 'HEAD:refs/heads/fleet/obj-1');
  const head = await git(join(lab, 'work'), 'rev-parse', 'HEAD');
  const order = {
    do: 'deliver',
    product: 'mirror',
    remote,
    token: null,
    branch: 'fleet/obj-1',
    head,
    as: 'branch',
    base: null,
    pullRequest: null,
  } as const;
  return { head, deliver: async () => deliver(await open(), order, '') };
}

test.skipIf(!there)('a branch is pushed with the key of the deliverer', async () => {
  const { head, deliver } = await work();
  expect(await deliver()).toMatchObject({ branch: 'fleet/obj-1', base: 'main' });
  expect(await git(join(lab, 'shop.git'), 'rev-parse', 'fleet/obj-1')).toBe(head);
});

test.skipIf(!there)('a host that nobody knows, and a key that it does not take, are told', async () => {
  const { deliver } = await work();
  const command = process.env.GIT_SSH_COMMAND ?? '';
  process.env.GIT_SSH_COMMAND = command.replace(/-oUserKnownHostsFile=\S+/, '-oUserKnownHostsFile=/dev/null');
  await expect(deliver()).rejects.toMatchObject({ code: 'DELIVER_UNAUTHORIZED' });
  process.env.GIT_SSH_COMMAND = command;
  await writeFile(join(lab, 'authorized_keys'), '');
  await expect(deliver()).rejects.toMatchObject({ code: 'DELIVER_UNAUTHORIZED' });
});
