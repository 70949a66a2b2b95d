// The coordinators' screens as last seen. Memory only: after a restart a screen must stand as long again.

import type { SessionRow } from '../../journal/journal.ts';
import { readScreen, type Screen } from '../../overstory/screen.ts';
import type { Product } from '../../registry/registry.ts';
import type { FleetContext, Looked } from '../context.ts';

/** Of a running session; about `screenEveryMs` old while it is driven. Null: not looked at yet. */
export function latestScreen(context: FleetContext, session: SessionRow): Looked | null {
  const found = context.screens.get(session.product);
  return found?.session === session.id ? found : null;
}

/**
 * When what stands there was drawn, at the latest: when the coordinator last did something. "Resets 5:59am" is the first
 * such time after that; after now it would be tomorrow's, from the moment on when it is over.
 */
function drawnMs({ observations, clock }: FleetContext, product: Product): number {
  const { lastActivity } = observations.get(product.name)?.snapshot.coordinator ?? {};
  return Math.min(clock.nowMs(), Date.parse(lastActivity ?? '') || clock.nowMs());
}

/** The coordinator's screen now; null when it cannot be had (headless, just gone, out of reach). */
export async function lookAtScreen(context: FleetContext, product: Product): Promise<Screen | null> {
  try {
    const { content } = await context.runtime.ov(product, 'coordinator.output', { lines: 60 });
    return readScreen(content, drawnMs(context, product));
  } catch (thrown) {
    context.log.debug({ product: product.name, err: thrown }, 'no screen');
    return null;
  }
}

/** Looks, and remembers it with since when it has stood. */
export async function watchScreen(
  context: FleetContext,
  product: Product,
  session: SessionRow,
): Promise<Looked | null> {
  const seen = await lookAtScreen(context, product);
  if (seen === null) return null;
  const atMs = context.clock.nowMs();
  const before = latestScreen(context, session);
  const stands = before?.seen.print === seen.print && before.seen.state === seen.state;
  const sinceMs = stands ? before.sinceMs : atMs;
  const moved = before !== null && (before.moved || !stands);
  const looked = { session: session.id, atMs, sinceMs, moved, seen };
  context.screens.set(product.name, looked);
  return looked;
}
