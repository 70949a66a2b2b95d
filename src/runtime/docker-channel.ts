// The runtime as a container: one `docker exec` of fleet-agent, held open. The container is found by the
// project's label, never by a name that another project could have taken.
import { PassThrough } from 'node:stream';
import Docker from 'dockerode';
import { FleetError } from '../common/errors.ts';
import type { Finding } from '../contract/doctor.ts';
import { agentArgv, type ByteStream, type Channel } from './channel.ts';
import { engine } from './docker-engine.ts';
import { limitContainer } from './docker-limits.ts';
import { readLines } from './log-lines.ts';

/** Its value is the project's name (the compose project). */
export const runtimeLabel = 'dev.meta-coordinator.runtime';
/** The container that alone may write into the human's repositories (publish/). */
export const publisherLabel = 'dev.meta-coordinator.publisher';

/** The container that alone holds tokens of remotes and forges (deliver/). */
export const delivererLabel = 'dev.meta-coordinator.deliverer';

export interface DockerChannelOptions {
  /** value of the label */
  project: string;
  /** which container: default, the runtime */
  label?: string;
  /** fleet-agent in the container; default: where containers/Dockerfile puts it */
  argv?: [string, ...string[]];
  /** the workspace in the container; default /workspace */
  workingDir?: string;
  /** `NAME=value`, on top of the container's own environment and FLEET_WORKSPACE */
  env?: string[];
  /** default: DOCKER_HOST, else /var/run/docker.sock */
  docker?: Docker;
  /** One line of the agent's stderr. */
  onLog?: (line: string) => void;
}

export function dockerChannel(options: DockerChannelOptions): Channel {
  const { docker = new Docker() } = options;
  return {
    description: `docker exec into the container labelled ${options.label ?? runtimeLabel}=${options.project}`,
    open: () => openExec(docker, options),
    doctor: async () => [await engineFinding(docker, options)],
    limit: async (limits) =>
      limitContainer(docker.getContainer(await findContainer(docker, options)), limits, engine),
  };
}

async function openExec(docker: Docker, options: DockerChannelOptions): Promise<ByteStream> {
  const workingDir = options.workingDir ?? '/workspace';
  const containerId = await findContainer(docker, options);
  const exec = await engine(
    docker.getContainer(containerId).exec({
      Cmd: options.argv ?? agentArgv('node', '/opt/fleet/agent.js'),
      AttachStdin: true,
      AttachStdout: true,
      AttachStderr: true,
      Tty: false,
      WorkingDir: workingDir,
      Env: [`FLEET_WORKSPACE=${workingDir}`, ...(options.env ?? [])],
    }),
  );
  const socket = await engine(exec.start({ hijack: true, stdin: true, Detach: false, Tty: false }));

  const reader = new PassThrough();
  const stderr = new PassThrough();
  docker.modem.demuxStream(socket, reader, stderr);
  let lastLine = '';
  readLines(stderr, (line) => {
    lastLine = line;
    options.onLog?.(line);
  });
  // docker-modem writes on whether or not it is read.
  socket.on('data', () => {
    if (!reader.writableNeedDrain || socket.isPaused()) return;
    socket.pause();
    reader.once('drain', () => socket.resume());
  });

  const closed = new Promise<string>((resolve) => {
    const ended = (how: string) => async () => {
      reader.end();
      stderr.end();
      const exit = await engine(exec.inspect()).then(
        (found) => (found.Running ? 'still running' : `exit ${found.ExitCode}`),
        () => 'the engine does not say how',
      );
      resolve(`${how} (${exit})${lastLine === '' ? '' : `: ${lastLine.slice(0, 300)}`}`);
    };
    socket.once('end', ended('fleet-agent ended'));
    socket.once('error', ended('the stream to the container broke'));
    socket.once('close', ended('the stream to the container was closed'));
  });
  return {
    reader,
    writer: socket,
    closed,
    async close() {
      // Ends the agent's stdin, on which it leaves; the engine then ends the stream. An engine that does
      // not is left behind.
      socket.end();
      const timer = setTimeout(() => socket.destroy(), 2_000);
      await closed;
      clearTimeout(timer);
      socket.destroy();
    },
  };
}

/** For `fleet doctor`: the engine answers, and the container is there. */
async function engineFinding(docker: Docker, options: DockerChannelOptions): Promise<Finding> {
  const common = { check: 'engine', product: null };
  try {
    const { Version } = await engine(docker.version());
    await findContainer(docker, options);
    return { ...common, state: 'ok', says: `Docker ${Version}; the runtime's container runs`, mend: null };
  } catch (thrown) {
    const { code, message, mend } = FleetError.wrap(thrown);
    return { ...common, state: 'failed', says: `${code}: ${message}`, mend };
  }
}

async function findContainer(
  docker: Docker,
  { project, label: of = runtimeLabel }: DockerChannelOptions,
): Promise<string> {
  const label = `${of}=${project}`;
  const service = of === publisherLabel ? 'publisher' : 'overstory-runtime';
  const found = await engine(docker.listContainers({ all: true, filters: { label: [label] } }));
  const running = found.filter(({ State }) => State === 'running');
  const names = (list: typeof found) =>
    list.map((one) => `${one.Names[0]?.slice(1)} (${one.State})`).join(', ');
  const [only] = running;
  if (only === undefined)
    throw new FleetError({
      code: 'RUNTIME_NOT_RUNNING',
      message: `Expected one running container labelled ${label}, got ${names(found) || 'none'}.`,
      mend: `Start it with \`docker compose up -d ${service}\` and see \`docker compose logs ${service}\`.`,
    });
  if (running.length > 1)
    throw new FleetError({
      code: 'RUNTIME_AMBIGUOUS',
      message: `Expected one running container labelled ${label}, got ${running.length}: ${names(running)}.`,
      mend: 'Stop all but one, or give each stack its own compose project name.',
    });
  return only.Id;
}
