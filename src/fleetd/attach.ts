// How a human at fleetd's machine reaches the tmux of a runtime: argv for `fleet attach`.
import { quotedWord } from '../common/shell-word.ts';
import type { RuntimeEntry } from '../registry/registry.ts';
import { runtimeLabel } from '../runtime/docker-channel.ts';
import { placeLabel } from '../runtime/engine/docker-place.ts';
import { containerName, podOf } from '../runtime/engine/kubernetes-objects.ts';

/**
 * @param local    argv before tmux's own words, for fleetd's own runtime
 * @param project  the compose project of a runtime that names none
 * @param product  of a runtime that makes a container for each
 * @param words    of tmux
 */
export function attachArgv(
  entry: RuntimeEntry | null,
  { local, project, product }: { local: readonly string[]; project: string; product: string },
  words: readonly string[],
): string[] {
  if (entry === null || entry.kind === 'local') return [...local, ...words];
  const of = entry.project ?? project;
  if (entry.kind === 'kubernetes') {
    const context = entry.context === null ? [] : ['--context', entry.context];
    const pod = ['-n', entry.namespace ?? '', 'exec', '-it', podOf(product), '-c', containerName];
    return ['kubectl', ...context, ...pod, '--', 'tmux', ...words];
  }
  const own = entry.isolation === 'product';
  const label = quotedWord(`label=${own ? `${placeLabel}=${of}/${product}` : `${runtimeLabel}=${of}`}`);
  const into = (docker: string) =>
    `exec ${docker} exec -it "$(${docker} ps -q --filter ${label})" tmux ${words.map(quotedWord).join(' ')}`;
  if (entry.kind === 'ssh') return ['ssh', '-t', '--', entry.host ?? '', into('docker')];
  return ['sh', '-c', into(dockerOf(entry))];
}

function dockerOf({ host, certs }: RuntimeEntry): string {
  const at = ['docker', '-H', quotedWord(host ?? '')];
  if (certs === null) return at.join(' ');
  const file = (name: string) => quotedWord(`${certs}/${name}.pem`);
  return [
    ...at,
    '--tlsverify',
    '--tlscacert',
    file('ca'),
    '--tlscert',
    file('cert'),
    '--tlskey',
    file('key'),
  ].join(' ');
}
