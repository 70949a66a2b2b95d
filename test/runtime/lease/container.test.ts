// The watchdog in a real container: it outlives the `docker exec` that it came by, and holds no stream open.
import { chmod, copyFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { build } from 'rolldown';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { connectRuntime, dockerChannel, runtimeLabel } from '../../../src/runtime/index.ts';
import { docker, engineAvailable, engineImage } from '../../support/engine.ts';
import { agentFile, createWorkspace, fixtureOv, type Workspace } from '../workspace.ts';

describe.runIf(await engineAvailable())('in a container', () => {
  const project = `test-lease-${process.pid}`;
  let workspace: Workspace;
  let container: Docker.Container;
  beforeAll(async () => {
    workspace = await createWorkspace();
    await chmod(workspace.root, 0o777);
    const tools = join(workspace.root, 'tools');
    await mkdir(tools);
    await build({
      input: agentFile,
      platform: 'node',
      output: { file: join(tools, 'agent.js'), format: 'esm', codeSplitting: false },
    });
    await copyFile(fixtureOv, join(tools, 'ov.mjs'));
    container = await docker.createContainer({
      Image: engineImage,
      Cmd: ['sleep', 'infinity'],
      User: '1000:1000',
      Labels: { [runtimeLabel]: project },
      HostConfig: { Init: true, NetworkMode: 'none', Binds: [`${workspace.root}:/workspace`] },
    });
    await container.start();
  });
  afterAll(async () => {
    await container?.remove({ force: true, v: true });
    await workspace?.remove();
  });

  test('the agent goes with its stream, the watchdog stays, and the next agent finds it', async () => {
    const { root } = await workspace.addProduct('boxed');
    for (const folder of [root, join(root, '.overstory')]) await chmod(folder, 0o777);
    const product = { name: 'boxed', root: '/workspace/boxed' };
    const processes = async (): Promise<string[]> => {
      const { Processes: rows }: { Processes: string[][] } = await container.top();
      return rows.map((row) => row.join(' ')).filter((line) => line.includes('tools/agent.js'));
    };
    const connect = async () => {
      const runtime = connectRuntime({
        channel: dockerChannel({
          project,
          docker,
          argv: ['node', '/workspace/tools/agent.js'],
          env: ['FLEET_OV=/workspace/tools/ov.mjs'],
        }),
        lease: { fleet: 'one', runtime: 'box', epoch: 1 },
      });
      await vi.waitFor(() => expect(runtime.link().state).toBe('connected'), 20_000);
      return runtime;
    };
    const first = await connect();
    expect((await processes()).filter((line) => line.includes('watch-lease'))).toEqual([]);
    await first.ov(product, 'coordinator.start', {});
    const watcher = await readFile(join(workspace.root, '.fleet/watcher.json'), 'utf8');
    const closing = performance.now();
    await first.close();
    // An exec whose pipes somebody else holds would stay open until it is torn, after two seconds.
    expect(performance.now() - closing).toBeLessThan(1_900);
    expect(await processes()).toEqual([expect.stringContaining('watch-lease')]);
    const second = await connect();
    await second.ov(product, 'coordinator.start', {});
    expect(await readFile(join(workspace.root, '.fleet/watcher.json'), 'utf8')).toBe(watcher);
    await second.close();
  });
});
