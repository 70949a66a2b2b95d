// Brings a session from `stopping` to `ended`, with a proof: no live coordinator, no open run, and no process
// of overstory left in the product. A stop that half-fails is finished by observation: "not running" is what
// was wanted. In this order, and again from the start when the runtime comes back in between:
//
//   workers ─► coordinator ─► (still alive) coordinator again ─► (still alive) exactly its tmux session
//   ─► the run, when it stayed open ─► processes: a grace, then ended by pid and start time ─► outcome
//
// What is left then (a human's own processes, branches nobody merged) is listed, never hidden.
import { sleep } from '../../clock.ts';
import { FleetError } from '../../errors.ts';
import type { FootprintReport, ProductRef, ProductSnapshot } from '../../runtime/protocol.ts';
import { type FleetContext, productOf } from '../context.ts';
import type { NewEvent } from '../events.ts';
import type { SessionRow } from '../journal.ts';
import { coordinatorAlive } from './liveness.ts';
import { type Outcome, outcomeOf } from './outcome.ts';
import { endTrouble } from './watch.ts';

const ended = new Set(['completed', 'zombie']);

/** Returns whether the session has ended. False: something is out of reach or still alive; to be driven again. */
export async function stopSession(context: FleetContext, session: SessionRow): Promise<boolean> {
  const product = productOf(context, session.product) ?? {
    name: session.product,
    root: `${context.registry.current().workspaceRoot}/${session.product}`,
  };
  try {
    const before = await context.observe(product.name);
    const seen = await stopAll(context, product, before);
    if (coordinatorAlive(seen)) {
      context.log.warn({ product: product.name }, 'stop waits: the coordinator is alive after everything');
      return false;
    }
    const left = await endProcesses(context, product);
    const outcome = await outcomeOf(context, product, session, before);
    endTrouble(context, product.name);
    context.journal.record(...ending(context, session, outcome, left));
    return true;
  } catch (thrown) {
    const error = FleetError.wrap(thrown, product.name);
    context.log.warn({ product: product.name, code: error.code }, `stop waits: ${error.message}`);
    return false;
  }
}

/** @throws FleetError when something is out of reach; what `ov` refuses is judged by looking afterwards */
async function stopAll(
  context: FleetContext,
  product: ProductRef,
  before: ProductSnapshot,
): Promise<ProductSnapshot> {
  const { runtime } = context;
  const attempt = async (call: () => Promise<unknown>): Promise<void> => {
    try {
      await call();
    } catch (thrown) {
      const error = FleetError.wrap(thrown, product.name);
      if (error.class === 'unavailable') throw error;
      context.log.info({ product: product.name, code: error.code }, `while stopping: ${error.message}`);
    }
  };
  for (const worker of before.workers.filter((one) => !ended.has(one.state)))
    await attempt(() => runtime.ov(product, 'stop', { agent: worker.name }));
  const stop = () => runtime.ov(product, 'coordinator.stop', {});
  const clear = () => runtime.tend(product, { kind: 'clear-session' });
  await attempt(stop);
  let seen = await context.observe(product.name);
  for (const harder of [stop, clear]) {
    if (!coordinatorAlive(seen)) break;
    await attempt(harder);
    seen = await context.observe(product.name);
  }
  // A tmux server that ended with its last session leaves the run open: the next status would call it alive.
  if (seen.health === 'ok' && !coordinatorAlive(seen) && seen.runId !== null) {
    await attempt(() => runtime.ov(product, 'run.complete', {}));
    seen = await context.observe(product.name);
  }
  return seen;
}

/**
 * Waits for the product's processes to go, then ends them; returns those that are not ours to end.
 * @throws FleetError when the runtime cannot be asked: without an answer there is no proof
 */
async function endProcesses(context: FleetContext, product: ProductRef): Promise<string[]> {
  const { clock, tuning, runtime } = context;
  const look = async (): Promise<FootprintReport['products'][number]['processes']> =>
    (await runtime.footprint([product])).products[0]?.processes ?? [];
  const deadline = clock.nowMs() + tuning.stopGraceMs;
  let left = await look();
  while (left.length > 0 && clock.nowMs() < deadline) {
    await sleep(clock, tuning.lookAgainMs);
    left = await look();
  }
  if (left.length === 0) return [];
  const processes = left.map(({ pid, startTicks }) => ({ pid, startTicks }));
  const { done } = await runtime.tend(product, { kind: 'end-processes', processes });
  if (done.length > 0)
    context.log.warn({ product: product.name }, `ended after the grace: ${done.join(', ')}`);
  return (await look()).map(({ pid, command }) => `${pid} ${command}`);
}

function ending(
  context: FleetContext,
  session: SessionRow,
  { parked, ...outcome }: Outcome,
  processes: string[],
): NewEvent[] {
  const why = session.stopReason ?? 'stopped';
  const common = { product: session.product, objective: session.objective };
  const leftovers = [...processes.map((one) => `process ${one}`), ...parked.map((one) => `branch ${one}`)];
  const alive = processes.length > 0 ? ` ${processes.length} of its processes are still alive.` : '';
  const events: NewEvent[] = [
    {
      ...common,
      kind: 'session.ended',
      text: `Session on ${session.product} ended: ${why}${alive}`,
      data: { session: session.id, why, leftovers, ...outcome },
    },
  ];
  const objective = context.journal.objective(session.objective);
  if (objective === null || !['starting', 'running'].includes(objective.state)) return events;
  if (session.outcome === 'requeued') {
    events.push({
      ...common,
      kind: 'objective.requeued',
      text: `${session.objective} waits again: ${why}`,
      data: { why, notBeforeMs: null, error: null },
    });
  } else {
    const end = session.outcome ?? 'cancelled';
    events.push({
      ...common,
      kind: 'objective.ended',
      text: `${session.objective} on ${session.product} is ${end}: ${why}`,
      data: { end, why, result: finalMail(context, session) },
    });
  }
  return events;
}

/** The body of the session's final mail, which is its result. */
function finalMail(context: FleetContext, session: SessionRow): string | null {
  if (session.outcome !== 'done') return null;
  const mail = context.journal.mail(session.product, 20).find((m) => /run complete/i.test(m.subject));
  return mail?.body ?? null;
}
