// What must hold of several machines, whatever happened: at the moment it is about, and after every step.
import type { ProductRef } from '../../../src/contract/runtime/protocol.ts';
import type { JournalEvent } from '../../../src/journal/events.ts';
import { Violation, type Watched } from '../invariants.ts';
import type { Site, World } from '../world.ts';
import type { FarEnd } from './far-end.ts';
import type { Machine } from './machine.ts';

export function createMachineChecks(world: World, machines: readonly Machine[], watched: Watched) {
  const journal = () => watched.fleetd().journal;
  const named = (name: string | null | undefined) => machines.find((one) => one.name === name);
  /** Where something may live although a human said that its machine is off. */
  const strays = new Set<Site>();
  /** product on its way → the workspace that it left, and where it went */
  const left = new Map<string, { old: Site; to: string }>();
  /** machine and product → the highest epoch of a write that was let through */
  const epochs = new Map<string, number>();

  /** Of the fleet, and not where a human said that nothing lives. */
  const isOurs = (site: Site): boolean =>
    site.coordinator?.tmux === true &&
    !site.coordinator.byHand &&
    (world.isPlaced(site) || !strays.has(site));

  function requireNothingLives(machine: Machine, product: string, when: string): void {
    const site = machine.sites.get(product);
    if (site && isOurs(site))
      throw new Violation('one coordinator', `${product} is alive on ${machine.name} when ${when}`);
  }

  function requireRoom(name: string, taken: number, what: string): void {
    const most = named(name)?.spec.maxMemoryGiB ?? null;
    if (most !== null && taken > most)
      throw new Violation('capacity', `${taken} GiB on ${name}, which has ${most} (${what})`);
  }

  /** Everything that was made or begun there is in the workspace that the product has now. */
  function requireAllOf(product: string, when: string): void {
    const move = left.get(product);
    if (move === undefined) return;
    const now = named(move.to)?.sites.get(product);
    const there = new Set([...(now?.work ?? []), ...(now?.open ?? [])]);
    const lost = [...move.old.work, ...move.old.open].filter((one) => !there.has(one));
    if (lost.length > 0)
      throw new Violation(
        'moved whole',
        `${lost.join(', ')} of ${product} is not on ${move.to} when ${when}`,
      );
  }

  function onEvent(event: JournalEvent): void {
    const { product } = event;
    switch (event.kind) {
      case 'session.starting': {
        const at = journal().placement(product ?? '')?.runtime;
        if (!at) throw new Violation('capacity', `${event.text} But ${product} has no place.`);
        const there = journal()
          .liveSessions()
          .filter((s) => journal().placement(s.product)?.runtime === at);
        // Each is predicted to take one GiB, and takes it.
        requireRoom(at, there.length, event.text);
        return;
      }
      case 'session.ended': {
        const at = named(journal().placement(product ?? '')?.runtime);
        if (at && /its lease has ended/.test(event.text)) requireNothingLives(at, product ?? '', event.text);
        return;
      }
      case 'product.placed': {
        requireRoom(event.data.runtime, 1, event.text);
        world.place(product ?? '', event.data.runtime);
        const from = event.data.numbers.movedFrom;
        const old = typeof from === 'string' ? named(from)?.sites.get(product ?? '') : undefined;
        if (old === undefined) return;
        left.set(product ?? '', { old, to: event.data.runtime });
        requireAllOf(product ?? '', event.text);
        return;
      }
      case 'product.moved':
        requireAllOf(product ?? '', event.text);
        left.delete(product ?? '');
        return;
      case 'product.displaced':
        world.place(product ?? '', null);
        left.delete(product ?? '');
        return;
      case 'runtime.forgotten': {
        const machine = named(event.data.runtime);
        if (machine === undefined) return;
        if (!event.data.sure) for (const site of machine.all) strays.add(site);
        else for (const name of machine.sites.keys()) requireNothingLives(machine, name, event.text);
        return;
      }
      case 'objective.ended':
        if (event.data.end === 'failed' && !world.excused.has(product ?? ''))
          throw new Violation('partitions fail nothing', event.text);
        return;
    }
  }

  return {
    onEvent,

    /** An agent let a write through. */
    onWrite(machine: Machine, by: FarEnd, { name, epoch }: ProductRef): void {
      const held = machine.held();
      if (held === null || machine.upMs() >= held.untilMs)
        throw new Violation('fenced', `${name} on ${machine.name} was written without a lease`);
      if (held.by !== by)
        throw new Violation('fenced', `${name} on ${machine.name} was written by a stream that was given up`);
      const key = `${machine.name} ${name}`;
      const known = epochs.get(key) ?? 0;
      if (epoch === undefined || epoch < known)
        throw new Violation(
          'fenced',
          `${name} on ${machine.name} was written with epoch ${epoch} after ${known}`,
        );
      epochs.set(key, epoch);
    },

    check(): void {
      const by = Map.groupBy(
        machines.flatMap(({ name, all }) => [...all].filter(isOurs).map((site) => ({ name, site }))),
        ({ site }) => site.name,
      );
      for (const [product, found] of by)
        if (found.length > 1)
          throw new Violation(
            'one coordinator',
            `${product} is alive on ${found.map((f) => f.name).join(' and ')}`,
          );
    },
  };
}
