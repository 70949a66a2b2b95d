// A container for each product, on a real engine: what one does, the other cannot see.
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { dockerEngine } from '../../../src/runtime/engine/docker.ts';
import { namesOf, placesLabel } from '../../../src/runtime/engine/docker-place.ts';
import { connectRuntime, type Runtime } from '../../../src/runtime/index.ts';
import { docker, engineAvailable } from '../../support/engine.ts';
import { agentImage, patternContainer, removePlaces } from '../../support/engine-places.ts';

const mib = 1024 ** 2;
const ofPlace = (bytes: number) => [600 * mib, 1112 * mib].includes(bytes);
const place = (product: string, memoryBytes = 600 * mib) => ({ product, cpuCores: 0.5, memoryBytes });

test('an engine that is not there is named, in doctor too', async () => {
  const nobody = new Docker({ socketPath: '/nowhere/docker.sock' });
  const engine = dockerEngine({ project: 'p', docker: nobody, sourceOf: () => null });
  await expect(engine.ensure(place('a'))).rejects.toMatchObject({ code: 'ENGINE_UNREACHABLE' });
  expect(await engine.doctor()).toMatchObject([{ state: 'failed', check: 'engine' }]);
});

describe.runIf(await engineAvailable())('two products, a container each', () => {
  const project = `places-${process.pid}`;
  const image = `fleet-places-${process.pid}`;
  const runtimes: Runtime[] = [];
  let projects: string;
  const engine = dockerEngine({
    project,
    docker,
    sourceOf: (product) => (product === 'shop' ? '/projects/shop' : null),
  });
  const name = (product: string) => namesOf(project, product).container;

  /** stdout of a command in a product's container, as its worker has it; what failed is its stderr. */
  async function inside(product: string, ...argv: string[]): Promise<string> {
    const { stdout, stderr } = await execa('docker', ['exec', name(product), ...argv], { reject: false });
    return stdout || stderr;
  }
  const inspect = (product: string) => docker.getContainer(name(product)).inspect();

  beforeAll(async () => {
    projects = await mkdtemp(join(tmpdir(), 'fleet-projects-'));
    await chmod(projects, 0o755);
    for (const one of ['shop', 'blog']) {
      await mkdir(join(projects, one));
      await writeFile(join(projects, one, 'secret.txt'), `of ${one}`);
    }
    await agentImage(image);
    await patternContainer(project, image, [`${projects}:/projects:ro`]);
    await Promise.all([
      engine.ensure(place('shop')),
      engine.ensure(place('blog')),
      engine.ensure(place('shop')),
    ]);
  });
  afterAll(async () => {
    await Promise.all(runtimes.map((runtime) => runtime.close()));
    await removePlaces(project, placesLabel);
    await docker
      .getImage(image)
      .remove({ force: true })
      .catch(() => {});
    await rm(projects, { recursive: true, force: true });
  });

  async function connect(product: string): Promise<Runtime> {
    const runtime = connectRuntime({ channel: engine.channel(product) });
    runtimes.push(runtime);
    await vi.waitFor(() => expect(runtime.link().state).toBe('connected'), 20_000);
    return runtime;
  }

  test('each has its agent, its user, and less than nothing of what could be gained', async () => {
    const runtime = await connect('shop');
    expect(runtime.link()).toMatchObject({
      // What is reserved, where the kernel has cgroups of the first version; else what it is held to.
      info: { workspaceRoot: '/workspace', modelKey: true, memoryBytes: expect.toSatisfy(ofPlace) },
    });
    const status = await inside('shop', 'cat', '/proc/self/status');
    expect(status).toMatch(/^Uid:\s+1000/m);
    expect(status).toMatch(/^CapBnd:\s+0+$/m);
    expect(status).toMatch(/^NoNewPrivs:\s+1$/m);
    expect((await inspect('shop')).HostConfig).toMatchObject({
      ReadonlyRootfs: true,
      Privileged: false,
      Init: true,
      PidsLimit: 300,
      RestartPolicy: { Name: 'unless-stopped' },
    });
    expect(await inside('shop', 'touch', '/usr/local/x')).toContain('Read-only file system');
    expect(await inside('shop', 'sh', '-c', 'touch /tmp/x ~/x && echo written')).toBe('written');
  });

  test('neither reads the other’s files: workspace, home, /tmp, repositories', async () => {
    for (const folder of ['/workspace', '/home/overstory', '/tmp'])
      await inside('shop', 'sh', '-c', `echo mine > ${folder}/only-shop.txt`);
    expect(await inside('shop', 'cat', '/workspace/only-shop.txt')).toBe('mine');
    for (const folder of ['/workspace', '/home/overstory', '/tmp'])
      expect(await inside('blog', 'cat', `${folder}/only-shop.txt`)).toContain('No such file');
    expect(await inside('shop', 'cat', '/projects/shop/secret.txt')).toBe('of shop');
    expect(await inside('shop', 'touch', '/projects/shop/x')).toContain('Read-only');
    expect(await inside('shop', 'ls', '/projects')).toBe('shop');
    expect(await inside('blog', 'ls', '-a', '/projects')).toBe('.\n..');
    expect(await inside('blog', 'sh', '-c', 'echo $FLEET_PRODUCTS')).toBe('');
  });

  test('both open the same port, and neither reaches the other’s', async () => {
    const serve = `require('http').createServer((q,r)=>r.end(process.env.OF)).listen(8080,'0.0.0.0')`;
    for (const product of ['shop', 'blog'])
      await execa('docker', [
        'exec',
        '--detach',
        '--env',
        `OF=${product}`,
        name(product),
        'node',
        '-e',
        serve,
      ]);
    const ask = (product: string, host: string) =>
      inside(
        product,
        'node',
        '-e',
        `fetch('http://${host}:8080',{signal:AbortSignal.timeout(2500)}).then(r=>r.text()).then(console.log,e=>console.log(e.cause?.code??e.name)).then(()=>process.exit())`,
      );
    await vi.waitFor(async () => {
      expect(await ask('shop', '127.0.0.1')).toBe('shop');
      expect(await ask('blog', '127.0.0.1')).toBe('blog');
    }, 15_000);
    const address = Object.values((await inspect('shop')).NetworkSettings.Networks)[0]?.IPAddress ?? '';
    // It listens there: this machine reaches it.
    expect(await (await fetch(`http://${address}:8080`)).text()).toBe('shop');
    expect(await ask('blog', address)).toBe('TimeoutError');
    expect(await inside('blog', 'sh', '-c', 'cat /proc/[0-9]*/cmdline | tr "\\0" " "')).not.toContain(
      'OF=shop',
    );
  });

  test('the kernel holds each to its own; what is asked for later holds without an end of it', async () => {
    const limit = async (product: string) =>
      Number(
        await inside(
          product,
          'sh',
          '-c',
          'cat /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null || cat /sys/fs/cgroup/memory.max',
        ),
      );
    expect(await limit('shop')).toBe(1112 * mib);
    const before = await inspect('shop');
    await engine.ensure({ product: 'shop', cpuCores: 1, memoryBytes: 2048 * mib });
    expect(await limit('shop')).toBe(3072 * mib);
    const after = await inspect('shop');
    expect([after.Id, after.State.StartedAt]).toEqual([before.Id, before.State.StartedAt]);
    expect(after.HostConfig).toMatchObject({ MemoryReservation: 2048 * mib, MemorySwap: 3072 * mib });
    expect(await limit('blog')).toBe(1112 * mib);
  });

  test('more than the engine has is refused with what there is', async () => {
    await expect(engine.ensure(place('huge', 900 * 1024 ** 3))).rejects.toMatchObject({
      code: 'RUNTIME_NO_ROOM',
      product: 'huge',
      message: expect.stringMatching(/room for 900 GiB .* reserved for \d+ other products/),
    });
    expect((await engine.list()).map(({ product }) => product)).toEqual(['blog', 'shop']);
  });

  test('killed, parked and made again: the volume is there, /tmp is not', async () => {
    await inside('blog', 'sh', '-c', 'echo kept > /workspace/kept.txt; echo gone > /tmp/gone.txt');
    await docker.getContainer(name('blog')).kill();
    expect(await engine.list()).toMatchObject([
      { product: 'blog', state: 'failed', says: 'it ended with exit 137' },
      { product: 'shop', state: 'running' },
    ]);
    await engine.ensure(place('blog'));
    expect(await inside('blog', 'cat', '/workspace/kept.txt')).toBe('kept');

    await engine.park('blog');
    expect(await engine.list()).toMatchObject([
      { product: 'blog', state: 'parked', imageDigest: null },
      { product: 'shop', state: 'running', imageDigest: expect.stringMatching(/^sha256:/) },
    ]);
    await engine.park('blog');
    await engine.ensure(place('blog'));
    expect(await inside('blog', 'cat', '/workspace/kept.txt', '/tmp/gone.txt')).toBe('kept');
  });

  test('a new image waits for what runs, and is taken after it is parked', async () => {
    const former = (await inspect('blog')).Image;
    const image2 = await agentImage(image, 'second');
    await removePatterns();
    await patternContainer(project, image);
    await engine.ensure(place('blog'));
    expect((await inspect('blog')).Image).toBe(former);
    expect(await engine.doctor()).toContainEqual(
      expect.objectContaining({
        product: 'blog',
        state: 'warning',
        says: expect.stringContaining('older image'),
      }),
    );
    await engine.park('blog');
    await engine.ensure(place('blog'));
    expect((await inspect('blog')).Image).toBe(image2);
  });

  async function removePatterns() {
    const filters = { label: [`dev.meta-coordinator.runtime=${project}`] };
    for (const { Id } of await docker.listContainers({ all: true, filters }))
      await docker.getContainer(Id).remove();
  }
});
