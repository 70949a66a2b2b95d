// kubectl as a child: every kind of login that a kubeconfig knows, and its own words when the cluster refuses.
import { execa } from 'execa';
import { FleetError } from '../../common/errors.ts';
import { inOneLineOf } from '../../common/one-line.ts';

export interface KubectlOptions {
  /** default: `kubectl` of PATH */
  program?: string;
  /** of the kubeconfig; null: its current one, or in a pod the cluster's own */
  context: string | null;
  namespace: string;
  /** its whole environment (PATH, HOME, KUBECONFIG …); default: that of this process */
  env?: NodeJS.ProcessEnv;
}

export interface Kubectl {
  /** stdout. @throws FleetError of kubectlFault() */
  run(args: string[], options?: { input?: string }): Promise<string>;
  argv(...args: string[]): [string, ...string[]];
  env: NodeJS.ProcessEnv;
}

/** kubectl gives up after the first; the second is for a login that asks somebody. */
const requestS = 15;
const wholeMs = 30_000;
const maxBytes = 32 * 1024 ** 2;

export function kubectl({
  program = 'kubectl',
  context,
  namespace,
  env = process.env,
}: KubectlOptions): Kubectl {
  // By "=": a value that begins with "-" is no other option.
  const common = [...(context === null ? [] : [`--context=${context}`]), `--namespace=${namespace}`];
  return {
    env,
    argv: (...args) => [program, ...common, ...args],
    async run(args, { input } = {}) {
      const { failed, stdout, stderr, code, timedOut } = await execa(
        program,
        [...common, `--request-timeout=${requestS}s`, ...args],
        {
          env,
          extendEnv: false,
          reject: false,
          timeout: wholeMs,
          maxBuffer: maxBytes,
          ...(input === undefined ? { stdin: 'ignore' } : { input }),
        },
      );
      if (!failed) return stdout;
      if (code === 'ENOENT') throw notInstalled(program);
      throw kubectlFault(timedOut ? `no answer for ${wholeMs / 1000} s` : stderr || stdout);
    },
  };
}

export const notInstalled = (program: string): FleetError =>
  new FleetError({
    code: 'RUNTIME_UNREACHABLE',
    message: `Expected kubectl where fleetd runs, got no program ${program}.`,
    mend: 'Install kubectl there (Debian: kubernetes-client; the image `fleetd-kubernetes` has it).',
  });

const known = [
  [
    /exceeded quota/i,
    'RUNTIME_NO_ROOM',
    'It starts when there is room in the namespace: end other work, or raise its quota.',
  ],
  [
    /context "[^"]*" does not exist|context was not found|no configuration has been provided|namespaces "[^"]*" not found|invalid configuration/i,
    'RUNTIME_ADDRESS_INVALID',
    'Correct context and namespace of the runtime in products.yaml, or KUBECONFIG where fleetd runs.',
  ],
  [
    /unauthorized|must be logged in|getting credentials|provide credentials|x509: certificate/i,
    'RUNTIME_LOGIN',
    'Log in again where fleetd runs: `kubectl get pods` with the same context says when it is right.',
  ],
  [
    /\(Forbidden\)|forbidden: User/i,
    'RUNTIME_FORBIDDEN',
    'Give fleetd the role of deploy/kubernetes/ in this namespace.',
  ],
  [
    /" is invalid:|\((Invalid|BadRequest)\)|violates PodSecurity|admission webhook/i,
    'RUNTIME_REFUSED',
    'Correct the runtime in products.yaml after what the cluster says.',
  ],
] as const;

/** @param said  kubectl's stderr */
export function kubectlFault(said: string): FleetError {
  const words =
    inOneLineOf(said)
      .replace(/^error: /i, '')
      .replace(/\.$/, '') || 'no word of why';
  const found = known.find(([pattern]) => pattern.test(said));
  return new FleetError({
    code: found?.[1] ?? 'RUNTIME_UNREACHABLE',
    message: `Expected the Kubernetes API to answer, got: ${words}.`,
    mend:
      found?.[2] ??
      'See `kubectl cluster-info` with the same context where fleetd runs; it is tried again by itself.',
  });
}
