// What the scheduler is told of the runtimes and of where products are.
import type { Placement } from '../../journal/placements.ts';
import type { Product } from '../../registry/registry.ts';
import type { ProductPlace, RuntimeState } from '../../scheduler/runtime-state.ts';
import type { FleetContext } from '../context.ts';

/** Of all runtimes that answer; null: none does. */
export function coresOf({ runtime }: Pick<FleetContext, 'runtime'>): number | null {
  const known = runtime.places().flatMap(({ link }) => (link.state === 'connected' ? link.info.cores : []));
  return known.length === 0 ? null : known.reduce((sum, cores) => sum + cores, 0);
}

/** None where products.yaml names none. What it may take defaults to what the runtime said that it has. */
export function runtimesOf(
  context: Pick<FleetContext, 'registry' | 'runtime' | 'runtimeInfos'>,
): RuntimeState[] {
  const entries = context.registry.current().runtimes ?? [];
  const links = new Map(context.runtime.places().map(({ name, link }) => [name, link]));
  return entries.map(({ name, kind, isolation, maxMemoryBytes, maxCpuPercent, labels }) => {
    const link = links.get(name);
    // What an engine of many places has is its own to say, when a place is asked for.
    const info =
      kind === 'kubernetes' || isolation === 'product' ? undefined : context.runtimeInfos.get(name);
    return {
      name,
      lostSinceMs: link?.state === 'connected' ? null : (link?.sinceMs ?? 0),
      asked: link === undefined || (link.state === 'connecting' && link.error === null),
      local: kind === 'local',
      maxMemoryBytes: maxMemoryBytes ?? info?.memoryBytes ?? null,
      maxCpuCores: info === undefined ? null : (info.cores * (maxCpuPercent ?? 100)) / 100,
      labels,
    };
  });
}

/**
 * @param worked  the runtime where it worked before there were several; null: it never did
 * @param moving  the one that it is on its way to
 */
export function placeOf(
  product: Product,
  places: ReadonlyMap<string, Placement>,
  worked: string | null,
  moving: string | null,
): ProductPlace {
  return {
    home: places.get(product.name)?.runtime ?? null,
    worked: places.has(product.name) ? null : worked,
    moving,
    pinned: product.runtime,
    needsLabels: product.needsLabels,
    portable: product.checkout === 'own' && product.repo !== null,
  };
}
