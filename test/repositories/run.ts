// Makes every kind of repository, twice, and has a whole fleet meet all of them: what is said of each when the runtime
// starts, by doctor, in the answer to a start, by a stop and in the result.
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { createFleetClient, type FleetClient } from '../../src/client/client.ts';
import { FleetError } from '../../src/common/errors.ts';
import { type Channel, localChannel } from '../../src/runtime/index.ts';
import { until } from '../simulator/ov.ts';
import { findingsAt } from '../support/doctor.ts';
import { openRealFleet, type RealFleet } from '../support/real-fleet.ts';
import type { Kind } from '../support/repositories.ts';

const source = (path: string) => fileURLToPath(new URL(`../../src/runtime/${path}`, import.meta.url));

export interface Row {
  kind: string;
  checkout: 'own' | 'in-place';
  /** what its preparation says, where it does not end well */
  prepare: string | null;
  /** of its findings those that are not ok, by check */
  doctor: string[];
  /** what the answer to a start says beside that it was taken, or why it was not */
  start: string[];
  /** `runs`, `refused`, or why it does not */
  begins: string;
  /** `ended`, or the state that a stop leaves it in; null: there was nothing to stop */
  stop: string | null;
  /** what is said in the end of one that was let run */
  result: string | null;
}

export interface Ground {
  /** a folder of its own, for repositories and clones */
  folder: string;
  env: Record<string, string | undefined>;
  /** @param before  words that come before those that start the agent */
  channel(env: Record<string, string>, before: string[]): Channel;
  /** what the sessions are asked for: one that is stopped, then one to its end */
  asks: { stopped: string; whole: string };
  /** what a session of this objective writes, below the product's folder */
  writes(objective: string): string;
  /** has `ov` make anew what a kind has of an `.overstory`: the real one wants all of it there */
  initialise?(folder: string): Promise<void>;
  /** how long one session may take, in ms */
  patienceMs: number;
  /** run them: first one that is stopped, then one to its end. Else the start is asked for only. */
  sessions: boolean;
}

/** root sees what its permissions forbid, unless it gives that up. */
const asAnybody =
  process.getuid?.() === 0 ? ['setpriv', '--bounding-set', '-dac_override,-dac_read_search'] : [];

const slots = 3;

/** What begins where the answer to a start is an error. */
export const refused = 'refused';
/** In the place of what was not tried. */
export const unknown = '?';
const by = { via: 'cli', sender: 'tester', thread: null } as const;

interface Case {
  kind: Kind;
  checkout: Row['checkout'];
  products: string[];
  at: string;
}

export async function meet(kinds: Kind[], ground: Ground): Promise<Row[]> {
  const [projects, workspace, beside] = ['p', 'w', 'b'].map((name) => join(ground.folder, name)) as [
    string,
    string,
    string,
  ];
  for (const folder of [projects, workspace, beside]) mkdirSync(folder);
  const env = { FLEET_WORKSPACE: workspace, FLEET_PROJECTS: projects };
  const cases: Case[] = [];
  const lines: string[] = ['products:'];
  for (const kind of kinds)
    for (const checkout of kind.onlyOwn ? (['own'] as const) : (['own', 'in-place'] as const)) {
      const name = checkout === 'own' ? kind.word : `in-place-${kind.word}`;
      const at = join(projects, name);
      const from = join(beside, name);
      mkdirSync(from);
      await kind.make(at, from);
      const parts = kind.products ?? [{ end: '' }];
      if (kind.initialised) for (const { path } of parts) await ground.initialise?.(join(at, path ?? ''));
      for (const { end, path, lines: more = [] } of parts)
        lines.push(
          `  - name: ${name}${end}`,
          ...[`path: ${join(name, path ?? '')}`, `checkout: ${checkout}`, ...more].map((one) => `    ${one}`),
        );
      cases.push({ kind, checkout, at, products: parts.map(({ end }) => `${name}${end}`) });
    }
  const file = join(ground.folder, 'products.yaml');
  writeFileSync(file, `${lines.join('\n')}\nscheduling: {max_concurrent_sessions: ${slots}}\n`);
  const prepared = await prepare(file, { ...ground.env, ...env });
  const publisher = localChannel({
    argv: [process.execPath, source('publish/main.ts')],
    env: { ...ground.env, ...env },
    cwd: projects,
  });
  await using fleet = await openRealFleet({
    channel: ground.channel(env, asAnybody),
    workspace,
    projects: { folder: projects, publisher },
    products: [],
    productsFile: file,
    patienceMs: ground.patienceMs,
    tuning: {
      // Products that cannot be looked at are swept too, and half of these never can.
      sweepLiveMs: 3_000,
      stopGraceMs: 500,
      lookAgainMs: 100,
      startRetryMs: [],
      startPacingMs: 0,
      cautionsMs: 60_000,
    },
  });
  // An answer to a start waits for what git says of the repository.
  const client = createFleetClient({ socketPath: fleet.socket }, { timeoutMs: 300_000 });
  const findings = await findingsAt(fleet.socket);
  // Nothing that needs this objective begins.
  let block: string | null = null;
  const never = cases.find(({ kind }) => kind.word === 'plain')?.products[0];
  if (!ground.sessions && never !== undefined) {
    await client.pause(never, { source: by, reason: null });
    const waits = { product: never, text: 'never', acceptance: null, needs: [], source: by };
    block = (await client.start(waits)).id;
  }
  const met = { fleet, client, ground, block };
  const rowOf = async (one: Case): Promise<Row> => {
    let row: Row | null = null;
    // Of several products of a kind the last is told of: the others are there beside it.
    for (const product of one.products)
      row = {
        ...(await tryOne(met, one, product)),
        prepare: prepared.get(product) ?? null,
        doctor: findings
          .filter((found) => found.product === product && found.state !== 'ok')
          .map(({ check, state, says, mend }) => `${check} ${state}: ${says} ${mend}`),
      };
    return row as Row;
  };
  const rows: Row[] = [];
  // As many sessions as there are slots run beside each other: whoever waits asks often, and a fleetd that is asked by forty
  // at once gets to nothing else. What is only asked for is asked one after the other.
  const left = cases.entries();
  const work = async () => {
    for (const [index, one] of left) rows[index] = await rowOf(one);
  };
  await Promise.all(Array.from({ length: ground.sessions ? slots : 1 }, work));
  for (const { at, kind } of cases) if (kind.word === 'unreadable') await chmod(at, 0o755).catch(() => {});
  return rows.map((row, index) => plain(row, cases[index] as Case, ground.folder));
}

async function prepare(file: string, env: NodeJS.ProcessEnv): Promise<Map<string, string>> {
  const [program = process.execPath, ...words] = [
    ...asAnybody,
    process.execPath,
    source('bootstrap/main.ts'),
  ];
  const { stdout } = await execa(program, words, { env: { ...env, FLEET_PRODUCTS: file }, extendEnv: false });
  const said = [...stdout.matchAll(/^prepare: ([a-z0-9-]+): ([A-Z_]+: .*)$/gm)];
  return new Map(said.map(([, product = '', what = '']) => [product, what]));
}

interface Met {
  fleet: RealFleet;
  client: FleetClient;
  ground: Ground;
  /** an objective that is never over; null: every session is run */
  block: string | null;
}

async function tryOne(
  { fleet, client, ground: { asks, patienceMs, writes, sessions }, block }: Met,
  { kind, checkout, at }: Case,
  product: string,
): Promise<Omit<Row, 'prepare' | 'doctor'>> {
  const common = { kind: kind.name, checkout };
  const start = (text: string, needs: string[] = []) =>
    client.start({ product, text, acceptance: null, needs, source: by }).then(
      (objective) => objective,
      (thrown) => FleetError.wrap(thrown),
    );
  const first = await start(asks.stopped, block === null ? [] : [block]);
  if (first instanceof FleetError)
    return {
      ...common,
      start: [`${first.code}: ${first.message}`],
      begins: refused,
      stop: null,
      result: null,
    };
  const cautions = first.cautions ?? [];
  if (!sessions) return { ...common, start: cautions, begins: unknown, stop: unknown, result: unknown };
  const over = ['done', 'failed', 'cancelled'];
  const seen = await until(
    () => fleet.objective(first.id),
    ({ state }) => over.includes(state) || handedOver(fleet, product),
    patienceMs,
  );
  if (over.includes(seen.state))
    return { ...common, start: cautions, begins: seen.why ?? seen.state, stop: null, result: null };
  await client.stop(product, { source: by, reason: null });
  await fleet.reaches(first.id, ...over);
  const { objective: stopped } = await client.result(first.id);
  const next = await start(asks.whole);
  if (next instanceof FleetError) throw next;
  await kind.meanwhile?.(at, writes(next.id));
  // It ends, or asks.
  const asked = await until(
    async () =>
      over.includes(fleet.objective(next.id).state)
        ? []
        : (await client.gates({ product })).filter(({ state }) => state === 'open'),
    (gates) => gates.length > 0 || over.includes(fleet.objective(next.id).state),
    patienceMs,
  );
  if (asked.length > 0) {
    await client.stop(product, { source: by, reason: null });
    await fleet.reaches(next.id, ...over);
  }
  const { objective, result } = await client.result(next.id);
  return {
    ...common,
    start: cautions,
    begins: 'runs',
    // One that was done just before is as good as stopped.
    stop: ['cancelled', 'done'].includes(stopped.state) ? 'ended' : stopped.state,
    result: [
      ...asked.map(({ subject, text }) => `asks: ${subject}: ${text}`),
      objective.state,
      objective.why,
      result,
    ]
      .filter(Boolean)
      .join(' | '),
  };
}

/** Its live session has been told its objective. */
function handedOver({ fleetd }: RealFleet, product: string): boolean {
  const { journal } = fleetd.fleet.loop.context;
  const session = journal.liveSession(product);
  return session !== null && journal.hasDispatched(session.id);
}

/** As it reads wherever and whenever it was run. */
function plain(row: Row, { at }: Case, folder: string): Row {
  const say = (text: string) =>
    text
      .replaceAll(at, '<folder>')
      .replaceAll(join(folder, 'w'), '<clones>')
      .replaceAll(folder, '<elsewhere>')
      .replace(/\bin-place-/g, '')
      .replace(/\bobj-\d+/g, 'obj-n')
      .replace(/\buid \d+/g, 'uid <n>')
      .replace(/\b[0-9a-f]{40}\b/g, '<commit>')
      .replace(/\(\d+ commits?\)/g, '(<n> commits)');
  return JSON.parse(JSON.stringify(row), (_, value) => (typeof value === 'string' ? say(value) : value));
}

export function openGround(): { folder: string; [Symbol.dispose](): void } {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'ground-')));
  return { folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }) };
}

/** A machine without git-lfs, whatever this one has. @returns PATH */
export function withoutLfs(folder: string, path: string): string {
  mkdirSync(join(folder, 'bin'));
  writeFileSync(join(folder, 'bin', 'git-lfs'), '#!/bin/sh\nexit 127\n');
  chmodSync(join(folder, 'bin', 'git-lfs'), 0o755);
  return `${join(folder, 'bin')}:${path}`;
}
