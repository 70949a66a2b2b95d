// A container of the runtime's image for one lab, the lab's folder and dist/ mounted on their own paths.
// Image: FLEET_BENCH_IMAGE, else what `docker build --target overstory-runtime` makes of containers/Dockerfile
// as `fleet-bench-runtime`.
import { dirname } from 'node:path';
import Docker from 'dockerode';
import { runtimeLabel } from '../src/runtime/index.ts';

export const image = process.env.FLEET_BENCH_IMAGE ?? 'fleet-bench-runtime';
const docker = new Docker();

export interface Container {
  id: string;
  /** value of the runtime's label */
  project: string;
  /** what differs from the lab's environment inside */
  env: Record<string, string>;
  /** CPU seconds used inside so far */
  cpuSeconds(): Promise<number>;
  remove(): Promise<void>;
}

/** @returns why there is no container to be had, or null */
export async function engineMissing(): Promise<string | null> {
  return await docker
    .getImage(image)
    .inspect()
    .then(
      () => null,
      (error: { statusCode?: number; message: string }) =>
        error.statusCode === 404 ? `the engine has no image ${image}` : `no engine answers: ${error.message}`,
    );
}

export async function startContainer(folder: string): Promise<Container> {
  const project = `bench-${process.pid}-${Date.now()}`;
  const path = `${folder}/bin:/usr/local/bin:/usr/bin:/bin`;
  const dist = `${dirname(import.meta.dirname)}/dist`;
  const container = await docker.createContainer({
    Image: image,
    Entrypoint: ['sleep'],
    Cmd: ['infinity'],
    User: `${process.getuid?.() ?? 1000}:${process.getgid?.() ?? 1000}`,
    Env: [`PATH=${path}`, `HOME=${folder}/home`, `GIT_CONFIG_GLOBAL=${folder}/home/.gitconfig`],
    Labels: { [runtimeLabel]: project },
    HostConfig: { Init: true, NetworkMode: 'none', Binds: [`${folder}:${folder}`, `${dist}:${dist}:ro`] },
  });
  await container.start();
  return {
    id: container.id,
    project,
    env: { PATH: path },
    async cpuSeconds() {
      const stats = (await container.stats({ stream: false, 'one-shot': true })) as Docker.ContainerStats;
      return stats.cpu_stats.cpu_usage.total_usage / 1e9;
    },
    remove: () => container.remove({ force: true, v: true }),
  };
}
