// Runs a command where there is no network but loopback: in a network namespace of its own, which any user may make where
// the kernel lets users make namespaces (util-linux 2.36 or newer, iproute2).
import { spawnSync } from 'node:child_process';

/** In front of a command. It is the same user inside, without the rights by which loopback was brought up. */
export const noNetwork: readonly string[] = [
  'unshare',
  ...['--net', '--map-current-user', '--keep-caps'],
  ...['sh', '-c', 'ip link set lo up && exec setpriv --inh-caps=-all --ambient-caps=-all "$@"', 'sh'],
];

/**
 * Tries it.
 * @param as the user of the command
 * @returns why it cannot be done here, in one line; null: it can
 */
export function whyNetworkStays(as: { uid?: number; gid?: number }): string | null {
  const [file = '', ...words] = [...noNetwork, 'true'];
  const { status, stderr, error } = spawnSync(file, words, { encoding: 'utf8', ...as });
  if (status === 0) return null;
  return error?.message ?? stderr.trim().split('\n')[0] ?? 'no reason given';
}
