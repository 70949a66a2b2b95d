// The runtime's container on a real engine: held to what products.yaml gives, by the kernel.
import type Docker from 'dockerode';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FleetError } from '../../src/common/errors.ts';
import { keepLimits, limitsOf } from '../../src/fleetd/limits.ts';
import { dockerChannel, runtimeLabel } from '../../src/runtime/index.ts';
import { docker, engineAvailable, engineImage } from '../support/engine.ts';
import { registry } from '../support/fleet.ts';
import { manualClock } from '../support/manual-clock.ts';

const gib = 1024 ** 3;
const mib = 1024 ** 2;
const scheduling = (budget: object) => ({
  ...registry([]).scheduling,
  budget: {
    maxCpuPercent: null,
    maxMemoryBytes: null,
    maxCostUsdPerDay: null,
    ...budget,
  },
});

describe('what products.yaml gives the runtime', () => {
  it('is the budget and a tenth more, half a GiB at least; percent is of all cores', () => {
    expect(
      limitsOf(scheduling({ maxMemoryBytes: 12 * gib, maxCpuPercent: 60, maxProcesses: 500 }), 4),
    ).toEqual({
      memoryBytes: Math.round(12 * gib * 1.1),
      cpuCores: 2.64,
      processes: 500,
    });
    expect(limitsOf(scheduling({ maxMemoryBytes: gib }), 4).memoryBytes).toBe(gib + 512 * mib);
    expect(limitsOf(scheduling({ maxCpuPercent: 100 }), 4).cpuCores).toBe(4);
  });

  it('is nothing where it says nothing', () => {
    expect(limitsOf(scheduling({}), 4)).toEqual({ memoryBytes: null, cpuCores: null, processes: null });
  });
});

describe('who keeps it', () => {
  const world = (answers: (FleetError | null)[]) => {
    const asked: object[] = [];
    const clock = manualClock();
    let budget: object = { maxProcesses: 100 };
    const keeper = keepLimits({
      channel: {
        description: 'a channel',
        open: async () => {
          throw new Error('not here');
        },
        async limit(limits) {
          asked.push(limits);
          const error = answers.shift();
          if (error) throw error;
        },
      },
      scheduling: () => scheduling(budget),
      cores: 2,
      clock,
      log: pino({ level: 'silent' }),
    });
    const edit = (next: object) => {
      budget = next;
      keeper.check();
    };
    return { asked, clock, keeper, edit };
  };
  const refused = new FleetError({
    code: 'RUNTIME_OVER_LIMIT',
    class: 'unavailable',
    message: 'Too much is in use.',
    mend: 'Pause one.',
  });

  it('tries again by itself, and says meanwhile what is wrong', async () => {
    const { asked, clock, keeper } = world([refused]);
    keeper.check();
    await clock.settle();
    expect(keeper.finding()).toMatchObject({ state: 'warning', mend: 'Pause one.' });
    await clock.advance(60_000);
    expect(asked).toHaveLength(2);
    expect(keeper.finding()).toMatchObject({ state: 'ok', says: expect.stringContaining('100 processes') });
    keeper.close();
  });

  it('loses no edit that comes while the engine is at it', async () => {
    const { asked, clock, keeper, edit } = world([]);
    keeper.check();
    edit({ maxProcesses: 200 });
    await clock.settle();
    expect(asked.at(-1)).toMatchObject({ processes: 200 });
    keeper.close();
  });
});

describe.runIf(await engineAvailable())('on a real engine', () => {
  const project = `limits-${process.pid}`;
  const channel = dockerChannel({ project, docker });
  const limit = (limits: object) =>
    channel.limit?.({ memoryBytes: null, cpuCores: null, processes: null, ...limits });
  const labelled = (label: string) =>
    docker.createContainer({
      Image: engineImage,
      Cmd: ['sleep', 'infinity'],
      Labels: { [runtimeLabel]: label },
      HostConfig: { Init: true, NetworkMode: 'none', Memory: 256 * mib, PidsLimit: 200 },
    });
  let mine: Docker.Container;
  let other: Docker.Container;
  beforeAll(async () => {
    [mine, other] = await Promise.all([labelled(project), labelled(`${project}-other`)]);
    await Promise.all([mine.start(), other.start()]);
  });
  afterAll(() => Promise.all([mine, other].map((one) => one?.remove({ force: true }))));
  const held = async (container = mine) => {
    const { Memory, MemorySwap, NanoCpus, PidsLimit } = (await container.inspect()).HostConfig;
    return { Memory, MemorySwap, NanoCpus, PidsLimit };
  };
  async function run(script: string): Promise<string> {
    const exec = await mine.exec({ Cmd: ['sh', '-c', script], AttachStdout: true, AttachStderr: true });
    const stream = await exec.start({});
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString();
  }

  it('the one labelled container is held, and no other; a fork bomb meets the kernel', async () => {
    const before = await held(other);
    await limit({ memoryBytes: 400 * mib, cpuCores: 0.5, processes: 40 });
    expect(await held()).toEqual({ Memory: 400 * mib, MemorySwap: 400 * mib, NanoCpus: 5e8, PidsLimit: 40 });
    expect(await held(other)).toEqual(before);
    expect(await run('for n in $(seq 60); do sleep 2 & done 2>&1; wait')).toMatch(
      /fork|Resource temporarily unavailable/,
    );
    await limit({});
    expect((await held()).Memory).toBe(400 * mib);
  });

  it('is not lowered below what is in use: nothing is killed, and the mend is said', async () => {
    await limit({ memoryBytes: 400 * mib });
    const grow = `node -e 'const a = Buffer.alloc(150e6, 1); console.log("grown"); setTimeout(() => a, 60000)' > /tmp/grown &`;
    await run(`${grow} for n in $(seq 100); do grep -q grown /tmp/grown && break; sleep 0.1; done`);
    await expect(limit({ memoryBytes: 100 * mib })).rejects.toMatchObject({ code: 'RUNTIME_OVER_LIMIT' });
    expect((await held()).Memory).toBe(400 * mib);
    expect(await run('pgrep -c node || ls /proc | grep -c "^[0-9]"')).toMatch(/[1-9]/);
  });

  it('is not given fewer processes than run: the next program would not start', async () => {
    await limit({ processes: 100 });
    await run('for n in $(seq 30); do sleep 300 & done >/dev/null 2>&1');
    await expect(limit({ processes: 20 })).rejects.toMatchObject({
      code: 'RUNTIME_OVER_LIMIT',
      message: expect.stringMatching(/less than the 20 processes .* got 3\d\.$/),
    });
    expect((await held()).PidsLimit).toBe(100);
    expect(await run('pkill sleep 2>/dev/null || kill $(pgrep sleep); echo started')).toContain('started');
  });

  it('what the engine refuses is said with its mend', async () => {
    await expect(limit({ cpuCores: 100_000 })).rejects.toMatchObject({
      code: 'RUNTIME_LIMITS',
      mend: expect.stringContaining('products.yaml'),
    });
  });
});
