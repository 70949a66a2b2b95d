// The container of one product, made after the pattern of the runtime's own one: image, user, environment, health and what
// it may are taken from there, so that what docker-compose.yaml and .env say of the runtime holds for each product. Its
// own are: volumes, limits, and of the human's repositories the one that is its source.
import type Docker from 'dockerode';
import { boundsOf } from './bounds.ts';
import type { NeededPlace } from './engine.ts';
import { placeName } from './place-name.ts';

/** Value: `<project>/<product>`. */
export const placeLabel = 'dev.meta-coordinator.place';
/** Value: the project. */
export const placesLabel = 'dev.meta-coordinator.places';
/** Value: the product. */
export const productLabel = 'dev.meta-coordinator.product';

export const labelsOf = (project: string, product: string): Record<string, string> => ({
  [placeLabel]: `${project}/${product}`,
  [placesLabel]: project,
  [productLabel]: product,
});

export interface PlaceNames {
  container: string;
  /** its checkout; survives the container */
  workspace: string;
  /** transcripts and settings of Claude Code; survives it too */
  home: string;
}

export function namesOf(project: string, product: string): PlaceNames {
  const container = `${project}-of-${placeName(product)}`;
  return { container, workspace: `${container}-workspace`, home: `${container}-home` };
}

/** Where the pattern has its workspace and the human's repositories. */
const workspaceFolder = '/workspace';
const homeFolder = '/home/overstory';
const projectsFolder = '/projects';
/** Each would tell of other products, or have all of them made here. */
const ownVariables = ['FLEET_PRODUCTS', 'FLEET_WORKSPACE', 'FLEET_CORES'];
const leastProcesses = 4_096;

/**
 * @param pattern  the runtime's own container
 * @param source   folder of the product's repository in the pattern, under /projects; null: none is mounted
 * @param cores    of the engine, which refuses a limit above them
 */
export function placeOptions(
  pattern: Docker.ContainerInspectInfo,
  { project, place, source, network, cores }: PlaceOptions,
): Docker.ContainerCreateOptions {
  const names = namesOf(project, place.product);
  const { Config, HostConfig, Image } = pattern;
  const inherited = Config.Env.filter((pair) => !ownVariables.includes(pair.split('=')[0] ?? ''));
  return {
    name: names.container,
    Image,
    ...(Config.User !== '' && { User: Config.User }),
    Env: [...inherited, `FLEET_WORKSPACE=${workspaceFolder}`, 'FLEET_PRODUCTS='],
    ...(Config.Entrypoint && { Entrypoint: Config.Entrypoint }),
    ...(Config.Cmd && { Cmd: Config.Cmd }),
    WorkingDir: Config.WorkingDir,
    ...(Config.Healthcheck && { Healthcheck: Config.Healthcheck }),
    Labels: labelsOf(project, place.product),
    HostConfig: {
      // As the pattern, or stricter: nothing of what a pattern might have been given beyond the bundle's own.
      Init: true,
      Privileged: false,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges:true'],
      ReadonlyRootfs: true,
      PidsLimit: HostConfig.PidsLimit || leastProcesses,
      ...(HostConfig.LogConfig && { LogConfig: HostConfig.LogConfig }),
      NetworkMode: network,
      RestartPolicy: { Name: 'unless-stopped' },
      Mounts: [
        volume(names.workspace, workspaceFolder, project, place.product),
        volume(names.home, homeFolder, project, place.product),
        // Goes with the container. Not in memory: what is built there would count against the limit.
        { Type: 'volume', Source: '', Target: '/tmp' },
        ...sourceMount(pattern, source),
      ],
      // Empty but for the one source: fleet-agent expects it where there are repositories of a human.
      Tmpfs: { [projectsFolder]: 'size=64k,mode=755' },
      ...limitsOf(place, cores),
    },
  };
}

export interface PlaceOptions {
  project: string;
  place: NeededPlace;
  source: string | null;
  network: string;
  cores: number;
}

/** As `docker update` takes them too. */
export function limitsOf(place: NeededPlace, cores: number) {
  const { reserved, limit } = boundsOf(place);
  return {
    Memory: limit.memoryBytes,
    // No swap on top: workers that swap make the whole machine slow.
    MemorySwap: limit.memoryBytes,
    MemoryReservation: reserved.memoryBytes,
    NanoCpus: Math.round(Math.min(limit.cpuCores, cores) * 1e9),
    // Of a machine where all want more than there is, each gets its part.
    CpuShares: Math.max(2, Math.round(reserved.cpuCores * 1024)),
  };
}

const volume = (name: string, folder: string, project: string, product: string) => ({
  Type: 'volume' as const,
  Source: name,
  Target: folder,
  VolumeOptions: {
    NoCopy: false,
    Labels: labelsOf(project, product),
    DriverConfig: { Name: 'local', Options: {} },
  },
});

/** The one repository, read-only: the pattern has the folder of all of them. */
function sourceMount(pattern: Docker.ContainerInspectInfo, source: string | null) {
  const all = pattern.Mounts.find(
    ({ Destination, Type }) => Destination === projectsFolder && Type === 'bind',
  );
  const below = source?.startsWith(`${projectsFolder}/`) ? source.slice(projectsFolder.length) : null;
  if (all === undefined || below === null || below.split('/').includes('..')) return [];
  return [
    {
      Type: 'bind' as const,
      Source: `${all.Source}${below}`,
      Target: `${projectsFolder}${below}`,
      ReadOnly: true,
    },
  ];
}
