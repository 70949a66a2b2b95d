// The runtime on another machine, by the OpenSSH client as a child: the user's own configuration, keys, known_hosts and
// ProxyJump hold. There one `docker exec` of fleet-agent is held open, as docker-channel.ts does here.
import { FleetError } from '../common/errors.ts';
import { quotedWord } from '../common/shell-word.ts';
import type { Finding } from '../contract/doctor.ts';
import { agentArgv, type ByteStream, type Channel } from './channel.ts';
import { howEnded, mostNoise, startAfterLine } from './child-stream.ts';
import { runtimeLabel } from './docker-channel.ts';
import { checkSshHost, farExit, sshFault } from './ssh-faults.ts';

export interface SshChannelOptions {
  /** as ~/.ssh/config has it: `big-box`, `fleet@big-box` */
  host: string;
  /** value of the container's label there (the compose project); null: `argv` is started on the machine itself */
  project: string | null;
  /** which container: default, the runtime */
  label?: string;
  /** fleet-agent there; default: where containers/Dockerfile puts it */
  argv?: [string, ...string[]];
  /** the workspace there; default /workspace */
  workingDir?: string;
  /** `NAME=value`, for the agent, on top of its own environment and FLEET_WORKSPACE */
  env?: string[];
  /** configuration of OpenSSH instead of the user's own */
  config?: string;
  /** One line of what ssh and the agent say on stderr. */
  onLog?: (line: string) => void;
}

/** The far side says this line when the agent comes next: what a login's profile printed before it is dropped. */
const ready = 'fleet-agent follows';

/** @throws FleetError RUNTIME_ADDRESS_INVALID */
export function sshChannel(options: SshChannelOptions): Channel {
  const { host } = options;
  checkSshHost(host);
  return {
    description: `ssh to ${host}`,
    async open(): Promise<ByteStream> {
      const { stream } = await login(options, false);
      const closed = stream.ended.then((end) =>
        end.code === 255
          ? `the connection of ssh is gone: ${sshFault(host, end).message}`
          : howEnded('fleet-agent', end),
      );
      return { reader: stream.reader, writer: stream.writer, closed, close: stream.close };
    },
    doctor: async () => [await finding(options)],
  };
}

/** For `fleet doctor`: logs in as a link does, starts the agent and lets it go. */
async function finding(options: SshChannelOptions): Promise<Finding> {
  const common = { check: 'engine', product: null };
  try {
    const { stream, words } = await login(options, true);
    await stream.close();
    return { ...common, state: 'ok', says: `ssh to ${options.host} logs in${words}`, mend: null };
  } catch (thrown) {
    const { code, message, mend } = FleetError.wrap(thrown);
    return { ...common, state: 'failed', says: `${code}: ${message}`, mend };
  }
}

function login(options: SshChannelOptions, says: boolean) {
  const { host, config, onLog } = options;
  const file = config === undefined ? [] : ['-F', config];
  return startAfterLine(
    {
      argv: ['ssh', ...file, ...clientOptions, '--', host, remote(options, says)],
      env: process.env,
      cwd: '/',
      onLog,
    },
    ready,
    (end) => (end === null ? tooMuch(host) : sshFault(host, end)),
  );
}

/**
 * Nobody is there to be asked. A dead line ends the client after 30 s, whatever the kernel believes of it. What the user's
 * configuration forwards or runs by itself is for their own logins, and a shared connection would outlive ours.
 */
const clientOptions = [
  '-T',
  ...[
    'BatchMode=yes',
    'ConnectTimeout=15',
    'ServerAliveInterval=10',
    'ServerAliveCountMax=3',
    'ControlPath=none',
    'ClearAllForwardings=yes',
    'ForwardAgent=no',
    'ForwardX11=no',
    'RemoteCommand=none',
    'PermitLocalCommand=no',
  ].flatMap((each) => ['-o', each]),
];

/** One command for the far side's shell, whichever that is: a script of sh as one quoted word. */
function remote(options: SshChannelOptions, says: boolean): string {
  const { project, label = runtimeLabel, workingDir = '/workspace' } = options;
  const argv = (options.argv ?? agentArgv('node', '/opt/fleet/agent.js')).map(quotedWord).join(' ');
  const env = [`FLEET_WORKSPACE=${workingDir}`, ...(options.env ?? [])].map(quotedWord);
  const script =
    project === null
      ? [
          `cd ${quotedWord(workingDir)} || exit 1`,
          `echo ${quotedWord(ready)}`,
          `exec env ${env.join(' ')} ${argv}`,
        ]
      : [
          `command -v docker > /dev/null || { echo docker: not found >&2; exit 127; }`,
          // Of several the names are said; one is started by its id.
          `found=$(docker ps --no-trunc --filter status=running --filter ${quotedWord(`label=${label}=${project}`)} --format ${quotedWord('{{.ID}}')}) || exit ${farExit.engine}`,
          'set -- $found',
          `[ $# -gt 0 ] || exit ${farExit.none}`,
          `[ $# -eq 1 ] || { echo $# containers: $* >&2; exit ${farExit.many}; }`,
          says
            ? `echo ${quotedWord(ready)}, Docker $(docker version --format ${quotedWord('{{.Server.Version}}')}), the container of the runtime runs`
            : `echo ${quotedWord(ready)}`,
          `exec docker exec -i -w ${quotedWord(workingDir)} ${env.map((each) => `-e ${each}`).join(' ')} "$1" ${argv}`,
        ];
  return `exec sh -c ${quotedWord(script.join('; '))}`;
}

const tooMuch = (host: string) =>
  new FleetError({
    code: 'RUNTIME_UNREACHABLE',
    message: `Expected ssh to ${host} to start fleet-agent, got more than ${mostNoise} bytes of something else.`,
    mend: `Let a login without a terminal print nothing there: \`ssh ${host} true\`.`,
  });
