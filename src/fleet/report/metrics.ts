// What fleetd tells Prometheus. Made at the first scrape: who does not scrape pays nothing but the counting.
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { objectiveStates } from '../../contract/objectives.ts';
import type { Driver } from '../context.ts';
import { accountViews } from './accounts.ts';

export function createMetrics(loop: Driver): { scrape(): Promise<string>; stop(): void } {
  const { context } = loop;
  const { journal } = context;
  const recorded = new Map<string, number>();
  const stop = journal.onRecorded((events) => {
    for (const { kind } of events) recorded.set(kind, (recorded.get(kind) ?? 0) + 1);
  });
  let registry: Registry | null = null;

  function create(): Registry {
    const registers = [new Registry()] as [Registry];
    collectDefaultMetrics({ register: registers[0] });
    const gauge = (name: string, help: string, labelNames: string[], set: (g: Gauge) => void) =>
      new Gauge({ name, help, labelNames, registers, collect: ofThis(set) });
    new Counter({
      name: 'fleet_events_total',
      help: 'Events journalled since fleetd started, by kind',
      labelNames: ['kind'],
      registers,
      collect() {
        this.reset();
        for (const [kind, n] of recorded) this.inc({ kind }, n);
      },
    });
    gauge('fleet_objectives', 'Objectives in the journal, by state', ['state'], (g) => {
      const counts = journal.objectiveCounts();
      for (const state of objectiveStates) g.set({ state }, counts.get(state) ?? 0);
    });
    gauge('fleet_sessions', 'Live sessions, by state', ['state'], (g) => {
      const live = journal.liveSessions();
      for (const state of ['starting', 'running', 'stopping'])
        g.set({ state }, live.filter((s) => s.state === state).length);
    });
    gauge('fleet_slots', 'Slots, used and in all', ['which'], (g) => {
      const { capacity } = loop.plan();
      g.set({ which: 'used' }, capacity.slotsUsed);
      g.set({ which: 'all' }, capacity.slots);
    });
    gauge('fleet_actions_in_doubt', 'Actions whose outcome is not known', [], (g) =>
      g.set(journal.openActions().filter(({ kind }) => kind !== 'delivery.confirm').length),
    );
    gauge('fleet_mail', 'Mail that a coordinator was to hear, by what became of it', ['state'], (g) => {
      const counts = journal.hearingCounts();
      g.set({ state: 'heard' }, counts.get('done') ?? 0);
      g.set({ state: 'unheard' }, counts.get('failed') ?? 0);
      g.set({ state: 'awaited' }, (counts.get('intended') ?? 0) + (counts.get('uncertain') ?? 0));
    });
    gauge('fleet_runtime_connected', '1 while the link to the runtime holds', ['runtime'], (g) => {
      g.reset();
      for (const { name, link } of context.runtime.places())
        g.set({ runtime: name }, link.state === 'connected' ? 1 : 0);
    });
    gauge('fleet_journal_writable', '0 after a write to the journal has failed', [], (g) =>
      g.set(journal.problem() === null ? 1 : 0),
    );
    gauge('fleet_account_open', '0 while the account is at a usage limit or held', ['account'], (g) => {
      g.reset();
      for (const { name, state } of accountViews(context)) g.set({ account: name }, state === 'open' ? 1 : 0);
    });
    gauge('fleet_account_waiting', 'Sessions that stand at the limit of the account', ['account'], (g) => {
      g.reset();
      for (const { name, waiting } of accountViews(context)) g.set({ account: name }, waiting.length);
    });
    gauge('fleet_account_used_percent', 'Of a window, as last told', ['account', 'window'], (g) => {
      g.reset();
      for (const { name, shares } of accountViews(context))
        for (const { window, usedPercent } of shares) g.set({ account: name, window }, usedPercent);
    });
    gauge('fleet_product_observation_age_seconds', 'Age of the evidence shown', ['product'], (g) => {
      g.reset();
      for (const [product, { receivedAtMs }] of context.observations)
        g.set({ product }, (context.clock.nowMs() - receivedAtMs) / 1000);
    });
    gauge('fleet_product_memory_bytes', 'Memory of a live session (PSS)', ['product'], (g) => {
      g.reset();
      for (const [product, { memoryBytes }] of context.footprints)
        if (memoryBytes !== null) g.set({ product }, memoryBytes);
    });
    gauge('fleet_product_cpu_cores', 'Cores used by a live session', ['product'], (g) => {
      g.reset();
      for (const [product, { cpuCores }] of context.footprints)
        if (cpuCores !== null) g.set({ product }, cpuCores);
    });
    return registers[0];
  }

  return {
    /** The text of one scrape. */
    scrape() {
      registry ??= create();
      return registry.metrics();
    },
    stop,
  };
}

/** prom-client calls `collect` with the metric as `this`. */
const ofThis = (set: (gauge: Gauge) => void) =>
  function collect(this: Gauge): void {
    set(this);
  };
