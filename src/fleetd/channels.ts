// The way to each kind of runtime that products.yaml may name.
import type { Logger } from 'pino';
import { FleetError } from '../common/errors.ts';
import type { Finding } from '../contract/doctor.ts';
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
    const { name, kind, host } = entry;
    const project = entry.project ?? defaultProject;
    const onLog = (line: string) => log.info({ from: 'agent', runtime: name }, line);
    if (kind === 'ssh' && host !== null)
      return openedLater(`ssh to ${host}`, () => sshChannel({ host, project, onLog }));
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
      return engineLater(`kubernetes namespace ${namespace}`, () =>
        kubernetesEngine({
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
        }),
      );
    if (kind === 'docker' && host !== null && entry.isolation === 'product')
      return engineLater(`a container per product on ${host}`, () =>
        dockerEngine({
          project,
          docker: dockerClient(addressOf(host, entry.certs)),
          // The human's folders are where fleetd's own runtime is.
          sourceOf: () => null,
          onLog,
        }),
      );
    return null;
  };
}

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
        return [notMade(thrown)];
      }
    },
  };
}

/** The same for an engine, made when it is first asked: one that could not be made is tried again with each request. */
function engineLater(description: string, make: () => Engine): Engine {
  let made: Engine | null = null;
  const engine = () => {
    made ??= make();
    return made;
  };
  return {
    description,
    ensure: async (place) => await engine().ensure(place),
    channel: (product) => openedLater(`${product} on ${description}`, () => engine().channel(product)),
    list: async () => await engine().list(),
    park: async (product) => await engine().park(product),
    async doctor() {
      try {
        return await engine().doctor();
      } catch (thrown) {
        return [notMade(thrown)];
      }
    },
  };
}

function notMade(thrown: unknown): Finding {
  const { code, message, mend } = FleetError.wrap(thrown);
  return { check: 'engine', product: null, state: 'failed', says: `${code}: ${message}`, mend };
}
