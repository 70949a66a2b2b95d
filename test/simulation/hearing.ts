// Whether coordinators hear what is sent to them: what the world knows of it, against what the event log says.

import type { Mail } from '../../src/contract/runtime/snapshot.ts';
import type { JournalEvent } from '../../src/journal/events.ts';
import { hearingDeadlineMs, Violation, type Watched } from './invariants.ts';
import type { World } from './world.ts';

interface Awaited {
  product: string;
  subject: string;
  /** of the coordinator that is to hear it */
  serial: number;
  sinceMs: number;
}

export function createHearing(world: World, watched: Watched) {
  const awaited = new Map<string, Awaited>();
  const heard = new Set<string>();
  const named = new Map<string, { mail: string; about: string }>();

  /** A coordinator is to hear this. The word before a pause, and a reply beside an answer, nobody waits for. */
  function onSent(product: string, { id, subject }: Mail): void {
    const serial = world.site(product).coordinator?.serial;
    if (serial === undefined || / PAUSE$/.test(subject) || /^Re:/.test(subject)) return;
    awaited.set(id, { product, subject, serial, sinceMs: world.clock.nowMs() });
  }

  function take(event: JournalEvent): void {
    if (event.kind === 'action.intended' && event.data.kind === 'delivery.confirm') {
      const { mail, about } = event.data.args as { mail: string; about: string };
      named.set(event.data.action, { mail, about });
    }
    if (event.kind === 'product.trouble' && event.data.error.code === 'MAIL_UNHEARD')
      for (const id of awaited.keys())
        if (new RegExp(`\\b${id}\\b`).test(event.data.error.message)) awaited.delete(id);
    if (event.kind !== 'action.settled' || event.data.state !== 'done') return;
    const claim = named.get(event.data.action);
    // What an answer brings about may have come about without it: of that the log is believed.
    if (claim === undefined) return;
    if (claim.about === 'answer') awaited.delete(claim.mail);
    else if (!heard.has(claim.mail)) throw new Violation('heard or told', `it was not: ${event.text}`);
  }

  function check(): void {
    const now = world.clock.nowMs();
    for (const [id, one] of awaited) {
      const { product, serial, subject } = one;
      const site = world.site(product);
      const there = site.coordinator?.serial === serial && site.coordinator.tmux;
      const session = watched.fleetd().journal.liveSession(product);
      if (heard.has(id) || !there || session?.state !== 'running') awaited.delete(id);
      // At a usage limit nobody hears anything: its deadline begins when that is over.
      else if (!world.inReach(site) || site.blind || site.limited || !watched.listed(product))
        one.sinceMs = now;
      else if (now - one.sinceMs > hearingDeadlineMs)
        throw new Violation(
          'heard or told',
          `${id} (${subject}) to ${product}: neither, after ${hearingDeadlineMs} ms`,
        );
    }
  }

  return {
    onSent,
    onHeard: (_product: string, { id }: Mail): void => void heard.add(id),
    take,
    check,
    faultHappened(): void {
      for (const one of awaited.values()) one.sinceMs = world.clock.nowMs();
    },
  };
}
