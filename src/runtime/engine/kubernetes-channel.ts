// fleet-agent in a product's pod: one `kubectl exec -i`, held open. Its pipe has what an exec of a client library lacks: half
// close, exit code, back pressure, and every kind of login; and no key of it comes into a log.
import { FleetError } from '../../common/errors.ts';
import { agentArgv, type ByteStream, type Channel } from '../channel.ts';
import { howEnded, startAfterLine } from '../child-stream.ts';
import { type Kubectl, kubectlFault, notInstalled } from './kubectl.ts';
import { containerName } from './kubernetes-objects.ts';

export interface KubernetesChannelOptions {
  kubectl: Kubectl;
  pod: string;
  /** default: that of a product */
  container?: string;
  /** fleet-agent there; default: where containers/Dockerfile puts it */
  argv?: [string, ...string[]];
  /** For messages, e.g. `shop on kubernetes …`. */
  description: string;
  onLog?: (line: string) => void;
}

/** Said before the agent begins: until then a stream that ends was never one. */
const ready = 'fleet-agent follows';

export function kubernetesChannel(options: KubernetesChannelOptions): Channel {
  const {
    kubectl,
    pod,
    container = containerName,
    argv = agentArgv('node', '/opt/fleet/agent.js'),
  } = options;
  const command = kubectl.argv(
    'exec',
    '--stdin',
    `--container=${container}`,
    pod,
    '--',
    ...['sh', '-c', `echo ${ready}; exec "$@"`, 'sh'],
    ...argv,
  );
  return {
    description: options.description,
    async open(): Promise<ByteStream> {
      const { stream: child } = await startAfterLine(
        { argv: command, env: kubectl.env, cwd: '/', onLog: options.onLog },
        ready,
        (end) => kubectlFault(end === null ? 'something else than fleet-agent' : (end.lines.at(-1) ?? '')),
      ).catch((thrown) => {
        throw isMissing(thrown) ? notInstalled(command[0]) : thrown;
      });
      const closed = child.ended.then((end) => howEnded('kubectl exec', end));
      return { reader: child.reader, writer: child.writer, closed, close: child.close };
    },
  };
}

const isMissing = (thrown: unknown): boolean =>
  thrown instanceof FleetError &&
  thrown.cause instanceof Error &&
  'code' in thrown.cause &&
  thrown.cause.code === 'ENOENT';
