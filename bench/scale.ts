// 10, 50 and 200 products: what grows, and how.
import { setTimeout as sleep } from 'node:timers/promises';
import { atMost, type Figure, median, shown, timed } from './figure.ts';
import { openLab, touch } from './lab.ts';
import { cpuSeconds, residentMb } from './machine.ts';

const sizes = [10, 50, 200];
const changes = 20;

interface Point {
  size: number;
  statusMs: number;
  firstLookMs: number;
  memoryMb: number;
  tickMs: number;
}

export async function run(): Promise<Figure[]> {
  await using lab = await openLab({ products: Math.max(...sizes) });
  const points: Point[] = [];
  for (const size of sizes) {
    lab.forgetLooks();
    const started = performance.now();
    const fleetd = await lab.fleetd({ count: size });
    const firstLookMs = performance.now() - started - fleetd.readyMs;
    await lab.quiet(2_000);
    const walls: number[] = [];
    for (let n = 0; n < 100; n += 1) walls.push(await timed(() => fleetd.client.status()));
    const before = cpuSeconds(fleetd.pid);
    for (let n = 0; n < changes; n += 1) {
      const product = lab.products[n % size];
      if (product) touch(product);
      await sleep(300);
    }
    await lab.quiet();
    // fleetd's own CPU: its agent is a child that has not ended, and so is not in it.
    const tickMs = ((cpuSeconds(fleetd.pid) - before) / changes) * 1000;
    points.push({ size, statusMs: median(walls), firstLookMs, memoryMb: residentMb(fleetd.pid), tickMs });
    await fleetd.close();
  }
  const [small, , large] = points;
  if (small === undefined || large === undefined) return [];
  const sizesTold = (of: (point: Point) => number, digits = 1) =>
    points.map((point) => `${point.size}: ${of(point).toFixed(digits)}`).join(', ');
  const growth = (of: (point: Point) => number) => of(large) / of(small);
  const ratio = large.size / small.size;
  return [
    atMost(
      `status wall, growth from ${small.size} to ${large.size} products`,
      'ratio',
      growth((p) => p.statusMs),
      ratio,
      '×',
      `${sizesTold((p) => p.statusMs)} ms`,
    ),
    atMost(
      `CPU of fleetd per change, growth from ${small.size} to ${large.size}`,
      'ratio',
      growth((p) => Math.max(0.5, p.tickMs)),
      ratio,
      '×',
      `${sizesTold((p) => p.tickMs)} ms`,
    ),
    shown(
      `first look at all, ${large.size} products`,
      large.firstLookMs,
      'ms',
      `${sizesTold((p) => p.firstLookMs, 0)} ms; one ov each`,
    ),
    atMost(
      `memory of fleetd, ${large.size} products`,
      'absolute',
      large.memoryMb,
      150,
      'MB',
      `${sizesTold((p) => p.memoryMb, 0)} MB resident`,
    ),
  ];
}
