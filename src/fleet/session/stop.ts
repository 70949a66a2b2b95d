// Brings a session from `stopping` to `ended`, with a proof: no live coordinator, and no process left in the
// product after a grace. What is left is listed, never hidden. A stop that half-fails is finished by
// observation: "not running" is what was wanted.

import { sleep } from '../../clock.ts';
import { FleetError } from '../../errors.ts';
import type { ProductSnapshot } from '../../runtime/protocol.ts';
import { type FleetContext, productOf } from '../context.ts';
import type { NewEvent } from '../events.ts';
import type { SessionRow } from '../journal.ts';
import { coordinatorAlive } from '../reconcile.ts';

const ended = new Set(['completed', 'zombie']);

/** Returns whether the session has ended. False: the runtime is out of reach; driven again when it is back. */
export async function stopSession(context: FleetContext, session: SessionRow): Promise<boolean> {
  const product = productOf(context, session.product) ?? {
    name: session.product,
    root: `${context.registry.current().workspaceRoot}/${session.product}`,
  };
  const attempt = async (call: () => Promise<unknown>): Promise<void> => {
    try {
      await call();
    } catch (thrown) {
      const error = FleetError.wrap(thrown, product.name);
      if (error.class === 'unavailable') throw error;
      context.log.info({ product: product.name, code: error.code }, `while stopping: ${error.message}`);
    }
  };

  let seen: ProductSnapshot;
  try {
    seen = await context.observe(product.name);
    for (const worker of seen.workers.filter((w) => !ended.has(w.state))) {
      await attempt(() => context.runtime.ov(product, 'stop', { agent: worker.name }));
    }
    await attempt(() => context.runtime.ov(product, 'coordinator.stop', {}));
    seen = await context.observe(product.name);
    if (coordinatorAlive(seen)) {
      await attempt(() => context.runtime.ov(product, 'coordinator.stop', {}));
      seen = await context.observe(product.name);
    }
  } catch (thrown) {
    const error = FleetError.wrap(thrown, product.name);
    context.log.warn({ product: product.name, code: error.code }, `stop waits: ${error.message}`);
    return false;
  }
  if (coordinatorAlive(seen)) {
    context.log.warn({ product: product.name }, 'stop waits: the coordinator is still alive after two stops');
    return false;
  }

  const processes = await processesLeft(context, product);
  const branches = seen.worktrees.map((w) => w.branch);
  const leftovers = [...processes.map((p) => `process ${p}`), ...branches.map((b) => `branch ${b}`)];
  context.journal.record(...ending(context, session, leftovers, processes.length));
  return true;
}

function ending(
  context: FleetContext,
  session: SessionRow,
  leftovers: string[],
  processes: number,
): NewEvent[] {
  const why = session.stopReason ?? 'stopped';
  const common = { product: session.product, objective: session.objective };
  const events: NewEvent[] = [
    {
      ...common,
      kind: 'session.ended',
      text: `Session on ${session.product} ended: ${why}${processes > 0 ? ` ${processes} of its processes are still alive.` : ''}`,
      data: { session: session.id, why, leftovers, costUsd: null },
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

/** Waits for the product's processes to go; returns those still there after the grace, as `pid command`. */
async function processesLeft(
  context: FleetContext,
  product: { name: string; root: string },
): Promise<string[]> {
  const { clock, tuning } = context;
  const deadline = clock.nowMs() + tuning.stopGraceMs;
  for (;;) {
    const report = await context.runtime.footprint([product]).catch(() => null);
    const left = report?.products[0]?.processes ?? [];
    if (left.length === 0 || clock.nowMs() >= deadline) return left.map((p) => `${p.pid} ${p.command}`);
    await sleep(clock, tuning.lookAgainMs);
  }
}
