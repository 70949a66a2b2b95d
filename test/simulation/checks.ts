// Checks the invariants: `check` after every step, the others at the moment that they are about.

import { isDeepStrictEqual } from 'node:util';
import type { Mail } from '../../src/contract/runtime/snapshot.ts';
import type { JournalEvent } from '../../src/journal/events.ts';
import { keptReads } from '../support/kept-reads.ts';
import { limitDeadlineMs, stopDeadlineMs, Violation, type Watched } from './invariants.ts';
import { createLog } from './log.ts';
import { createReplay } from './replay.ts';
import type { Program } from './simulate.ts';
import type { Site, World } from './world.ts';

export function createChecks(program: Program, world: World, watched: Watched) {
  const journal = () => watched.fleetd().journal;
  const log = createLog(world, watched);
  const replay = createReplay(program);
  const delivered = new Set<string>();
  const startCalls = new Map<number, { calls: number; faultsBefore: number }>();
  const leftSinceMs = new Map<string, number>();

  let keptAtSeq = 0;
  const closed = new Map<string, number | null>();
  const waiting = new Map<number, string>();
  /** limit and session → how often it was told to go on, and the faults before */
  const wakes = new Map<string, { calls: number; faultsBefore: number }>();
  /** product → what is due to the coordinator that stands at a limit there, and since when */
  const dueSince = new Map<string, { what: string; sinceMs: number }>();

  const isClosed = (account: string): boolean => {
    const until = closed.get(account);
    return until !== undefined && (until === null || until > world.wallMs());
  };

  function onAccount(event: JournalEvent): void {
    if (event.kind === 'account.closed') closed.set(event.data.account, event.data.untilMs);
    if (event.kind === 'account.opened') closed.delete(event.data.account);
    if (event.kind === 'session.limited') waiting.set(event.data.session, event.data.account);
    if (
      event.kind === 'session.woken' ||
      event.kind === 'session.unlimited' ||
      event.kind === 'session.ended'
    )
      waiting.delete(event.data.session);
  }

  /** A coordinator that stands at a limit gets the line that wakes it. */
  function onNudged(site: Site, message: string): void {
    if (!/usage limit is over/.test(message)) return;
    const limit = site.limited?.limit ?? world.limits.get(site.account);
    if (limit === undefined) throw new Violation('closed account', `${site.name} stood at no limit`);
    // In the night when an hour comes twice, a screen may mean either.
    const earlyMs = limit.endsAtMs - world.wallMs() - (limit.says === 'zone' ? 3_600_000 : 0);
    if (limit.says !== 'nothing' && earlyMs > 0)
      throw new Violation('closed account', `${site.name} was woken ${earlyMs} ms before its reset`);
    if (limit.says === 'nothing' || limit.says === 'zone') return;
    const key = `${limit.serial} ${site.coordinator?.serial}`;
    const made = wakes.get(key) ?? { calls: 0, faultsBefore: watched.faults() };
    wakes.set(key, made);
    made.calls += 1;
    if (made.calls > 1 + watched.faults() - made.faultsBefore)
      throw new Violation('closed account', `${site.name} was told ${made.calls} times to go on`);
  }

  /** What stands at a limit is seen, and told when that is over. */
  function checkLimits(): void {
    for (const site of world.sites.values()) {
      const limit = site.limited?.limit;
      const there = site.coordinator?.tmux === true && journal().liveSession(site.name)?.state === 'running';
      const reached = world.inReach(site) && !site.blind && watched.listed(site.name);
      const over = limit !== undefined && world.wallMs() >= limit.endsAtMs;
      if (limit === undefined || !there || !reached || (!over && closed.has(site.account))) {
        dueSince.delete(site.name);
        continue;
      }
      const what = `${over ? 'untold of the end of' : 'unseen at'} limit ${limit.serial}`;
      const before = dueSince.get(site.name);
      const sinceMs = before?.what === what ? before.sinceMs : world.clock.nowMs();
      dueSince.set(site.name, { what, sinceMs });
      const deadlineMs = over ? limitDeadlineMs.untold[limit.says] : limitDeadlineMs.unseen;
      if (world.clock.nowMs() - sinceMs > deadlineMs)
        throw new Violation('closed account', `${site.name} is ${what} after ${deadlineMs} ms`);
    }
  }

  function onEvents(events: JournalEvent[]): void {
    for (const event of events) {
      onAccount(event);
      if ('code' in event.data && event.data.code === 'INTERNAL') throw new Violation('no crash', event.text);
      if (event.kind !== 'session.starting') continue;
      if (event.product === null) continue;
      const { maxConcurrentSessions, maxLiveSessions, budget } = watched.scheduling();
      const live = journal().liveSessions();
      const site = world.site(event.product);
      if (isClosed(site.account))
        throw new Violation('closed account', `${event.text} Account ${site.account} is closed.`);
      const atLimit = (id: number) => isClosed(waiting.get(id) ?? '');
      const resting = live.filter(
        (s) => s.state === 'running' && (log.isAsking(s.objective) || atLimit(s.id)),
      ).length;
      if (live.length > maxLiveSessions || live.length - resting > maxConcurrentSessions)
        throw new Violation(
          'slots',
          `${live.length} live sessions, ${resting} of them waiting, with ${maxConcurrentSessions} slots (${event.text})`,
        );
      // Each is predicted to take one GiB, and takes it.
      if (budget.maxMemoryBytes !== null && live.length * 1024 ** 3 > budget.maxMemoryBytes)
        throw new Violation(
          'reservations',
          `${live.length} GiB of ${budget.maxMemoryBytes / 1024 ** 3} (${event.text})`,
        );
      const paused = journal()
        .overrides()
        .some((o) => o.scope === event.product && o.key === 'paused');
      if (paused || log.hasCriticalGate(event.product)) throw new Violation('paused is paused', event.text);
      startCalls.set(event.data.session, { calls: 0, faultsBefore: watched.faults() });
    }
  }

  function onStartCall(product: string): void {
    const session = journal().liveSession(product);
    // A call from before a kill may begin in an agent that has not noticed; its session is then being settled.
    if (session === null) throw new Violation('one door', `${product} was started without a session`);
    const intent = journal().action(`start-${session.id}`);
    if (intent === null) throw new Violation('one door', `${product} was started without its intent`);
    const made = startCalls.get(session.id);
    if (made === undefined)
      throw new Violation('one door', `session ${session.id} did not come through admit`);
    made.calls += 1;
    if (made.calls > 1 + watched.faults() - made.faultsBefore)
      throw new Violation(
        'start once',
        `session ${session.id} on ${product} was started ${made.calls} times`,
      );
  }

  function onReceived(product: string, mail: Mail): void {
    const { subject, body } = mail;
    log.onSent(product, mail);
    const answer = /\[gate-(\d+)\.\d+\]/.exec(`${subject}\n${body}`);
    const id =
      /\[(obj-\d+\.\d+)\]/.exec(subject)?.[1] ??
      (answer ? `${answer[0]} ${subject.startsWith('Re:')}` : subject);
    if (delivered.has(id)) throw new Violation('deliver once', `${id} reached ${product} again`);
    delivered.add(id);
    if (answer) {
      log.onAnswer(Number(answer[1]), `${subject}\n${body}`);
      return;
    }
    const objective = journal().objective(id.split('.')[0] ?? '');
    if (objective && ['done', 'failed', 'cancelled'].includes(objective.state))
      throw new Violation('no ghost work', `${id} was handed over although it is ${objective.state}`);
    const session = journal().liveSession(product);
    if (objective && session && session.objective !== objective.id)
      throw new Violation('own work', `${id} reached ${product}, which works on ${session.objective}`);
  }

  function checkProcesses(): void {
    for (const site of world.sites.values()) {
      const session = journal().liveSession(site.name);
      const wanted = session !== null && session.state !== 'stopping' && watched.listed(site.name);
      if (
        wanted ||
        site.coordinator?.byHand ||
        !world.inReach(site) ||
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
    const live = journal().liveSessions();
    if (new Set(live.map((s) => s.product)).size !== live.length)
      throw new Violation('one session', `live in the journal: ${live.map((s) => s.product).join(', ')}`);
    for (const [key, id] of watched.accepted) {
      const found = journal().objectiveByKey(key);
      if (found?.id !== id) throw new Violation('nothing lost', `${id} (${key}) is ${found?.id ?? 'gone'}`);
    }
    for (const session of live) {
      const state = journal().objective(session.objective)?.state;
      if (state !== 'starting' && state !== 'running')
        throw new Violation(
          'tables agree',
          `session ${session.id} is ${session.state}, its objective ${state}`,
        );
    }
    for (const o of journal().objectives(1_000)) {
      if (o.state === 'done' && !world.completed.has(o.id))
        throw new Violation('done is done', `${o.id} is called done (${o.why})`);
      if ((o.state === 'starting' || o.state === 'running') && !live.some((s) => s.objective === o.id))
        throw new Violation('tables agree', `${o.id} is ${o.state} without a session`);
    }
  }

  /** Every step. */
  function check(): void {
    log.check();
    checkJournal();
    checkProcesses();
    checkLimits();
    replay.check(journal(), watched.fleetd().tables);
    checkKept();
  }

  /** What the journal keeps of its reads is what its tables have. */
  function checkKept(): void {
    const { fleet, tables } = watched.fleetd();
    if (journal().lastSeq() === keptAtSeq) return;
    keptAtSeq = journal().lastSeq();
    const { given, anew } = keptReads(fleet, tables);
    if (!isDeepStrictEqual(given, anew))
      throw new Violation(
        'tables agree',
        `given ${JSON.stringify(given)}, the tables have ${JSON.stringify(anew)}`,
      );
  }

  /** Fewer faults can be told apart after a fault: deadlines start again. */
  function faultHappened(): void {
    leftSinceMs.clear();
    dueSince.clear();
    log.faultHappened();
  }

  /** At the end, when nothing breaks any more and time has passed. */
  function checkEnd(): void {
    check();
    log.checkEnd();
    for (const o of journal().objectives(1_000)) {
      if (o.state === 'starting' || o.state === 'running')
        throw new Violation('everything ends', `${o.id} on ${o.product} is still ${o.state}`);
      if (o.state !== 'queued') continue;
      const needs = o.needs.map((id) => journal().objective(id)?.state);
      const { why } = watched.fleetd().fleet.commands.objective(o.id);
      if (!why || !needs.some((state) => state !== 'done'))
        throw new Violation('everything ends', `${o.id} on ${o.product} is still queued: ${why}`);
    }
    const open = journal().openActions();
    if (open.length > 0)
      throw new Violation('everything ends', `in doubt for ever: ${open.map((a) => a.id).join(', ')}`);
    for (const site of world.sites.values())
      if (world.processes(site).length > 0)
        throw new Violation('stopped is stopped', `${site.name} has ${said(world, site)} at the end`);
  }

  return {
    onEvents,
    onStartCall,
    onNudged,
    onReceived,
    onAsked: log.onAsked,
    onSent: log.onSent,
    onHeard: log.onHeard,
    onTold: log.onTold,
    counted: log.counted,
    close: replay.close,
    faultHappened,
    check,
    checkEnd,
  };
}

const said = (world: World, site: Site): string =>
  world
    .processes(site)
    .map(({ pid, command }) => `${command} (${pid})`)
    .join(', ');
