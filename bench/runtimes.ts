// 200 products over four machines: what distance costs, what one that is lost costs the others, what the machines cost fleetd.
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProductRef } from '../src/contract/runtime/protocol.ts';
import { type Channel, connectRuntime } from '../src/runtime/index.ts';
import { localChannel } from '../src/runtime/local-channel.ts';
import { type Runtimes, routeRuntimes } from '../src/runtime/runtimes.ts';
import { farChannel } from './far-channel.ts';
import { atLeast, atMost, type Figure, median, quantile, shown, spread, timed } from './figure.ts';
import { type FleetdProcess, type Lab, mailOperator, openLab, touch, until } from './lab.ts';
import { cpuSeconds, residentMb } from './machine.ts';
import { largeFleet, measureDecide } from './scheduler.ts';

const products = 200;
const machines = 4;
/** Added round trips, ms. */
const trips = [0, 20, 100];
/** Naive calls are made one after the other and cost the same each: so many stand for all. */
const naiveCalls = 40;

export async function run({ quick }: { quick: boolean }): Promise<Figure[]> {
  const figures = await placing();
  await using lab = await openLab({ products, machines });
  figures.push(...(await distance(lab, quick ? 5 : 20)));
  figures.push(...(await memory(lab, quick ? 1 : 3)));
  figures.push(...(await lost(lab, quick ? 2 : 5)));
  return figures;
}

/** As the loop asks, and against the same fleet without machines, in turn: the rest of decide() is measured by its own group. */
async function placing(): Promise<Figure[]> {
  const [placed, plain] = [largeFleet(1_000, 10_000, 50), largeFleet(1_000, 10_000)];
  const cpu: { placed: number; plain: number }[] = [];
  for (let n = 0; n < 3; n += 1)
    cpu.push({
      plain: (await measureDecide(plain, true)).cpuMs,
      placed: (await measureDecide(placed, true)).cpuMs,
    });
  const placedMs = median(cpu.map((one) => one.placed));
  return [
    atMost(
      'decide with placement: p95 of 1,000 products × 10,000 objectives × 50 runtimes',
      'absolute',
      placedMs,
      15,
      'ms CPU',
      `CPU time, the middle of three p95; without runtimes ${median(cpu.map((one) => one.plain)).toFixed(1)} ms in the same minutes`,
    ),
    atMost(
      'the same against no runtimes',
      'ratio',
      median(cpu.map(({ placed, plain }) => placed / plain)),
      1.5,
      '×',
      `pairs in turn: ${cpu.map(({ placed, plain }) => `${placed.toFixed(1)} / ${plain.toFixed(1)}`).join(', ')} ms CPU`,
    ),
  ];
}

/** One runtime of all machines of a lab. @param way  to each of them, over the plain one */
export async function routedTo(
  lab: Lab,
  way: (channel: Channel, machine: string) => Channel,
): Promise<{ runtime: Runtimes; products: ProductRef[] }> {
  const machineOf = new Map(
    lab.machines.flatMap(({ name, products }) => products.map((product) => [product.name, name])),
  );
  const runtime = routeRuntimes({
    placeOf: (product) => ({ runtime: machineOf.get(product) ?? null }),
    workspaceRoot: () => lab.folder,
  });
  runtime.set(
    lab.machines.map(({ name }) => ({
      name,
      local: false,
      runtime: connectRuntime({ channel: way(lab.channelTo(name), name) }),
    })),
  );
  await until(() => runtime.places().every(({ link }) => link.state === 'connected'), 60_000);
  // As fleetd names them: where the other machine has its workspace it says itself.
  return { runtime, products: lab.products.map(({ name }) => ({ name, root: `${lab.folder}/${name}` })) };
}

/** @throws when one of them is not well */
export async function lookAt(runtime: Runtimes, products: ProductRef[]): Promise<void> {
  const bad = (await runtime.snapshot(products)).find(({ health }) => health !== 'ok');
  if (bad !== undefined) throw new Error(`${bad.product}: ${bad.error?.message ?? bad.health}`);
}

/** The agents stay, and the way to them gets longer and shorter. */
async function distance(lab: Lab, rounds: number): Promise<Figure[]> {
  let oneWayMs = 0;
  const { runtime, products: asked } = await routedTo(lab, (plain) => farChannel(plain, () => oneWayMs));
  const look = () => lookAt(runtime, asked);
  await look();
  await lab.quiet();
  const before = lab.calls().length;
  const walls = new Map<number, number[]>(trips.map((trip) => [trip, []]));
  for (let n = 0; n < 3; n += 1) await look();
  for (let round = 0; round < rounds; round += 1)
    for (const trip of trips) {
      oneWayMs = trip / 2;
      walls.get(trip)?.push(await timed(look));
    }
  const started = lab.calls().length - before;
  await runtime.close();
  const naive = new Map<number, number>();
  for (const trip of trips)
    naive.set(
      trip,
      await timed(async () => {
        for (const { root } of lab.products.slice(0, naiveCalls)) await callNaively(lab, root, trip / 2);
      }),
    );
  return [
    ...trips.flatMap((trip) => {
      const ours = walls.get(trip) ?? [];
      const naiveMs = ((naive.get(trip) ?? Number.NaN) * products) / naiveCalls;
      return [
        atMost(
          `forced look at ${products} unchanged products on ${machines} machines, ${trip} ms added round trip`,
          'absolute',
          median(ours),
          trip + 20,
          'ms',
          spread(ours),
        ),
        atLeast(
          'the same against a process per call and product',
          'ratio',
          naiveMs / median(ours),
          50,
          '×',
          `naive ${(naiveMs / 1000).toFixed(1)} s: ${naiveCalls} calls of ov status one after the other, times ${products / naiveCalls}, one added round trip each`,
        ),
      ];
    }),
    atMost(`ov started by ${rounds * trips.length} looks`, 'count', started, 0, '', ''),
  ];
}

/** As `ssh box 'cd … && ov status --json'` over the same way, with the least that can cross it: there and back once. */
async function callNaively(lab: Lab, root: string, oneWayMs: number): Promise<void> {
  const program = localChannel({ argv: [lab.ov, 'status', '--json'], env: lab.env, cwd: root });
  const stream = await farChannel(program, () => oneWayMs).open();
  let bytes = 0;
  for await (const chunk of stream.reader) bytes += (chunk as Buffer).length;
  if (bytes === 0) throw new Error(`Expected an answer from ov in ${root}, got ${await stream.closed}`);
}

/** The same products and the same work, under one runtime and under four. */
async function memory(lab: Lab, rounds: number): Promise<Figure[]> {
  const taken = { one: [] as number[], four: [] as number[] };
  const cpu = { one: [] as number[], four: [] as number[] };
  const statuses = 100;
  for (let round = 0; round < rounds; round += 1)
    for (const kind of ['one', 'four'] as const) {
      const fleetd = await lab.fleetd(kind === 'one' ? {} : { farMs: 0 });
      await lab.quiet(2_000);
      const before = cpuSeconds(fleetd.pid);
      for (let n = 0; n < statuses; n += 1) await fleetd.client.status();
      cpu[kind].push(((cpuSeconds(fleetd.pid) - before) / statuses) * 1000);
      for (const product of lab.products.slice(0, 40)) {
        touch(product);
        await sleep(100);
      }
      await lab.quiet();
      taken[kind].push(residentMb(fleetd.pid));
      await fleetd.close();
    }
  const told = (of: number[], digits = 0) => of.map((one) => one.toFixed(digits)).join(', ');
  return [
    atMost(
      `memory of fleetd: ${products} products on ${machines} runtimes against one`,
      'ratio',
      median(taken.four) / median(taken.one),
      1.3,
      '×',
      `resident, in turn: four ${told(taken.four)} MB, one ${told(taken.one)} MB; without the agents`,
    ),
    shown(
      `CPU of fleetd for a fleet status: ${machines} runtimes against one`,
      median(cpu.four) / median(cpu.one),
      '×',
      `from the live view, no round trip: four ${told(cpu.four, 1)} ms, one ${told(cpu.one, 1)} ms, in turn`,
    ),
  ];
}

interface Heard {
  statusMs: number[];
  eventMs: number[];
}

/** Whole and cut in turn, on one fleetd; 20 ms away. What is measured is of the three machines that stay. */
async function lost(lab: Lab, pairs: number): Promise<Figure[]> {
  const fleetd = await lab.fleetd({ farMs: 10 });
  await lab.quiet(2_000);
  const [gone, ...others] = lab.machines;
  if (gone === undefined) throw new Error('Expected machines');
  const stay = others.flatMap((machine) => machine.products);
  const events = await listen(fleetd);
  let sent = 0;
  /** Longer than it takes to notice: 10 s between heartbeats, 15 s for one. */
  const phaseMs = 32_000;
  const measure = async (): Promise<Heard> => {
    const heard: Heard = { statusMs: [], eventMs: [] };
    for (const until = Date.now() + phaseMs; Date.now() < until; ) {
      const product = stay[sent % stay.length];
      if (product === undefined) break;
      heard.eventMs.push(await events.after(() => mailOperator(product, sent)));
      sent += 1;
      for (let n = 0; n < 4; n += 1) heard.statusMs.push(await timed(() => fleetd.client.status()));
      // fleetd marks it read with an `ov` of its own: that belongs to no sample.
      await lab.quiet(100);
    }
    return heard;
  };
  const stateOf = async () =>
    (await fleetd.client.status()).runtimes?.find(({ name }) => name === gone.name)?.state;
  const whole: Heard[] = [];
  const cut: Heard[] = [];
  await measure();
  for (let pair = 0; pair < pairs; pair += 1) {
    whole.push(await measure());
    fleetd.way(gone.name, 'cut');
    cut.push(await measure());
    if ((await stateOf()) === 'connected')
      throw new Error(`Expected ${gone.name} to be lost by now, got a link`);
    fleetd.way(gone.name, 'whole');
    await until(async () => (await stateOf()) === 'connected', 60_000);
    await lab.quiet(2_000);
  }
  events.stop();
  await fleetd.close();
  return (['statusMs', 'eventMs'] as const).map((what) => {
    const p95 = (of: Heard[]) => of.map((heard) => quantile(heard[what], 0.95));
    const [before, after] = [p95(whole), p95(cut)];
    const told = (of: number[]) => of.map((ms) => ms.toFixed(1)).join(', ');
    const pooled = (of: Heard[]) => spread(of.flatMap((heard) => heard[what]));
    return atMost(
      `1 of ${machines} machines lost: p95 of ${what === 'statusMs' ? 'status' : 'change → event'} of the others`,
      'ratio',
      median(after) / median(before),
      1.1,
      '×',
      `p95 by round, whole ${told(before)} ms, lost ${told(after)} ms; all of them: whole ${pooled(whole)}, lost ${pooled(cut)}; the whole rounds alone lie ${(Math.max(...before) / Math.min(...before)).toFixed(2)}× apart`,
    );
  });
}

/** Hears mail of products as fleetd sends it out. */
async function listen({ client }: FleetdProcess) {
  const stop = new AbortController();
  const waits = new Map<string, (atMs: number) => void>();
  const listening = (async () => {
    for await (const event of client.events({ signal: stop.signal })) {
      const { mail } = event.data as { mail?: { id: string } };
      if (event.kind === 'mail.received' && mail !== undefined) waits.get(mail.id)?.(performance.now());
    }
  })();
  return {
    /** @param write  @returns ms until its event is heard */
    async after(write: () => string): Promise<number> {
      const heard = Promise.withResolvers<number>();
      const written = performance.now();
      waits.set(write(), heard.resolve);
      return (await heard.promise) - written;
    },
    stop() {
      stop.abort();
      void listening;
    },
  };
}
