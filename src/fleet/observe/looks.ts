// Looks at products: at most one at a time of each. What it shows is kept, its meaning is written down, and changes that
// arrive meanwhile cause exactly one more look.
import { blindSnapshot, type ProductSnapshot } from '../../contract/runtime/snapshot.ts';
import type { SessionRow } from '../../journal/journal.ts';
import { type FleetContext, missingProduct, productOf } from '../context.ts';
import { keptSnapshot } from './bounded-evidence.ts';
import { conclude } from './findings.ts';
import { createAcknowledging } from './mark-mail-read.ts';

/**
 * @param isClosed no look begins any more
 * @param seen     called with what was seen of any product, before its meaning is written down
 * @param ended    called after a look that `look` began, also after one that failed
 */
export function createLooks(
  context: FleetContext,
  { isClosed, seen, ended }: { isClosed(): boolean; seen(): void; ended(product: string): void },
) {
  const { runtime, journal, clock, log, registry } = context;
  const running = new Set<string>();
  const changedMeanwhile = new Set<string>();
  const acknowledge = createAcknowledging(context, (product) => look(product, true));

  async function observe(name: string, fresh: boolean): Promise<ProductSnapshot> {
    const asked = journal.liveSession(name);
    const root = rootOf(name);
    if (root === null) return blindSnapshot(name, clock.nowMs(), 'missing', missingProduct(name));
    const [found] = await runtime.snapshot([productOf(context, name) ?? { name, root }], { fresh });
    if (found === undefined) throw new Error(`Expected a snapshot of ${name}, got none`);
    const snapshot = keptSnapshot(found);
    seen();
    context.observations.set(name, { snapshot, receivedAtMs: clock.nowMs() });
    record(name, snapshot, asked);
    return snapshot;
  }

  /** Where the product lies; also of one that left products.yaml while its session has not ended. */
  function rootOf(name: string): string | null {
    const product = productOf(context, name);
    if (product !== null) return product.root;
    return journal.liveSession(name) && `${registry.current().workspaceRoot}/${name}`;
  }

  /** `asked`: the session when the evidence was asked for; older evidence says nothing about a newer state. */
  function record(name: string, snapshot: ProductSnapshot, asked: SessionRow | null): void {
    const session = journal.liveSession(name);
    if (asked?.id !== session?.id || asked?.state !== session?.state) {
      look(name, true);
      return;
    }
    const events = conclude(journal, name, snapshot, session).filter(
      ({ kind }) => kind !== 'product.trouble' || !context.beingMade.has(name),
    );
    if (events.length > 0) journal.record(...events);
    // Journalled first, acknowledged after: a crash in between shows the mail again, and it is known then.
    acknowledge(name, snapshot);
  }

  function look(name: string, fresh: boolean): void {
    if (isClosed() || runtime.link(name).state !== 'connected' || rootOf(name) === null) return;
    // Looked at when it is ready: `ov` would only be in the way of what makes it.
    if (context.beingMade.has(name)) return;
    if (running.has(name)) {
      changedMeanwhile.add(name);
      return;
    }
    running.add(name);
    observe(name, fresh)
      .catch((error) => log.warn({ product: name, err: error }, 'observation failed'))
      .finally(() => {
        running.delete(name);
        ended(name);
        if (changedMeanwhile.delete(name)) look(name, false);
      });
  }

  return {
    /** Takes evidence of one product now. @throws what the runtime does */
    observe,
    /** Observes soon. */
    look,
  };
}
