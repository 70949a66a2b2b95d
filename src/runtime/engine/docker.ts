// Docker as the engine: one container per product on one engine, so that dev servers and tests of two products never meet
// and no worker reads another product's repository.
import Docker from 'dockerode';
import { type Clock, sleep, systemClock } from '../../common/clock.ts';
import { FleetError } from '../../common/errors.ts';
import { count } from '../../common/units.ts';
import { dockerChannel, runtimeLabel } from '../docker-channel.ts';
import { engine } from '../docker-engine.ts';
import { limitContainer } from '../docker-limits.ts';
import { limitsOf, namesOf, placeLabel, placeOptions, placesLabel, productLabel } from './docker-place.ts';
import { findings, noRoom, notEnded, notRunning, stateOf } from './docker-reasons.ts';
import { logText, orNone, whenStatus } from './docker-requests.ts';
import type { Engine, EnginePlace, NeededPlace } from './engine.ts';

export interface DockerEngineOptions {
  /** value of the label of the runtime's own container, which is the pattern for all; also the first part of names */
  project: string;
  /** folder of a product's repository in the pattern, under /projects; null: it is cloned from an address, or a sample */
  sourceOf: (product: string) => string | null;
  docker?: Docker;
  /** fleet-agent in a container; default: where containers/Dockerfile puts it */
  argv?: [string, ...string[]];
  /** One line of an agent's stderr. */
  onLog?: (line: string) => void;
  clock?: Clock;
}

/** Preparing what the last container left takes some calls of `ov`, each up to 15 s on a busy machine. */
const readyMs = 180_000;
const lookEveryMs = 300;
/** As in docker-compose.yaml: what a worker may take to end. Seconds. */
const graceS = 20;

export function dockerEngine(options: DockerEngineOptions): Engine {
  const { project, docker = new Docker(), clock = systemClock } = options;
  const network = `${project}-places`;
  /** What is being made, by product: who asks again waits for the same. */
  const making = new Map<string, Promise<void>>();

  const container = (product: string) => docker.getContainer(namesOf(project, product).container);

  const inspect = (product: string) => orNone(container(product).inspect());

  async function pattern(): Promise<Docker.ContainerInspectInfo> {
    const found = await engine(
      docker.listContainers({ all: true, filters: { label: [`${runtimeLabel}=${project}`] } }),
    );
    const [newest] = found.sort((a, b) => b.Created - a.Created);
    if (newest !== undefined) return await engine(docker.getContainer(newest.Id).inspect());
    throw new FleetError({
      code: 'RUNTIME_NOT_RUNNING',
      message: `Expected a container labelled ${runtimeLabel}=${project} to make those of products after, got none.`,
      mend: 'Create it: `docker compose up -d overstory-runtime`.',
    });
  }

  /** Containers in it reach the internet and this machine's other services as before, but not each other. */
  async function makeNetwork(): Promise<void> {
    if ((await orNone(docker.getNetwork(network).inspect())) !== null) return;
    await engine(
      docker.createNetwork({
        Name: network,
        Labels: { [placesLabel]: project },
        Options: { 'com.docker.network.bridge.enable_icc': 'false' },
      }),
    );
  }
  /** One at a time: asked at once, an engine makes two of one name, and takes neither by it. */
  let networking: Promise<void> | null = null;
  function requireNetwork(): Promise<void> {
    networking ??= makeNetwork().finally(() => {
      networking = null;
    });
    return networking;
  }

  async function requireRoom(place: NeededPlace, total: number, cores: number): Promise<void> {
    const running = await engine(docker.listContainers({ filters: { label: [placesLabel] } }));
    const others = running.filter(({ Labels }) => Labels[placeLabel] !== `${project}/${place.product}`);
    const reserved = await Promise.all(
      others.map(async ({ Id }) => {
        const found = await orNone(docker.getContainer(Id).inspect());
        return found?.HostConfig.MemoryReservation ?? 0;
      }),
    );
    const taken = reserved.reduce((sum, bytes) => sum + bytes, 0);
    const wanted = limitsOf(place, cores).MemoryReservation;
    if (taken + wanted > total) throw noRoom(place.product, { wanted, taken, places: others.length, total });
  }

  async function make(place: NeededPlace): Promise<void> {
    const { product } = place;
    const [like, { NCPU: cores, MemTotal: total }] = await Promise.all([pattern(), engine(docker.info())]);
    let found = await inspect(product);
    // A session lives in what runs: a new image waits until it is parked.
    if (found !== null && !found.State.Running) {
      await orNone(container(product).remove({ v: true, force: true }));
      found = null;
    }
    if (found === null) {
      await requireRoom(place, total, cores);
      await requireNetwork();
      const source = options.sourceOf(product);
      const wanted = placeOptions(like, { project, place, source, network, cores });
      await engine(docker.createContainer(wanted)).catch(whenStatus(409, null));
      await engine(container(product).start()).catch(whenStatus(304, null));
    } else {
      const { Memory, NanoCpus, MemoryReservation, CpuShares } = limitsOf(place, cores);
      const { HostConfig } = found;
      if (HostConfig.MemoryReservation !== MemoryReservation || HostConfig.CpuShares !== CpuShares) {
        const wanted = { memoryBytes: Memory, cpuCores: NanoCpus / 1e9, processes: null };
        // Less than what it now uses ends workers: it keeps the larger limit until it fits.
        await limitContainer(container(product), wanted, engine).catch((error) => {
          if (FleetError.wrap(error).code !== 'RUNTIME_OVER_LIMIT') throw error;
        });
        await engine(container(product).update({ MemoryReservation, CpuShares }));
      }
    }
    await ready(product);
  }

  async function ready(product: string): Promise<void> {
    const deadline = clock.nowMs() + readyMs;
    for (;;) {
      const found = await inspect(product);
      const { state, says } = found === null ? { state: 'failed', says: 'it was removed' } : stateOf(found);
      if (state === 'running') return;
      const late = clock.nowMs() > deadline;
      if (state !== 'starting' || late)
        throw notRunning(
          product,
          late ? `not ready after ${readyMs / 1000} s` : `${says}`,
          await lastLog(product),
        );
      await sleep(clock, lookEveryMs);
    }
  }

  const lastLog = async (product: string): Promise<string> =>
    await engine(container(product).logs({ stdout: true, stderr: true, tail: 5 })).then(
      (frames) => logText(frames as unknown as Buffer),
      () => '',
    );

  async function list(): Promise<EnginePlace[]> {
    const filters = { label: [`${placesLabel}=${project}`] };
    const [containers, { Volumes }] = await Promise.all([
      engine(docker.listContainers({ all: true, filters })),
      engine(docker.listVolumes({ filters })),
    ]);
    const places = new Map<string, EnginePlace>();
    for (const { Labels } of Volumes ?? []) {
      const product = Labels?.[productLabel];
      if (product !== undefined)
        places.set(product, { product, state: 'parked', says: null, node: null, imageDigest: null });
    }
    for (const { Labels } of containers) {
      const product = Labels[productLabel] ?? '';
      const found = await inspect(product);
      if (found !== null)
        places.set(product, { product, ...stateOf(found), node: null, imageDigest: found.Image });
    }
    return [...places.values()].sort((a, b) => (a.product < b.product ? -1 : 1));
  }

  return {
    description: `a container per product on Docker, project ${project}`,
    ensure(place) {
      const running = making.get(place.product);
      if (running !== undefined) return running;
      const made = make(place).finally(() => making.delete(place.product));
      making.set(place.product, made);
      return made;
    },
    channel(product) {
      const { limit: _, ...channel } = dockerChannel({
        project: `${project}/${product}`,
        label: placeLabel,
        docker,
        ...(options.argv && { argv: options.argv }),
        ...(options.onLog && { onLog: options.onLog }),
      });
      return channel;
    },
    list,
    async park(product) {
      const one = container(product);
      // Answers when it has ended, which takes longer than a request to a live engine may: that is looked at.
      void one.stop({ t: graceS }).catch(() => {});
      const deadline = clock.nowMs() + 2 * graceS * 1000;
      while ((await inspect(product))?.State.Running) {
        if (clock.nowMs() > deadline) throw notEnded(product);
        await sleep(clock, lookEveryMs);
      }
      await orNone(one.remove({ v: true, force: true }));
    },
    async doctor() {
      const common = { check: 'engine', product: null };
      try {
        const [{ Version }, like, places] = await Promise.all([engine(docker.version()), pattern(), list()]);
        const says = `Docker ${Version}; a container for each of ${count(places.length, 'product')}`;
        return [
          { ...common, state: 'ok', says, mend: null },
          ...places.flatMap((one) => findings(one, like.Image)),
        ];
      } catch (thrown) {
        const { code, message, mend } = FleetError.wrap(thrown);
        return [{ ...common, state: 'failed', says: `${code}: ${message}`, mend }];
      }
    },
  };
}
