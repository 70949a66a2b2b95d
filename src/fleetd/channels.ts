// The way to each kind of runtime that products.yaml may name.
import type { Logger } from 'pino';
import { FleetError } from '../common/errors.ts';
import type { RuntimeEntry } from '../registry/registry.ts';
import type { Channel } from '../runtime/channel.ts';
import { dockerChannel } from '../runtime/docker-channel.ts';
import { dockerClient, type EngineAddress } from '../runtime/docker-engine.ts';
import { dockerEngine } from '../runtime/engine/docker.ts';
import type { Engine } from '../runtime/engine/engine.ts';
import { kubernetesEngine } from '../runtime/engine/kubernetes.ts';
import { sshChannel } from '../runtime/ssh-channel.ts';

/** @param defaultProject  the compose project of a runtime that names none: fleetd's own */
export function channelsOf(defaultProject: string, log: Logger): (entry: RuntimeEntry) => Channel {
  return (entry) => {
    const { name, kind, host, isolation } = entry;
    const project = entry.project ?? defaultProject;
    const onLog = (line: string) => log.info({ from: 'agent', runtime: name }, line);
    // Told as a way that does not open: the others go on, and nobody takes for a container of its own what is none.
    if (kind === 'kubernetes' || isolation === 'product')
      return openedLater(`runtime ${name}`, () => {
        throw noPlaces(name, kind);
      });
    if (kind === 'ssh' && host !== null) return sshChannel({ host, project, onLog });
    if (kind === 'docker' && host !== null)
      return openedLater(`docker at ${host}`, () =>
        dockerChannel({ project, docker: dockerClient(addressOf(host, entry.certs)), onLog }),
      );
    throw new Error(`Expected a runtime of one link, got ${name} of kind ${kind}`);
  };
}

/** Of a runtime that makes a container for each product; null: it is one place for all. */
export function enginesOf(defaultProject: string, log: Logger): (entry: RuntimeEntry) => Engine | null {
  return (entry) => {
    const { name, kind, host, namespace, image } = entry;
    const project = entry.project ?? defaultProject;
    const onLog = (line: string) => log.info({ from: 'agent', runtime: name }, line);
    if (kind === 'kubernetes' && namespace !== null && image !== null)
      return kubernetesEngine({
        project,
        namespace,
        image,
        context: entry.context,
        secret: entry.secret,
        pullSecret: entry.pullSecret,
        storage: entry.storage,
        storageClass: entry.storageClass,
        nodeLabels: entry.nodeLabels,
        onLog,
      });
    if (kind === 'docker' && host !== null && entry.isolation === 'product')
      return dockerEngine({
        project,
        docker: dockerClient(addressOf(host, entry.certs)),
        // The human's folders are where fleetd's own runtime is.
        sourceOf: () => null,
        onLog,
      });
    return null;
  };
}

const noPlaces = (name: string, kind: RuntimeEntry['kind']) =>
  new FleetError({
    code: 'RUNTIME_REFUSED',
    message: `Expected a runtime for all its products, got ${name}, which would make a place for each (${kind === 'kubernetes' ? 'kind kubernetes' : 'isolation: product'}): fleetd places none there yet.`,
    mend: 'Name a runtime of kind docker or ssh without isolation in products.yaml.',
  });

const addressOf = (host: string, certs: string | null): EngineAddress =>
  host.startsWith('unix://') ? { socket: host.slice('unix://'.length) } : { host, certs: certs ?? '' };

/** What is wrong with its files is a reason that it is out of reach, as any other: others go on, and a mend is seen. */
function openedLater(description: string, make: () => Channel): Channel {
  return {
    description,
    open: async () => await make().open(),
    async doctor() {
      try {
        return (await make().doctor?.()) ?? [];
      } catch (thrown) {
        const { code, message, mend } = FleetError.wrap(thrown);
        return [{ check: 'engine', product: null, state: 'failed', says: `${code}: ${message}`, mend }];
      }
    },
  };
}
