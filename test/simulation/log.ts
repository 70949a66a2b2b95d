// What the event log says of questions and of what was told, against what was really asked, answered and told. The
// log is read on from where it was left, over all lives of fleetd: a committed event never goes away.

import type { Mail } from '../../src/contract/runtime/snapshot.ts';
import type { JournalEvent } from '../../src/journal/events.ts';
import { createHearing } from './hearing.ts';
import { stopDeadlineMs, Violation, type Watched } from './invariants.ts';
import type { World } from './world.ts';

interface Gate {
  product: string | null;
  objective: string | null;
  critical: boolean;
  subject: string;
  text: string;
  closed: number | null;
  verdict: string | null;
}
interface Notice {
  product: string | null;
  cause: number;
  digest: boolean;
  dueMs: number;
}

const words: Record<string, string> = { approved: 'APPROVED', rejected: 'REJECTED', answered: 'ANSWER' };
const over = new Set(['done', 'failed', 'cancelled']);

export function createLog(world: World, watched: Watched) {
  const hearing = createHearing(world, watched);
  const asked: { product: string; mail: Mail }[] = [];
  const questions = new Set<string>();
  const unseenSinceMs = new Map<string, number>();
  const gates = new Map<number, Gate>();
  const mails = new Map<string, number>();
  const notices = new Map<number, Notice>();
  const ends = new Map<string, string>();
  /** events that must be told, by seq → how many notices they have */
  const mustTell = new Map<number, number>();
  const told = new Set<number>();
  /** told for the first time and not yet looked at; told, as far as the order was looked at */
  const firstTold: number[][] = [];
  const inOrder = new Set<number>();
  let seq = 0;

  function read(): void {
    const { journal } = watched.fleetd();
    for (let page = journal.eventsAfter(seq, 500); page.length > 0; page = journal.eventsAfter(seq, 500))
      for (const event of page) {
        take(event);
        seq = event.seq;
      }
  }

  function take(event: JournalEvent): void {
    hearing.take(event);
    switch (event.kind) {
      case 'mail.received':
        mails.set(`${event.product} ${event.data.mail.id}`, event.seq);
        return;
      case 'gate.opened': {
        const { gate, severity, question } = event.data;
        const { product, objective } = event;
        const { subject, text, mail } = question;
        if (mail !== null && !questions.has(mail))
          throw new Violation('asked is kept', `gate ${gate} asks what nobody asked: ${subject}`);
        gates.set(gate, {
          product,
          objective,
          critical: severity === 'critical',
          subject,
          text,
          closed: null,
          verdict: null,
        });
        mustTell.set(event.seq, 0);
        return;
      }
      case 'gate.resolved':
      case 'gate.withdrawn': {
        const gate = gates.get(event.data.gate);
        if (gate === undefined || gate.closed !== null)
          throw new Violation(
            'answered once',
            `${event.text} (it ${gate ? 'was closed before' : 'was never opened'})`,
          );
        gate.closed = event.seq;
        if (event.kind === 'gate.withdrawn') return;
        const { verdict, source } = event.data.resolution;
        gate.verdict = verdict;
        if (source.via === 'model')
          throw new Violation('answered once', `the model answered gate ${event.data.gate}`);
        return;
      }
      case 'gate.delivered': {
        const gate = gates.get(event.data.gate);
        if (event.data.mail !== null) reached(event.data.gate, event.product ?? '', event.data.mail);
        else if (gate?.objective && !over.has(ends.get(gate.objective) ?? ''))
          throw new Violation('answered once', `${event.text} But ${gate.objective} is not over.`);
        return;
      }
      case 'objective.ended':
        ends.set(event.objective ?? '', event.data.end);
        if (event.data.end !== 'cancelled') mustTell.set(event.seq, 0);
        return;
      case 'objective.requeued':
        ends.delete(event.objective ?? '');
        return;
      case 'notice.posted': {
        const { notice, cause, severity, dueMs } = event.data;
        notices.set(notice, { product: event.product, cause, digest: severity === 'warning', dueMs });
        const before = mustTell.get(cause);
        if (before !== undefined) mustTell.set(cause, before + 1);
        return;
      }
      case 'notice.sent':
        for (const n of event.data.notices)
          if (!told.has(n)) throw new Violation('told', `notice ${n} is called sent, and no channel took it`);
        return;
      case 'operator-mail.counted':
        if (event.data.origin === 'foreign') throw new Violation('no false alarm', event.text);
        return;
    }
  }

  function reached(n: number, product: string, mail: string): void {
    const arrived = world
      .sitesOf(product)
      .flatMap(({ received }) => received)
      .some(({ id, subject }) => id === mail && subject.includes(`[gate-${n}.`));
    if (!arrived)
      throw new Violation('answered once', `the answer to gate ${n} is called given, and ${mail} is not it`);
  }

  /** A question counts as kept when a gate asks it that was open when its mail was written down, or later. */
  function isKept(product: string, { subject, body }: Mail, received: number): boolean {
    return [...gates.values()].some(
      (gate) =>
        gate.product === product &&
        gate.subject === subject &&
        gate.text === body &&
        (gate.closed === null || gate.closed > received),
    );
  }

  function checkAsked(): void {
    for (const { product, mail } of asked) {
      const received = mails.get(`${product} ${mail.id}`);
      if (received !== undefined) {
        unseenSinceMs.delete(mail.id);
        if (!isKept(product, mail, received))
          throw new Violation('asked is kept', `${mail.id} of ${product} (${mail.subject}) has no gate`);
        continue;
      }
      const site = world.site(product);
      const answered = site.other.some(({ threadId }) => threadId === mail.id);
      // Its books stay where they were when it is moved.
      const there = site.mail.includes(mail) || site.other.includes(mail);
      // Questions that are not to the operator are looked for while a session of the fleet runs.
      const looked =
        mail.to === 'operator' || watched.fleetd().journal.liveSession(product)?.state === 'running';
      if (!there || answered || !looked || !watched.listed(product) || !world.inReach(site) || site.blind) {
        unseenSinceMs.delete(mail.id);
        continue;
      }
      const since = unseenSinceMs.get(mail.id) ?? world.clock.nowMs();
      unseenSinceMs.set(mail.id, since);
      if (world.clock.nowMs() - since > stopDeadlineMs)
        throw new Violation(
          'asked is kept',
          `${mail.id} of ${product} (${mail.subject}) is unseen after ${stopDeadlineMs} ms`,
        );
    }
  }

  function checkAnswered(): void {
    for (const [n, { verdict, text }] of watched.answered) {
      const gate = watched.fleetd().fleet.gates.get(n);
      if (gate.state !== verdict || gate.resolution?.text !== text)
        throw new Violation(
          'answered once',
          `gate ${n} was ${verdict} ("${text}") and is ${gate.state} ("${gate.resolution?.text}")`,
        );
    }
    for (const [n, gate] of gates) {
      const now = watched.fleetd().fleet.gates.get(n);
      if (
        now.subject !== gate.subject ||
        now.text !== gate.text ||
        (now.state === 'open') !== (gate.closed === null)
      )
        throw new Violation(
          'asked is kept',
          `gate ${n} asked "${gate.subject}" and is now ${now.state}: "${now.subject}"`,
        );
    }
  }

  function checkTold(): void {
    for (const numbers of firstTold.splice(0)) {
      for (const n of numbers) {
        const notice = notices.get(n);
        if (notice === undefined)
          throw new Violation('told', `notice ${n} was told and is not in the journal`);
        if (notice.digest) continue;
        const passed = [...notices].find(
          ([m, one]) =>
            m < n && one.product === notice.product && !one.digest && !inOrder.has(m) && !numbers.includes(m),
        );
        if (passed)
          throw new Violation(
            'told in order',
            `notice ${n} of ${notice.product} was told before ${passed[0]}`,
          );
      }
      for (const n of numbers) inOrder.add(n);
    }
    for (const [cause, count] of mustTell)
      if (count !== 1) throw new Violation('told', `event ${cause} has ${count} notices`);
  }

  return {
    onAsked(product: string, mail: Mail): void {
      asked.push({ product, mail });
      questions.add(mail.id);
    },
    onSent: hearing.onSent,
    onHeard: hearing.onHeard,

    /** A channel took these; fleetd need not be there. */
    onTold(numbers: number[]): void {
      const first = numbers.filter((n) => !told.has(n));
      if (first.length > 0) firstTold.push(first);
      for (const n of numbers) told.add(n);
    },

    /** The coordinator gets an answer: what the human said, and nothing else. */
    onAnswer(n: number, text: string): void {
      read();
      const verdict = gates.get(n)?.verdict;
      if (!verdict || !text.includes(words[verdict] ?? '?'))
        throw new Violation(
          'answered once',
          `gate ${n} is ${verdict ?? 'not answered'}, its coordinator was told: ${text}`,
        );
    },

    /** Whether the objective has an open gate: its session may then give back its slot. */
    isAsking(objective: string): boolean {
      read();
      return [...gates.values()].some((gate) => gate.objective === objective && gate.closed === null);
    },
    hasCriticalGate(product: string): boolean {
      read();
      return [...gates.values()].some(
        (gate) => gate.product === product && gate.critical && gate.closed === null,
      );
    },

    faultHappened(): void {
      unseenSinceMs.clear();
      hearing.faultHappened();
    },
    counted: () => ({ gates: gates.size, notices: notices.size }),

    check(): void {
      read();
      checkAsked();
      hearing.check();
      checkAnswered();
      checkTold();
    },

    checkEnd(): void {
      for (const n of gates.keys()) {
        const { state, delivery } = watched.fleetd().fleet.gates.get(n);
        if (state === 'open' || delivery === 'pending' || delivery === 'sent')
          throw new Violation('everything ends', `gate ${n} is ${state}, its answer ${delivery}`);
      }
      for (const [n, { dueMs }] of notices)
        if (!told.has(n) && dueMs <= world.wallMs())
          throw new Violation('told', `notice ${n} was never told`);
    },
  };
}
