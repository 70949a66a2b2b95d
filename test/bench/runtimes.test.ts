// Many machines, small enough for every night: distance is paid once for all products, and a machine that is cut off in
// silence by nobody else. `npm run bench -- runtimes` has the figures.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { farChannel } from '../../bench/far-channel.ts';
import { type Lab, openLab } from '../../bench/lab.ts';
import { lookAt, routedTo } from '../../bench/runtimes.ts';
import type { ProductRef } from '../../src/contract/runtime/protocol.ts';
import type { Runtimes } from '../../src/runtime/runtimes.ts';
import { type CutChannel, cutChannel } from '../support/cut-channel.ts';

const count = 24;
const oneWayMs = 100;
let lab: Lab;
let runtime: Runtimes;
let products: ProductRef[];
const ways = new Map<string, CutChannel>();
beforeAll(async () => {
  lab = await openLab({ products: count, machines: 4 });
  ({ runtime, products } = await routedTo(lab, (plain, machine) => {
    const way = cutChannel(farChannel(plain, () => oneWayMs));
    ways.set(machine, way);
    return way;
  }));
  await lookAt(runtime, products);
  await lab.quiet();
}, 120_000);
afterAll(async () => {
  await runtime?.close();
  await lab?.[Symbol.asyncDispose]();
});

test('a look at unchanged products takes one round trip, however many they are, and starts no ov', async () => {
  const before = lab.calls().length;
  const walls: number[] = [];
  for (let n = 0; n < 5; n += 1) {
    const started = performance.now();
    await lookAt(runtime, products);
    walls.push(performance.now() - started);
  }
  expect(lab.calls().length).toBe(before);
  expect(Math.min(...walls)).toBeGreaterThanOrEqual(2 * oneWayMs - 2);
  // One after the other they would take 24 of them; two are what a busy machine may add.
  expect(Math.min(...walls)).toBeLessThan(3 * 2 * oneWayMs);
});

test('one machine that is cut off in silence holds up no look at the products of the others', async () => {
  const [gone, ...others] = lab.machines;
  const at = (machines: typeof lab.machines) => {
    const names = new Set(machines.flatMap((machine) => machine.products.map(({ name }) => name)));
    return products.filter(({ name }) => names.has(name));
  };
  if (gone === undefined) throw new Error('Expected machines');
  ways.get(gone.name)?.cut();
  let answered = false;
  const waiting = lookAt(runtime, at([gone])).then(
    () => {
      answered = true;
    },
    () => {},
  );
  await lookAt(runtime, at(others));
  expect(answered).toBe(false);
  await runtime.close();
  await waiting;
  expect(answered).toBe(false);
});
