// The runtimes as they are shown; none where products.yaml names none.
import type { RuntimeView } from '../../contract/runtimes.ts';
import type { FleetContext } from '../context.ts';
import { runtimesOf } from '../decide/runtimes.ts';

export function runtimeViews(context: FleetContext): RuntimeView[] {
  const { registry, runtime, journal, footprints, containers, clock } = context;
  const { runtimes } = registry.current();
  if (runtimes === null) return [];
  const states = new Map(runtimesOf(context).map((state) => [state.name, state]));
  const links = new Map(runtime.places().map(({ name, link }) => [name, link]));
  const places = [...journal.placements()];
  const live = new Set(journal.liveSessions().map(({ product }) => product));
  return runtimes.map(({ name, kind, labels }) => {
    const link = links.get(name) ?? { state: 'connecting' as const, sinceMs: clock.nowMs(), error: null };
    const info = link.state === 'connected' ? link.info : null;
    const products = places.filter(([, place]) => place.runtime === name).map(([product]) => product);
    const measured = products.flatMap((product) => footprints.get(product) ?? []);
    const sum = (pick: (one: (typeof measured)[number]) => number | null) =>
      measured.length === 0 ? null : measured.reduce((all, one) => all + (pick(one) ?? 0), 0);
    return {
      name,
      kind,
      state: link.state,
      since: new Date(link.sinceMs).toISOString(),
      error: link.state === 'connected' ? link.info.ov.error : link.error,
      ovVersion: info?.ov.version ?? null,
      simulated: info?.ov.simulated ?? false,
      labels: [...labels],
      products,
      live: products.filter((product) => live.has(product)),
      memoryBytes: sum(({ memoryBytes }) => memoryBytes),
      cpuCores: sum(({ cpuCores }) => cpuCores),
      maxMemoryBytes: states.get(name)?.maxMemoryBytes ?? null,
      maxCpuCores: states.get(name)?.maxCpuCores ?? null,
      container: containers.get(name) ?? null,
    };
  });
}
