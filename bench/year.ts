// A journal after a year of work: how large it is, how soon fleetd answers on it, and what an answer and a decision
// take of it, against a journal that is new.
import { copyFileSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { NewEvent } from '../src/journal/events.ts';
import { openJournal } from '../src/journal/journal.ts';
import { fakeRuntime } from '../test/support/fake-runtime.ts';
import { product, registry, testFleet } from '../test/support/fleet.ts';
import { manualClock } from '../test/support/manual-clock.ts';
import { atMost, type Figure, median, shown } from './figure.ts';
import { openLab } from './lab.ts';

const dayMs = 86_400_000;
const minuteMs = 60_000;
const products = 50;
const perDay = 20;
/** Every fourth asks a human. */
const askEvery = 4;

/** Events of one objective, as JSON, and when each was, ms after the first. */
interface Template {
  json: string;
  afterMs: number[];
  gates: number;
  notices: number;
}

const registryOf = (count: number) =>
  registry(
    Array.from({ length: count }, (_, n) =>
      product(`product-${n}`, { channels: [{ kind: 'webchat', target: null }] }),
    ),
    { maxConcurrentSessions: 8, maxLiveSessions: 8 },
  );

/**
 * What the real loop writes of an objective, from the order until its last notice is sent: an hour of work, its
 * footprint and cost as they grow, mail; with a question, its gate and the answer.
 */
async function oneObjective(asks: boolean): Promise<Template> {
  const t = testFleet({ registry: registryOf(1), tuning: { sweepLiveMs: minuteMs } });
  const told = () => t.fleet.outbox.sent(t.fleet.outbox.due(0).map(({ n }) => n));
  await t.clock.settle();
  const fake = t.fake.product('product-0');
  const { id } = t.start('product-0', `Add a search box to the catalogue ${'x'.repeat(120)}`);
  await t.clock.advance(minuteMs);
  for (let part = 1; part <= 6; part += 1) {
    fake.live = { costUsd: part / 2, tokens: part * 40_000 };
    await t.clock.advance(5 * minuteMs);
    if (part % 2 === 0)
      t.fake.mailFrom('product-0', { subject: `[${id}] progress ${part}`, body: 'w'.repeat(400) });
  }
  if (asks) {
    const question = { type: 'question', subject: `[${id}] Which colour?`, body: 'q'.repeat(300) };
    t.fake.mailFrom('product-0', question);
    await t.clock.advance(5 * minuteMs);
    told();
    t.fleet.gates.resolve(1, 'answered', 'blue', t.source, 'operator');
    await t.clock.advance(5 * minuteMs);
  }
  t.fake.mailFrom('product-0', { subject: `Run complete: [${id}]`, body: 'r'.repeat(400) });
  await t.clock.advance(5 * minuteMs);
  told();
  const events = t.journal.eventsAfter(0, 10_000).filter(({ objective }) => objective === id);
  t.crash();
  const count = (kind: string) => events.filter((event) => event.kind === kind).length;
  const firstMs = events[0]?.atMs ?? 0;
  return {
    // `cause` is the number of an event: here of how many of these it is.
    json: JSON.stringify(events, (key, value) => {
      if (key === 'seq' || key === 'atMs') return undefined;
      return key === 'cause' ? events.findIndex(({ seq }) => seq >= value) + 1 : value;
    }),
    afterMs: events.map(({ atMs }) => atMs - firstMs),
    gates: count('gate.opened'),
    notices: count('notice.posted'),
  };
}

/** Writes so many objectives, one after the other, over the products in turn; the first is asked for at `fromMs`. */
async function fill(file: string, days: number, fromMs: number): Promise<void> {
  const templates = [await oneObjective(false), await oneObjective(true)] as const;
  const times: number[] = [];
  let nowMs = fromMs;
  const clock = { ...manualClock(), nowMs: () => times.shift() ?? nowMs };
  const journal = openJournal(file, clock);
  let [events, gates, notices] = [0, 0, 0];
  for (let n = 1; n <= days * perDay; n += 1) {
    const template = templates[n % askEvery === 0 ? 1 : 0];
    const json = template.json
      .replace(/\bobj-1\b/g, `obj-${n}`)
      .replace(/\bproduct-0\b/g, `product-${n % products}`)
      .replace(/\b(start|stop)-1\b/g, `$1-${n}`)
      .replace(/\b(msg|mail)-(\d+)\b/g, `$1-${n}-$2`)
      .replace(/\b([Gg]ate)([ -])(\d+)/g, (_, word, dash, of) => `${word}${dash}${gates + Number(of)}`)
      .replace(/"cause":(\d+)/g, (_, of) => `"cause":${events + Number(of)}`)
      .replace(/"(session|n)":1\b/g, `"$1":${n}`)
      .replace(/"gate":(\d+)/g, (_, of) => `"gate":${gates + Number(of)}`)
      .replace(/"notice":(\d+)/g, (_, of) => `"notice":${notices + Number(of)}`)
      .replace(/"notices":\[(\d+)\]/g, (_, of) => `"notices":[${notices + Number(of)}]`);
    nowMs = fromMs + (n - 1) * (dayMs / perDay);
    times.push(...template.afterMs.map((afterMs) => nowMs + afterMs));
    journal.record(...(JSON.parse(json) as NewEvent[]));
    events += template.afterMs.length;
    gates += template.gates;
    notices += template.notices;
  }
  journal.close();
}

/** A fleet of fifty on a copy of that journal, eight of them at work. */
async function fleetOn(file: string, nowMs: number) {
  const clock = manualClock(nowMs);
  const known = registryOf(products);
  const fake = fakeRuntime(
    clock,
    known.products.map(({ name }) => name),
  );
  const t = testFleet({ registry: known, file, world: { clock, fake } });
  await clock.settle();
  for (let n = 0; n < 8; n += 1) t.start(`product-${n}`, 'fix the footer');
  await clock.advance(10 * minuteMs);
  return t;
}

/** ms of CPU of this process. */
async function cpu(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

const mb = (bytes: number): number => bytes / 1e6;

/** MB of the events with their indexes, and of all that is kept, in one file. */
function sizeOf(file: string): { all: number; events: number; count: number } {
  const db = new DatabaseSync(file);
  const bytes = db.prepare("SELECT sum(pgsize) AS n FROM dbstat WHERE name LIKE 'events%'").get()?.n;
  const count = Number(db.prepare('SELECT count(*) AS n FROM events').get()?.n);
  db.close();
  return { all: mb(statSync(file).size), events: mb(Number(bytes)), count };
}

export async function run({ quick }: { quick: boolean }): Promise<Figure[]> {
  await using lab = await openLab({ products: 3 });
  const days = 365;
  const nowMs = Date.now();
  const folder = (name: string) => {
    mkdirSync(join(lab.folder, name));
    return join(lab.folder, name, 'journal.db');
  };
  const [year, day] = [folder('year'), folder('day')];
  await fill(year, days, nowMs - days * dayMs);
  await fill(day, 1, nowMs - dayMs);
  const size = sizeOf(year);

  const ready: Record<'year' | 'day', number[]> = { year: [], day: [] };
  for (let n = 0; n < (quick ? 1 : 5); n += 1)
    for (const age of ['year', 'day'] as const) {
      const fleetd = await lab.fleetd({ count: 3, stateDir: join(lab.folder, age) });
      ready[age].push(fleetd.readyMs);
      await fleetd.close();
    }

  const copies = [folder('year-copy'), folder('day-copy')] as const;
  copyFileSync(year, copies[0]);
  copyFileSync(day, copies[1]);
  const [old, fresh] = [await fleetOn(copies[0], nowMs), await fleetOn(copies[1], nowMs)];
  const asked: [name: string, times: number, work: (t: typeof old) => unknown][] = [
    ['status', 20, (t) => t.fleet.status(null)],
    ['decision', 20, (t) => t.fleet.loop.schedule()],
    ['minute of eight at work', 1, (t) => t.clock.advance(minuteMs)],
    ['report of today', 2, (t) => t.fleet.report('today')],
    ['history', 20, (t) => t.fleet.commands.history({ limit: 20, skip: 0 })],
  ];
  const rounds = quick ? 5 : 21;
  const figures: Figure[] = [];
  for (const [name, times, work] of asked) {
    const many = async (t: typeof old) => {
      for (let n = 0; n < times; n += 1) await work(t);
    };
    await many(old);
    await many(fresh);
    const pairs: [number, number][] = [];
    for (let round = 0; round < rounds; round += 1)
      pairs.push([await cpu(() => many(old)), await cpu(() => many(fresh))]);
    const [mine, other] = [0, 1].map((at) => median(pairs.map((pair) => pair[at] ?? 0)) / times) as [
      number,
      number,
    ];
    figures.push(
      atMost(
        `a year old: CPU of a ${name} against a day old`,
        'ratio',
        mine / other,
        1.2,
        '×',
        `${mine.toFixed(2)} and ${other.toFixed(2)} ms; middle of ${rounds} pairs, 50 products, 8 at work`,
      ),
    );
  }
  old.crash();
  fresh.crash();
  return [
    shown(
      'a year old: events',
      size.count,
      '',
      `${days} days of ${perDay} objectives over ${products} products`,
    ),
    shown(
      'a year old: the journal',
      size.all,
      'MB',
      `of it ${size.events.toFixed(0)} MB events and their indexes`,
    ),
    atMost(
      'a year old: fleetd ready',
      'absolute',
      median(ready.year),
      2_000,
      'ms',
      `a day old: ${median(ready.day).toFixed(0)} ms`,
    ),
    atMost(
      'a year old: fleetd ready against a day old',
      'ratio',
      median(ready.year) / median(ready.day),
      1.2,
      '×',
      '',
    ),
    ...figures,
  ];
}
