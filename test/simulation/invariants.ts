// What must hold, whatever happened. `check` runs after every step; the others at the moment they are about.
import { DatabaseSync } from 'node:sqlite';
import type { JournalEvent } from '../../src/fleet/events.ts';
import type { Journal } from '../../src/fleet/journal.ts';
import type { Program } from './simulate.ts';
import type { Site, World } from './world.ts';

export const invariants = {
  'one session': 'At most one session per product, in the journal and in the world.',
  'one door':
    'Every start in the world belongs to a session that admit journalled, and its intent is written.',
  'start once':
    'A session starts its coordinator again only after a fault could have hidden the first start.',
  slots: 'An admission never takes more slots or live sessions than there are.',
  'paused is paused': 'Nothing starts on a product that a human has paused.',
  'deliver once': 'No message [obj-n.m] reaches a coordinator twice.',
  'no ghost work': 'Nothing is handed over for an objective that is over.',
  'stopped is stopped': 'What was stopped, or has no session, has no processes within its deadline.',
  'nothing lost': 'What was accepted stays in the journal, under the same id for the same key.',
  'done is done': 'An objective is called done only when its coordinator brought it to an end.',
  'tables agree':
    'A live session has an open objective, an open objective that has left the queue has a live session.',
  replay: 'The event log, applied to an empty database, gives exactly the current tables.',
  'everything ends':
    'After faults stop and time passes, every objective is done, failed, cancelled, or queued with a reason.',
  'no crash': 'No command and no timer of fleetd fails with anything but a FleetError that says why.',
} as const;

export class Violation extends Error {
  readonly invariant: keyof typeof invariants;
  constructor(invariant: keyof typeof invariants, what: string) {
    super(`${invariant}: ${what}`);
    this.invariant = invariant;
  }
}

/** How long processes may outlive what they were for, while fleetd is up and the link holds, in ms. */
export const stopDeadlineMs = 4 * 60_000;

export interface Watched {
  journal: Journal;
  /** idempotency key → id that a human was told */
  accepted: Map<string, string>;
  limits(): { slots: number; live: number };
  /** whether products.yaml has it now */
  listed(product: string): boolean;
  /** faults so far that can hide an outcome from fleetd */
  faults: number;
}

export function createChecks(program: Program, world: World, watched: Watched) {
  const delivered = new Set<string>();
  const startCalls = new Map<number, { calls: number; faultsBefore: number }>();
  const leftSinceMs = new Map<string, number>();

  function onEvents(events: JournalEvent[]): void {
    for (const event of events) {
      if (event.kind !== 'session.starting') continue;
      const { slots, live } = watched.limits();
      const used = watched.journal.liveSessions().length;
      if (used > Math.min(slots, live))
        throw new Violation('slots', `${used} live sessions with ${slots} slots (${event.text})`);
      if (watched.journal.overrides().some((o) => o.scope === event.product && o.key === 'paused'))
        throw new Violation('paused is paused', event.text);
      startCalls.set(event.data.session, { calls: 0, faultsBefore: watched.faults });
    }
  }

  function onStartCall(product: string): void {
    const session = watched.journal.liveSession(product);
    // A call from before a kill may begin in an agent that has not noticed; its session is then being settled.
    if (session === null) throw new Violation('one door', `${product} was started without a session`);
    const intent = watched.journal.action(`start-${session.id}`);
    if (intent === null) throw new Violation('one door', `${product} was started without its intent`);
    const made = startCalls.get(session.id);
    if (made === undefined)
      throw new Violation('one door', `session ${session.id} did not come through admit`);
    made.calls += 1;
    if (made.calls > 1 + watched.faults - made.faultsBefore)
      throw new Violation(
        'start once',
        `session ${session.id} on ${product} was started ${made.calls} times`,
      );
  }

  function onReceived(product: string, subject: string): void {
    const id = /\[(obj-\d+\.\d+)\]/.exec(subject)?.[1] ?? subject;
    if (delivered.has(id)) throw new Violation('deliver once', `${id} reached ${product} again`);
    delivered.add(id);
    const objective = watched.journal.objective(id.split('.')[0] ?? '');
    if (objective && ['done', 'failed', 'cancelled'].includes(objective.state))
      throw new Violation('no ghost work', `${id} was handed over although it is ${objective.state}`);
  }

  function checkProcesses(): void {
    for (const site of world.sites.values()) {
      const session = watched.journal.liveSession(site.name);
      const wanted = session !== null && session.state !== 'stopping' && watched.listed(site.name);
      if (
        wanted ||
        site.coordinator?.byHand ||
        !world.networkUp ||
        site.blind ||
        world.processes(site).length === 0
      ) {
        leftSinceMs.delete(site.name);
        continue;
      }
      const since = leftSinceMs.get(site.name) ?? world.clock.nowMs();
      leftSinceMs.set(site.name, since);
      if (world.clock.nowMs() - since > stopDeadlineMs)
        throw new Violation(
          'stopped is stopped',
          `${site.name} has ${said(world, site)} ${world.clock.nowMs() - since} ms on (${session?.state ?? 'no session'})`,
        );
    }
  }

  function checkJournal(): void {
    const { journal } = watched;
    const live = journal.liveSessions();
    if (new Set(live.map((s) => s.product)).size !== live.length)
      throw new Violation('one session', `live in the journal: ${live.map((s) => s.product).join(', ')}`);
    for (const [key, id] of watched.accepted) {
      const found = journal.objectiveByKey(key);
      if (found?.id !== id) throw new Violation('nothing lost', `${id} (${key}) is ${found?.id ?? 'gone'}`);
    }
    for (const session of live) {
      const state = journal.objective(session.objective)?.state;
      if (state !== 'starting' && state !== 'running')
        throw new Violation(
          'tables agree',
          `session ${session.id} is ${session.state}, its objective ${state}`,
        );
    }
    for (const o of journal.objectives(1_000)) {
      if (o.state === 'done' && !world.completed.has(o.id))
        throw new Violation('done is done', `${o.id} is called done (${o.why})`);
      if ((o.state === 'starting' || o.state === 'running') && !live.some((s) => s.objective === o.id))
        throw new Violation('tables agree', `${o.id} is ${o.state} without a session`);
    }
  }

  /** Every step. */
  function check(): void {
    checkJournal();
    checkProcesses();
    checkReplay(program, watched.journal);
  }

  /** Fewer faults can be told apart after a fault: deadlines start again. */
  const faultHappened = (): void => leftSinceMs.clear();

  /** At the end, when nothing breaks any more and time has passed. */
  function checkEnd(whyOf: (id: string) => string | null): void {
    check();
    for (const o of watched.journal.objectives(1_000)) {
      if (o.state === 'starting' || o.state === 'running')
        throw new Violation('everything ends', `${o.id} on ${o.product} is still ${o.state}`);
      if (o.state !== 'queued') continue;
      const needs = o.needs.map((id) => watched.journal.objective(id)?.state);
      const why = whyOf(o.id);
      if (!why || !needs.some((state) => state !== 'done'))
        throw new Violation('everything ends', `${o.id} on ${o.product} is still queued: ${why}`);
    }
    const open = watched.journal.openActions();
    if (open.length > 0)
      throw new Violation('everything ends', `in doubt for ever: ${open.map((a) => a.id).join(', ')}`);
    for (const site of world.sites.values())
      if (world.processes(site).length > 0)
        throw new Violation('stopped is stopped', `${site.name} has ${said(world, site)} at the end`);
  }

  return { onEvents, onStartCall, onReceived, faultHappened, check, checkEnd };
}

const said = (world: World, site: Site): string =>
  world
    .processes(site)
    .map(({ pid, command }) => `${command} (${pid})`)
    .join(', ');

/** @throws Violation when a table differs from what its events say */
export function checkReplay(program: Program, journal: Pick<Journal, 'database' | 'eventsAfter'>): void {
  const db = new DatabaseSync(':memory:');
  try {
    for (const sql of program.migrations) db.exec(sql);
    for (let seq = 0; ; ) {
      const events = journal.eventsAfter(seq, 1_000);
      for (const event of events) {
        program.apply(db, event);
        seq = event.seq;
      }
      if (events.length === 0) break;
    }
    for (const table of program.stateTables) {
      const all = `SELECT * FROM ${table} ORDER BY 1, 2`;
      const [now, again] = [journal.database.prepare(all).all(), db.prepare(all).all()].map((rows) =>
        JSON.stringify(rows),
      );
      if (now !== again) throw new Violation('replay', `${table} is ${now}, its events give ${again}`);
    }
  } catch (error) {
    throw error instanceof Violation ? error : new Violation('replay', String(error));
  } finally {
    db.close();
  }
}
