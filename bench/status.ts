// The fleet's status against the naive way: for each product in turn a process per call. Ours is one agent,
// asked over its held-open stream.
import { execa } from 'execa';
import type { ProductRef } from '../src/contract/runtime/protocol.ts';
import { type Container, engineMissing, startContainer } from './container.ts';
import { atLeast, atMost, type Figure, median, notMeasured, shown, timed } from './figure.ts';
import { type Lab, liveCoordinator, openLab, ovArgv, touch, until } from './lab.ts';
import { cpuSeconds } from './machine.ts';

const products = 16;
const live = 4;

interface Cost {
  wallMs: number;
  cpuMs: number;
}

const cheapest = (costs: Cost[]): Cost => ({
  wallMs: median(costs.map(({ wallMs }) => wallMs)),
  cpuMs: median(costs.map(({ cpuMs }) => cpuMs)),
});

export async function run({ quick }: { quick: boolean }): Promise<Figure[]> {
  const { argv, real } = ovArgv();
  const figures = await local('local channel, simulator', 3, undefined);
  const missing = await engineMissing();
  if (missing === null) figures.push(...(await onEngine(quick)));
  else
    for (const [name, limit] of aims)
      figures.push(
        notMeasured({
          name: `${name}: docker exec, simulator`,
          kind: 'ratio',
          unit: '×',
          limit,
          better: 'more',
          why: missing,
        }),
      );
  if (real !== null) figures.push(...(await local('local channel, real ov', 3, argv)));
  return figures;
}

const aims = [
  ['status of 16 products, new agent', 2.5],
  ['the same, an agent after another', 4],
  ['the same, 1 of 16 changed', 12],
  ['the same, CPU', 10],
] as const;

async function local(where: string, rounds: number, ov: string[] | undefined): Promise<Figure[]> {
  await using lab = await openLab({ products, ...(ov && { ov }) });
  const one = ({ root }: ProductRef) =>
    execa(lab.ov, ['status', '--json'], { cwd: root, env: lab.env, extendEnv: false });
  const figures = await compare(
    lab,
    where,
    rounds,
    async () => {
      for (const product of lab.products) await one(product);
    },
    () => Promise.all(lab.products.map(one)),
    async (_pid) => cpuSeconds('self'),
    async (pid) => cpuSeconds(pid),
  );
  return [...figures, ...(await served(lab, where, figures))];
}

async function onEngine(quick: boolean): Promise<Figure[]> {
  let container: Container | undefined;
  await using lab = await openLab({
    products,
    container: async (folder) => {
      container = await startContainer(folder);
      return container;
    },
  });
  if (container === undefined) throw new Error('Expected a container');
  const { id, cpuSeconds: inside } = container;
  const naive = async () => {
    for (const { root } of lab.products)
      await execa('docker', ['exec', id, 'bash', '-c', `cd ${root} && ov status --json`]);
  };
  // The engine's own CPU is left out on both sides; the naive side has more of it.
  return await compare(
    lab,
    'docker exec, simulator',
    quick ? 2 : 3,
    naive,
    () =>
      execa('docker', [
        'exec',
        id,
        'bash',
        '-c',
        `${lab.products.map(({ root }) => `(cd ${root} && ov status --json) &`).join(' ')} wait`,
      ]),
    async () => cpuSeconds('self') + (await inside()),
    inside,
  );
}

/** Rounds of naive and ours alternate, so that what else the machine does meets both. */
async function compare(
  lab: Lab,
  where: string,
  rounds: number,
  naive: () => Promise<void>,
  atOnce: () => Promise<unknown>,
  naiveCpu: (pid: number) => Promise<number>,
  agentCpu: (pid: number) => Promise<number>,
): Promise<Figure[]> {
  const costs = {
    naive: [] as Cost[],
    floor: [] as number[],
    first: [] as Cost[],
    after: [] as Cost[],
    changed: [] as Cost[],
    unchanged: [] as Cost[],
    opened: [] as number[],
  };
  const starts = { first: 0, after: 0, changed: 0, unchanged: 0 };
  for (let round = 0; round < rounds; round += 1) {
    costs.naive.push(await cost(naive, () => naiveCpu(0)));
    costs.floor.push(await timed(atOnce));
    lab.forgetLooks();
    const opening = performance.now();
    let { runtime, agentPid } = await lab.connect();
    const openMs = performance.now() - opening;
    const ask = async () => {
      const found = await runtime.snapshot(lab.products);
      const bad = found.find(({ health }) => health !== 'ok');
      if (bad !== undefined) throw new Error(`${bad.product}: ${bad.error?.message ?? bad.health}`);
    };
    const counted = async (kind: keyof typeof starts, before?: () => void) => {
      before?.();
      const already = lab.calls().length;
      costs[kind].push(await cost(ask, () => agentCpu(agentPid)));
      starts[kind] = Math.max(starts[kind], lab.calls().length - already);
    };
    await counted('first');
    costs.opened.push(openMs + (costs.first.at(-1)?.wallMs ?? 0));
    // As fleetd has it that was restarted, or whose runtime was.
    await runtime.close();
    ({ runtime, agentPid } = await lab.connect());
    await counted('after');
    for (let n = 0; n < 8; n += 1) {
      await counted('changed', () =>
        touch(lab.products[(round * 8 + n) % products] ?? lab.products[0] ?? fail()),
      );
      await counted('unchanged');
    }
    await runtime.close();
  }
  const naiveCost = cheapest(costs.naive);
  const [first, after, changed] = [costs.first, costs.after, costs.changed].map(cheapest) as [
    Cost,
    Cost,
    Cost,
  ];
  // A single change costs a tick or two of /proc: the sum over all of them is finer than a median.
  const changedCpuMs = costs.changed.reduce((sum, { cpuMs }) => sum + cpuMs, 0) / costs.changed.length;
  const unchanged = cheapest(costs.unchanged);
  const floorMs = median(costs.floor);
  const words = (cost: Cost) => `${cost.wallMs.toFixed(0)} ms, ${cost.cpuMs.toFixed(0)} ms CPU`;
  return [
    atLeast(
      `status of 16 products, new agent: ${where}`,
      'ratio',
      naiveCost.wallMs / first.wallMs,
      2.5,
      '×',
      `naive ${words(naiveCost)}; ours ${words(first)}, ${starts.first} ov started`,
    ),
    atLeast(
      `the same, an agent after another: ${where}`,
      'ratio',
      naiveCost.wallMs / after.wallMs,
      4,
      '×',
      `ours ${words(after)}, ${starts.after} ov started; nothing was written meanwhile`,
    ),
    atMost(`ov started by it: ${where}`, 'count', starts.after, 0, '', ''),
    shown(
      `the first with opening the agent: ${where}`,
      naiveCost.wallMs / median(costs.opened),
      '×',
      `ours ${median(costs.opened).toFixed(0)} ms from nothing`,
    ),
    shown(
      `the floor of a new agent, 16 ov at once: ${where}`,
      naiveCost.wallMs / floorMs,
      '×',
      `${floorMs.toFixed(0)} ms without an agent, in the same rounds; ours takes ${(first.wallMs / floorMs).toFixed(2)}× that`,
    ),
    atLeast(
      `the same, 1 of 16 changed: ${where}`,
      'ratio',
      naiveCost.wallMs / changed.wallMs,
      12,
      '×',
      `ours ${words({ ...changed, cpuMs: changedCpuMs })}, at most ${starts.changed} ov started`,
    ),
    atLeast(
      `the same, CPU: ${where}`,
      'ratio',
      naiveCost.cpuMs / changedCpuMs,
      10,
      '×',
      `naive ${naiveCost.cpuMs.toFixed(0)} ms CPU, ours ${changedCpuMs.toFixed(1)}`,
    ),
    atMost(
      `ov started for 1 of 16 changed: ${where}`,
      'count',
      starts.changed,
      2,
      '',
      `and ${starts.unchanged} for none changed`,
    ),
    shown(
      `status of 16 unchanged products: ${where}`,
      unchanged.wallMs,
      'ms',
      `${(naiveCost.wallMs / unchanged.wallMs).toFixed(0)}× faster than naive`,
    ),
  ];
}

/** Four products with a live session, all four changed, read over their `ov serve`. */
async function served(lab: Lab, where: string, naive: Figure[]): Promise<Figure[]> {
  const name = `the same, 4 live sessions over ov serve: ${where}`;
  const naiveMs = Number(/naive (\d+) ms/.exec(naive[0]?.why ?? '')?.[1]);
  const { runtime } = await lab.connect();
  const some = lab.products.slice(0, live);
  for (const product of some) liveCoordinator(product, lab.env);
  await runtime.snapshot(lab.products, { fresh: true });
  await until(() => lab.calls().filter((call) => call.includes(' serve ')).length >= live, 10_000).catch(
    () => {},
  );
  await lab.quiet();
  const before = lab.calls().length;
  const walls: number[] = [];
  for (let round = 0; round < 10; round += 1) {
    for (const product of some) touch(product);
    walls.push(await timed(() => runtime.snapshot(lab.products)));
  }
  const started = lab.calls().length - before;
  await runtime.close();
  const why = `ours ${median(walls).toFixed(1)} ms, ${started} ov started in ${walls.length} rounds`;
  return [atLeast(name, 'ratio', naiveMs / median(walls), 20, '×', why)];
}

async function cost(work: () => Promise<void>, cpu: () => Promise<number>): Promise<Cost> {
  const before = await cpu();
  const wallMs = await timed(work);
  return { wallMs, cpuMs: ((await cpu()) - before) * 1000 };
}

function fail(): never {
  throw new Error('Expected a product');
}
