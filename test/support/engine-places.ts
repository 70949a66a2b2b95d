// Containers per product for tests: an image with the built agent in it, and the pattern's container, of an engine that
// has one base image.
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { build } from 'rolldown';
import { runtimeLabel } from '../../src/runtime/index.ts';
import { agentFile, fixtureOv } from '../runtime/workspace.ts';
import { docker, engineImage } from './engine.ts';

/** An image as the runtime's: user 1000, a workspace and a home that are theirs, fleet-agent. @returns its id */
export async function agentImage(tag: string, says = 'first'): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'fleet-image-'));
  try {
    await mkdir(join(folder, 'fleet'));
    await build({
      input: agentFile,
      platform: 'node',
      output: { file: join(folder, 'fleet/agent.js'), format: 'esm', codeSplitting: false },
    });
    await copyFile(fixtureOv, join(folder, 'fleet/ov.mjs'));
    await writeFile(join(folder, 'fleet/says'), says);
    await writeFile(
      join(folder, 'Dockerfile'),
      [
        `FROM ${engineImage}`,
        'COPY --chmod=755 fleet /opt/fleet',
        'RUN install -d -o 1000 -g 1000 /workspace /home/overstory',
        'ENV HOME=/home/overstory FLEET_OV=/opt/fleet/ov.mjs',
        'USER 1000',
        'WORKDIR /workspace',
        'CMD ["sleep", "infinity"]',
      ].join('\n'),
    );
    await execa('docker', ['build', '--quiet', '--tag', tag, folder], { env: { DOCKER_BUILDKIT: '1' } });
    return (await docker.getImage(tag).inspect()).Id;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The runtime's own container, after which those of products are made. It need not run. */
export async function patternContainer(project: string, image: string, binds: string[] = []): Promise<void> {
  await docker.createContainer({
    Image: image,
    Labels: { [runtimeLabel]: project },
    Env: [
      'FLEET_PRODUCTS=/etc/fleet/products.yaml',
      'ANTHROPIC_API_KEY=key-of-the-test',
      'FLEET_PROJECTS=/projects',
    ],
    HostConfig: { Init: true, Binds: binds, PidsLimit: 300 },
  });
}

/** Everything of a project: containers, volumes, its network. */
export async function removePlaces(project: string, places: string): Promise<void> {
  for (const label of [`${runtimeLabel}=${project}`, `${places}=${project}`]) {
    const filters = { label: [label] };
    const containers = await docker.listContainers({ all: true, filters });
    await Promise.all(containers.map(({ Id }) => docker.getContainer(Id).remove({ force: true, v: true })));
    const { Volumes } = await docker.listVolumes({ filters });
    await Promise.all((Volumes ?? []).map(({ Name }) => docker.getVolume(Name).remove({ force: true })));
    const networks = await docker.listNetworks({ filters });
    await Promise.all(networks.map(({ Id }) => docker.getNetwork(Id).remove()));
  }
}
