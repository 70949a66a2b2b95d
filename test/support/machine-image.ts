// A runtime's image of some MB, for engines that have none: the agent and ov-sim, bundled; all else is this machine's own,
// mounted read-only. So an engine is given it in a second, and needs no network.
import { chmodSync, lstatSync, mkdirSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { build } from 'rolldown';
import { runtimeLabel } from '../../src/runtime/index.ts';

const image = 'fleet-machine';
const source = (path: string) => fileURLToPath(new URL(`../../src/${path}`, import.meta.url));
/** Since the merge of /usr they lead into it; else they are folders of their own. */
const besideUsr = ['/bin', '/lib', '/lib64'];
const isLink = (path: string) => lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;

/** What starts and stops coordinators is written down, with what it was told of by nobody. */
const ov = `#!/bin/sh
case "$1 $2" in "coordinator start" | "coordinator stop") echo "$2 \${PWD##*/}" >> /workspace/.coordinators ;; esac
export CLAUDE_CONFIG_DIR="$HOME/.claude"
exec node /opt/fleet/ov-sim.cjs "$@"
`;
const files: Record<string, string> = {
  'etc/passwd': 'root:x:0:0::/:/bin/sh\noverstory:x:1000:1000::/home/overstory:/bin/sh\n',
  'etc/group': 'root:x:0:\noverstory:x:1000:\n',
  'etc/gitconfig': '[user]\nname = overstory\nemail = overstory@localhost\n[safe]\ndirectory = *\n',
  'opt/fleet/bin/ov': ov,
  // This process's own is mounted over it.
  'opt/fleet/bin/node': '',
};

/** @returns path of an archive for `docker import`; its folder is the caller's to remove */
export async function machineImage(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'fleet-machine-'));
  const root = join(folder, 'root');
  for (const name of [
    'etc',
    'opt/fleet/bin',
    'workspace',
    'home/overstory',
    'tmp',
    'usr',
    'sbin',
    'proc',
    'sys',
    'dev',
  ])
    mkdirSync(join(root, name), { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), text);
  for (const name of ['ov', 'node']) chmodSync(join(root, 'opt/fleet/bin', name), 0o755);
  for (const path of besideUsr) if (isLink(path)) symlinkSync(readlinkSync(path), join(root, path));
  for (const [input, name] of [
    ['runtime/agent/main.ts', 'agent.js'],
    ['simulator/ov-sim.ts', 'ov-sim.cjs'],
  ] as const)
    await build({
      input: source(input),
      platform: 'node',
      output: {
        file: join(root, 'opt/fleet', name),
        format: name.endsWith('.cjs') ? 'cjs' : 'esm',
        codeSplitting: false,
      },
    });
  await execa('chown', ['1000:1000', join(root, 'workspace'), join(root, 'home/overstory')]);
  chmodSync(join(root, 'tmp'), 0o1777);
  const archive = join(folder, 'image.tar');
  await execa('tar', ['--create', '--file', archive, '--directory', root, '.']);
  rmSync(root, { recursive: true });
  return archive;
}

/**
 * The runtime's container of a project on an engine, with the tmux server that the bundle's entrypoint keeps there.
 * @param binds  further mounts, as `docker run --volume` takes them
 * @returns its id
 */
export async function runMachine(
  dockerHost: string,
  archive: string,
  project: string,
  binds: string[],
): Promise<string> {
  const docker = async (...words: string[]) =>
    (await execa('docker', words, { env: { DOCKER_HOST: dockerHost } })).stdout;
  await docker('import', archive, image);
  const mounts = [
    '/usr:/usr:ro',
    `${process.execPath}:/opt/fleet/bin/node:ro`,
    ...besideUsr
      .filter((path) => !isLink(path) && lstatSync(path, { throwIfNoEntry: false }))
      .map((path) => `${path}:${path}:ro`),
    ...binds,
  ].flatMap((mount) => ['--volume', mount]);
  const keeper = 'tmux -L overstory new-session -d -s keeper "exec sleep infinity" && exec sleep infinity';
  return await docker(
    ...['run', '--detach', '--init', '--network', 'none', '--user', '1000:1000', '--workdir', '/workspace'],
    ...['--label', `${runtimeLabel}=${project}`, '--env', 'HOME=/home/overstory'],
    ...['--env', 'PATH=/opt/fleet/bin:/usr/bin:/bin', ...mounts, image, 'sh', '-c', keeper],
  );
}
