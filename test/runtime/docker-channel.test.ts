// The Runtime over one held-open `docker exec`, against a real engine.
import { chmod, copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import Docker from 'dockerode';
import { build } from 'rolldown';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { RuntimeInfo } from '../../src/contract/runtime/protocol.ts';
import { type Channel, dockerChannel, type Runtime, runtimeLabel } from '../../src/runtime/index.ts';
import { docker, engineAvailable, engineImage } from '../support/engine.ts';
import { agentFile, createWorkspace, fixtureOv, lives, type Workspace } from './workspace.ts';

test('an engine that is not there is named, with the mend', async () => {
  const nobody = new Docker({ socketPath: '/nowhere/docker.sock' });
  await expect(dockerChannel({ project: 'p', docker: nobody }).open()).rejects.toMatchObject({
    code: 'ENGINE_UNREACHABLE',
    mend: expect.stringContaining('Docker engine'),
  });
});

describe.runIf(await engineAvailable())('a container with the label', () => {
  const project = `test-${process.pid}`;
  const containers: Docker.Container[] = [];
  const logs: string[] = [];
  let workspace: Workspace;
  let runtime: Runtime;
  let info: RuntimeInfo;
  let channel: Channel;

  async function startContainer(label = project) {
    const container = await docker.createContainer({
      Image: engineImage,
      Cmd: ['sleep', 'infinity'],
      User: '1000:1000',
      Labels: { [runtimeLabel]: label },
      HostConfig: { Init: true, NetworkMode: 'none', Binds: [`${workspace.root}:/workspace`] },
    });
    containers.push(container);
    await container.start();
    return container;
  }

  beforeAll(async () => {
    workspace = await createWorkspace();
    // The container's user is not the one of this process.
    await chmod(workspace.root, 0o755);
    const tools = join(workspace.root, 'tools');
    await mkdir(tools);
    await build({
      input: agentFile,
      platform: 'node',
      output: { file: join(tools, 'agent.js'), format: 'esm', codeSplitting: false },
    });
    await copyFile(fixtureOv, join(tools, 'ov.mjs'));
    await startContainer();
    channel = dockerChannel({
      project,
      argv: ['node', '/workspace/tools/agent.js'],
      env: ['FLEET_OV=/workspace/tools/ov.mjs'],
      docker,
      onLog: (line) => logs.push(line),
    });
    ({ runtime, info } = await workspace.connect(channel));
  });
  afterAll(async () => {
    await Promise.all(containers.map((container) => container.remove({ force: true, v: true })));
    await workspace?.remove();
  });

  /** In the container products lie under /workspace. */
  async function addProduct(name: string, settings = {}) {
    const { root } = await workspace.addProduct(name, settings);
    for (const folder of [root, join(root, '.overstory')]) await chmod(folder, 0o777);
    return { name, root: `/workspace/${name}` };
  }
  /** Processes of the container, as pids of this machine. */
  async function agents(): Promise<number[]> {
    const top = await containers[0]?.top();
    const rows: string[][] = top?.Processes ?? [];
    return rows
      .filter((row) => row.some((cell) => cell.includes('tools/agent.js')))
      .map((row) => Number(row[1]));
  }

  test('the bundled agent serves its verbs as the user of the container', async () => {
    const product = await addProduct('boxed');
    expect(info).toMatchObject({ workspaceRoot: '/workspace', ov: { version: '0.10.3', error: null } });
    const [snapshot] = await runtime.snapshot([product]);
    expect(snapshot).toMatchObject({ health: 'ok', projectName: 'p-boxed' });
    expect(await runtime.ov(product, 'coordinator.start', {})).toMatchObject({
      projectRoot: '/workspace/boxed',
    });
    expect((await runtime.footprint([product])).container.memoryBytes).toBeGreaterThan(1_000_000);
    expect(await agents()).toHaveLength(1);
  });

  test('a large reply arrives whole', async () => {
    const mail = Array.from({ length: 300 }, (_, n) => ({
      id: `m${n}`,
      from: 'lead',
      to: 'operator',
      subject: 's',
      body: `${n} é`.repeat(2_000),
      type: 'status',
      priority: 'normal',
      threadId: null,
      payload: null,
      read: false,
      createdAt: '2026-11-20T09:00:00Z',
    }));
    const { messages } = await runtime.ov(await addProduct('wordy', { mail }), 'mail.list', {});
    expect(messages).toEqual(mail);
  });

  test('a change made on the host side of the mount is pushed', async () => {
    const product = await addProduct('pushed');
    const changes: string[] = [];
    runtime.on('changed', (name) => changes.push(name));
    await runtime.watch([product]);
    await writeFile(join(workspace.root, 'pushed', '.overstory', 'mail.db'), 'x');
    await vi.waitFor(() => expect(changes).toContain('pushed'), 5_000);
  });

  test('closing ends the agent in the container', async () => {
    const before = await agents();
    const { runtime: mine } = await workspace.connect(channel);
    const [own] = (await agents()).filter((pid) => !before.includes(pid));
    expect(own).toBeDefined();
    await mine.close();
    await vi.waitFor(async () => expect(await lives(own ?? 0)).toBe(false), 5_000);
    expect(await agents()).toEqual(before);
  });

  test('an agent that cannot start says why', async () => {
    const opened = await dockerChannel({ project, docker, argv: ['node', '/nowhere.js'] }).open();
    expect(await opened.closed).toMatch(/exit 1.*/);
    await opened.close();
    const missing = await dockerChannel({ project, docker, argv: ['/nowhere/node'] }).open();
    expect(await missing.closed).toMatch(/exit 12[67]/);
    await missing.close();
  });

  test('round trips over docker exec (report only)', async () => {
    const took: number[] = [];
    for (let n = 0; n < 300; n += 1) {
      const from = performance.now();
      await runtime.watch([]);
      took.push(performance.now() - from);
    }
    took.sort((a, b) => a - b);
    console.log(`docker channel: p50 ${took[150]?.toFixed(2)} ms, p95 ${took[285]?.toFixed(2)} ms`);
    expect(took).toHaveLength(300);
  });

  test('two containers with the label are refused, none is named, and a stopped one is lost and found again', async () => {
    const second = await startContainer();
    await expect(channel.open()).rejects.toMatchObject({ code: 'RUNTIME_AMBIGUOUS' });
    await second.remove({ force: true });
    containers.pop();
    await expect(dockerChannel({ project: `${project}-other`, docker }).open()).rejects.toMatchObject({
      code: 'RUNTIME_NOT_RUNNING',
      mend: expect.stringContaining('docker compose up'),
    });

    const product = await addProduct('interrupted', { mode: 'hang' });
    const call = runtime.ov(product, 'status', {}).catch((error) => error.code);
    await vi.waitFor(async () => expect(await workspace.calls('interrupted')).toHaveLength(1), 20_000);
    await containers[0]?.kill();
    expect(await call).toBe('RUNTIME_LOST');
    await vi.waitFor(
      () => expect(runtime.link()).toMatchObject({ error: { code: 'RUNTIME_NOT_RUNNING' } }),
      10_000,
    );
    const again = new Promise<RuntimeInfo>((resolve) => runtime.on('connected', resolve));
    await containers[0]?.start();
    expect((await again).workspaceRoot).toBe('/workspace');
  });
});
