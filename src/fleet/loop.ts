// The loop: wakes on a change pushed by the agent, on a command, on the link coming up, and on the one timer
// that decide() or the sweep of live products asked for. Idle, it does nothing at all.
//
// Per product at most one observation and one driving are in flight; products never wait for each other.
import { FleetError } from '../common/errors.ts';
import type { NewEvent } from '../journal/events.ts';
import { stopping } from '../journal/session-facts.ts';
import type { Product } from '../registry/registry.ts';
import { type Admission, createDecider, type Plan } from '../scheduler/index.ts';
import { admit } from './act/admit.ts';
import { enforceBudgets } from './act/enforce-budgets.ts';
import { endUnderLostLeases } from './act/lost-runtimes.ts';
import { place } from './act/place.ts';
import { driveSession } from './act/session/drive.ts';
import { emptyMemory, type FleetContext, type Ports, productOf, runtimeOf } from './context.ts';
import { capacityOf } from './decide/capacity.ts';
import { recordDecisions } from './decide/record-decisions.ts';
import { schedulerState } from './decide/scheduler-state.ts';
import { watchGround } from './observe/environment.ts';
import { createLooks } from './observe/looks.ts';
import { createMeasurements } from './observe/measurements.ts';
import { coordinatorAlive } from './observe/reconcile.ts';
import { watchRuntimes } from './observe/runtimes.ts';

export type Loop = ReturnType<typeof createLoop>;

/** @param placed  called when a product has got its place, and when one is found there that was never made ready */
export function createLoop(ports: Ports, placed: (product: Product) => void = () => {}) {
  const { runtime, journal, clock, log, tuning } = ports;
  const driving = new Map<string, Promise<void>>();
  const again = new Map<string, { atMs: number; cancel(): void }>();
  const unsubscribe: (() => void)[] = [];
  let cancelTimer: () => void = () => {};
  let cancelLease: () => void = () => {};
  let cancelSweep: (() => void) | null = null;
  let closed = false;
  let suspended = false;

  const context: FleetContext = {
    ...ports,
    ...emptyMemory(),
    observe: (product, fresh = true) => observe(product, fresh),
    driveAgain(product, afterMs) {
      const atMs = clock.nowMs() + afterMs;
      const known = again.get(product);
      // Each driving says anew what it waits for.
      if (known !== undefined && known.atMs <= atMs) return;
      known?.cancel();
      const cancel = clock.after(afterMs, () => {
        again.delete(product);
        drive(product);
      });
      again.set(product, { atMs, cancel });
    },
  };
  const absorb = createMeasurements(context);
  const lookAtGround = watchGround(context, () => lookAtAll(true));
  const { look, observe } = createLooks(context, {
    isClosed: () => closed,
    seen: lookAtGround,
    ended(product) {
      drive(product);
      schedule();
    },
  });
  const usage = journal.usage((error) => log.warn({ err: error }, 'a minute of the budget was not kept'));
  const decide = createDecider();
  let plan: Plan = decide(schedulerState(context), clock.nowMs());

  // ── act ────────────────────────────────────────────────────────────────────────────────────────────────
  function drive(name: string): void {
    if (closed || driving.has(name) || journal.liveSession(name) === null) return;
    const running = driveSession(context, name)
      .catch((error) => {
        log.error({ product: name, err: FleetError.wrap(error) }, 'driving a session failed');
        context.driveAgain(name, tuning.sweepLiveMs);
        return false;
      })
      .then((acted) => {
        driving.delete(name);
        if (acted && !closed) {
          look(name, true);
          void measure();
        }
        schedule();
      });
    driving.set(name, running);
  }

  /** Writes down a fact about which nothing can be done when it cannot be written: the loop goes on. */
  function note(event: NewEvent): void {
    try {
      journal.record(event);
    } catch (error) {
      log.error({ err: FleetError.wrap(error) }, event.text);
    }
  }

  // ── decide ─────────────────────────────────────────────────────────────────────────────────────────────
  /** What left products.yaml is stopped in order; its objective waits for the product to come back. */
  function stopRemoved(): void {
    for (const session of journal.liveSessions()) {
      if (session.state === 'stopping' || productOf(context, session.product) !== null) continue;
      journal.record(stopping(session, `${session.product} is no longer in products.yaml.`, 'requeued'));
      drive(session.product);
    }
  }

  /**
   * Decides now and admits what fits. Synchronous, so that a request can answer with the outcome. A journal that
   * cannot be written admits nothing, and is tried again.
   */
  function schedule(): void {
    if (closed) return;
    cancelTimer();
    try {
      decideAndAdmit();
    } catch (error) {
      log.error({ err: FleetError.wrap(error) }, 'deciding failed');
      cancelTimer = clock.after(tuning.sweepLiveMs, schedule);
    }
    sweepWhileLive();
  }

  function decideAndAdmit(): void {
    stopRemoved();
    cancelLease();
    const leaseEndsMs = endUnderLostLeases(context);
    if (leaseEndsMs !== null)
      cancelLease = clock.after(Math.max(1, leaseEndsMs - (clock.upMs?.() ?? clock.nowMs())), schedule);
    const now = clock.nowMs();
    plan = decide(schedulerState(context), now);
    if (runtime.link().state === 'connected' && !suspended) {
      if (plan.placings.length > 0) {
        for (const product of place(context, plan.placings)) placed(product);
        plan = decide(schedulerState(context), now);
      }
      const admissions = plan.decisions.filter(
        (d) => d.kind === 'start' && runtime.link(d.product).state === 'connected',
      ) as Admission[];
      for (const admission of admissions) {
        admit(context, admission);
        drive(admission.product);
      }
      const relieved = enforceBudgets(context, plan);
      for (const product of relieved) drive(product);
      if (admissions.length + relieved.length > 0) plan = decide(schedulerState(context), now);
    }
    recordDecisions(context, plan);
    if (plan.nextWakeMs !== null) cancelTimer = clock.after(Math.max(1, plan.nextWakeMs - now), schedule);
  }

  /**
   * Time alone changes live products (stalled, zombie, footprint), also those whose coordinator was started by hand, and
   * nothing on disk tells that `ov` would answer again (a database no longer locked, a folder mounted).
   */
  function sweepWhileLive(): void {
    if (cancelSweep || closed || swept().size === 0) return;
    cancelSweep = clock.after(tuning.sweepLiveMs, () => {
      cancelSweep = null;
      void measure();
      for (const name of swept()) look(name, true);
      sweepWhileLive();
    });
  }
  const swept = (): Set<string> =>
    new Set([
      ...journal.liveSessions().map((s) => s.product),
      ...[...context.observations].flatMap(([name, { snapshot }]) =>
        snapshot.health !== 'ok' || coordinatorAlive(snapshot) ? name : [],
      ),
    ]);

  /** Of each runtime by itself: one that answers late holds up no other's figures. */
  async function measure(): Promise<void> {
    const live = journal.liveSessions().flatMap((s) => productOf(context, s.product) ?? []);
    if (live.length === 0) usage.flush();
    const by = Map.groupBy(live, ({ name }) => runtimeOf(context, name) ?? '');
    await Promise.all([...by].map(([name, products]) => measureAt(name, products)));
  }

  async function measureAt(name: string, products: Product[]): Promise<void> {
    const near = products.filter((product) => runtime.link(product.name).state === 'connected');
    if (near.length === 0) return;
    try {
      const report = await runtime.footprint(near);
      if (closed) return;
      absorb(report, name);
      const { memoryBytes, cpuCores, spentTodayUsd, slotsUsed } = capacityOf(context);
      usage.take({
        memoryBytes: memoryBytes ?? 0,
        cpuCores: cpuCores ?? 0,
        spentUsd: spentTodayUsd,
        sessions: slotsUsed,
      });
      schedule();
    } catch (error) {
      log.debug({ err: error }, 'no measurement');
    }
  }

  const runtimes = watchRuntimes(context, { look, note, measure, placed, schedule });
  const lookAtAll = (fresh: boolean) => runtimes.lookAtAll(fresh);

  return {
    context,
    /** What the last decision was: who waits and why. */
    plan: () => plan,
    /** How full the budget was over time. */
    usage,
    schedule,
    drive,
    look,
    note,
    madeReady: runtimes.madeReady,

    /** Subscribes to the runtime and takes the first look. */
    start(): void {
      unsubscribe.push(...runtimes.subscribe());
      if (runtime.link().state === 'connected') runtimes.lookAtArrived();
      schedule();
    },

    /** The registry changed: watch and observe the new set. */
    registryChanged(): void {
      for (const name of context.observations.keys()) {
        if (productOf(context, name) === null) context.observations.delete(name);
      }
      if (runtime.link().state === 'connected') lookAtAll(false);
      schedule();
    },

    /** Requeues what runs and admits nothing any more. The sessions end as the runtime lets them. */
    suspend(reason: string): void {
      suspended = true;
      for (const session of journal.liveSessions()) {
        if (session.state !== 'stopping') journal.record(stopping(session, reason, 'requeued'));
        drive(session.product);
      }
    },

    /** Stops waking. Sessions live on; what is in flight is settled by the next start. */
    async close(): Promise<void> {
      closed = true;
      usage.flush();
      cancelTimer();
      cancelSweep?.();
      cancelLease();
      for (const stop of unsubscribe) stop();
      await Promise.race([
        Promise.allSettled(driving.values()),
        new Promise<void>((resolve) => clock.after(2_000, resolve)),
      ]);
    },
  };
}
