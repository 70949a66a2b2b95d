// Puts fleetd together and takes it apart again, in the right order.
import type { Server } from 'node:http';
import { cpus } from 'node:os';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { listenOnSocket } from '../api/listen.ts';
import { createApi } from '../api/server.ts';
import { createFleetClient } from '../client/client.ts';
import { giveBackAfterStart } from '../common/give-back.ts';
import { keptToken } from '../common/kept-token.ts';
import { version } from '../common/version.ts';
import { type Dashboard, startDashboard } from '../dashboard/index.ts';
import {
  type Fleet,
  openArtifactFiles,
  openJournal,
  schedulingDefaults,
  startFleet,
  systemClock,
  tuning,
} from '../fleet/index.ts';
import type { Tuning } from '../fleet/tuning.ts';
import { openRegistry } from '../registry/index.ts';
import type { RuntimeEntry } from '../registry/registry.ts';
import type { Channel } from '../runtime/channel.ts';
import { delivererOver } from '../runtime/deliver/deliverer.ts';
import type { Engine } from '../runtime/engine/engine.ts';
import type { LeaseLengths } from '../runtime/lease-terms.ts';
import { publisherOver } from '../runtime/publish/publisher.ts';
import { attachArgv } from './attach.ts';
import { channelsOf, enginesOf } from './channels.ts';
import { fleetEpoch } from './epoch.ts';
import { keepLimits, type LimitKeeper } from './limits.ts';
import { type KeptRuntimes, keepRuntimes } from './runtimes.ts';
import { webhooks } from './webhook.ts';

export interface FleetdOptions {
  /** path of products.yaml */
  productsFile: string;
  /** folder in the runtime under which all checkouts lie */
  workspaceRoot: string;
  /** folder in the runtime, and where the publisher is, of the human's repositories; null or left out: none */
  projectsRoot?: string | null;
  /** opens a publisher, which takes branches into them; left out: none */
  publisher?: Pick<Channel, 'open' | 'description'>;
  /** opens a deliverer, which brings branches to remotes and forges; left out: none */
  deliverer?: Pick<Channel, 'open' | 'description'>;
  /** folder for the journal and what is kept beside it */
  stateDir: string;
  /** socket for the CLI and other tools of the operator */
  operatorSocket: string;
  /** socket for the gateway's plugin; null: none */
  gatewaySocket: string | null;
  /** null or left out: no dashboard. token null: one is made and kept in the state folder */
  dashboard?: { port: number; host: '127.0.0.1' | '0.0.0.0'; token: string | null } | null;
  /** to fleetd's own runtime */
  channel: Channel;
  /** the compose project of a runtime that products.yaml names without one; default: the bundle's */
  project?: string;
  /** to another runtime that products.yaml names; default: by its kind */
  channelOf?: (entry: RuntimeEntry) => Channel;
  /** what makes a container for each of its products, where it does; default: by its kind */
  engineOf?: (entry: RuntimeEntry) => Engine | null;
  /** Whoever calls makes the products ready, and tells `fleet.making` of each. Default: they are. */
  makesProducts?: boolean;
  /** Cores of the runtime of which products.yaml gives a percentage. Default: this machine's. */
  runtimeCores?: number;
  /** argv on the operator's machine that reaches the runtime's tmux. Default: `tmux` */
  tmux?: string[];
  log: Logger;
  tuning?: Partial<Tuning>;
  /** of the leases of runtimes that products.yaml names */
  lease?: LeaseLengths;
}

export interface Fleetd {
  fleet: Fleet;
  dashboard: Dashboard | null;
  /** Closes the API, then the loop, the link and the journal. Sessions live on. */
  close(): Promise<void>;
}

/** @throws FleetError of registry, journal or socket: each says which and how to mend it */
export async function runFleetd(options: FleetdOptions): Promise<Fleetd> {
  const { log } = options;
  giveBackAfterStart();
  const journal = openJournal(join(options.stateDir, 'journal.db'), systemClock);
  let fleet: Fleet | null = null;
  let limits: LimitKeeper | null = null;
  let runtimes: KeptRuntimes | null = null;
  const registry = await openRegistry(options.productsFile, {
    workspaceRoot: options.workspaceRoot,
    projectsRoot: options.projectsRoot ?? null,
    onChange: () => {
      try {
        runtimes?.check();
      } catch (error) {
        log.error({ err: error }, 'the runtimes of products.yaml could not be taken up');
      }
      fleet?.registryChanged();
      limits?.check();
    },
  }).catch((error) => {
    journal.close();
    throw error;
  });
  const keeper = keepLimits({
    channel: options.channel,
    scheduling: () => registry.current().scheduling,
    cores: options.runtimeCores ?? cpus().length,
    clock: systemClock,
    log,
  });
  limits = keeper;
  const project = options.project ?? 'meta-coordinator';
  const kept = keepRuntimes({
    fleet: await keptToken(join(options.stateDir, 'fleet-id')),
    epoch: await fleetEpoch(options.stateDir),
    ...(options.lease && { lease: options.lease }),
    registry,
    placement: (product) => journal.placement(product),
    local: {
      ...options.channel,
      doctor: async () => [...((await options.channel.doctor?.()) ?? []), keeper.finding()],
    },
    engineOf: options.engineOf ?? enginesOf(project, log),
    needed: (product) => fleet?.needed(product) ?? { product, ...schedulingDefaults.weightUnit },
    channelOf: options.channelOf ?? channelsOf(project, log),
    log,
  });
  runtimes = kept;
  const { runtime } = kept;
  runtime.on('connected', () => keeper.check());
  fleet = startFleet({
    registry,
    runtime,
    publisher: options.publisher ? publisherOver(options.publisher) : null,
    deliverer: options.deliverer ? delivererOver(options.deliverer) : null,
    journal,
    artifactFiles: openArtifactFiles(join(options.stateDir, 'artifacts')),
    clock: systemClock,
    log,
    tuning: { ...tuning, ...options.tuning },
    version,
    runtimeDescription: options.channel.description,
  });
  if (options.makesProducts) fleet.making.expect(registry.current().products);
  const tmux = (product: string, words: string[]) => {
    const place = journal.placement(product)?.runtime;
    const entry = registry.current().runtimes?.find(({ name }) => name === place) ?? null;
    return attachArgv(entry, { local: options.tmux ?? ['tmux'], project, product }, words);
  };
  const servers: Server[] = [];
  let dashboard: Dashboard | null = null;
  const close = async (): Promise<void> => {
    await dashboard?.close();
    for (const server of servers) {
      server.close();
      server.closeAllConnections();
    }
    keeper.close();
    await fleet?.close();
    await runtime.close();
    registry.close();
    journal.close();
  };
  try {
    servers.push(
      await listenOnSocket(
        createApi(fleet, 'operator', log, tmux, () => dashboard?.port ?? null),
        options.operatorSocket,
        'owner',
      ),
    );
    if (options.gatewaySocket) {
      servers.push(await listenOnSocket(createApi(fleet, 'gateway', log), options.gatewaySocket));
    }
    if (options.dashboard) {
      const { port, host, token } = options.dashboard;
      dashboard = await startDashboard({
        // what it asks is this very process
        client: createFleetClient({ socketPath: options.operatorSocket }, { believes: true }),
        port,
        host,
        token: token ?? (await keptToken(join(options.stateDir, 'operator-token'))),
        hook: webhooks(registry, process.env, (product) => fleet?.lookNow(product)),
        log,
      });
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { fleet, dashboard, close };
}
