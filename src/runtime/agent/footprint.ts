// footprint: what each product's processes use now, and the container as a whole.
import type { FootprintReport } from '../../contract/runtime/measurements.ts';
import { attribute, type ProductRoot } from './attribution.ts';
import { cpuSecondsUsed, memoryUsed } from './cgroup.ts';
import { CpuMeter } from './cpu-meter.ts';
import { backToTheirFolder } from './moved.ts';
import { memoryOf, type ProcessEntry, programOf, readProcesses, ticksNow } from './processes.ts';

export interface FootprintMeter {
  measure(products: ProductRoot[]): Promise<FootprintReport>;
}

/** @param ours processes that this one runs for a product: they and what they start count for it */
export function createFootprintMeter(ours: () => ReadonlySet<number> = () => new Set()): FootprintMeter {
  const meters = new Map<string, CpuMeter>();
  let container: { atMs: number; cpuSeconds: number } | null = null;

  function measureContainer(): FootprintReport['container'] {
    const [memoryBytes, cpuSeconds] = [memoryUsed(), cpuSecondsUsed()];
    const atMs = performance.now();
    const last = container;
    container = cpuSeconds === null ? null : { atMs, cpuSeconds };
    const cpuCores =
      last === null || cpuSeconds === null
        ? null
        : Math.max(0, cpuSeconds - last.cpuSeconds) / Math.max(0.001, (atMs - last.atMs) / 1000);
    return { memoryBytes, cpuCores };
  }

  async function measureProduct(name: string, root: string, entries: ProcessEntry[], atTicks: number) {
    const key = `${name}\0${root}`;
    const meter = meters.get(key) ?? new CpuMeter();
    meters.set(key, meter);
    const processes = await Promise.all(
      entries.map(async (entry) => ({
        pid: entry.pid,
        startTicks: entry.startTicks,
        command: await programOf(entry),
        pssBytes: await memoryOf(entry.pid),
      })),
    );
    return {
      product: name,
      processes,
      memoryBytes: processes.reduce((sum, { pssBytes }) => sum + pssBytes, 0),
      cpuCores: meter.measure(entries, atTicks),
    };
  }

  return {
    async measure(products) {
      const wanted = new Set(products.map(({ product, root }) => `${product}\0${root}`));
      for (const key of meters.keys()) if (!wanted.has(key)) meters.delete(key);

      const all = await readProcesses();
      if (all === null) {
        const unknown = { processes: [], memoryBytes: null, cpuCores: null };
        return {
          products: products.map(({ product }) => ({ product, ...unknown })),
          container: { memoryBytes: null, cpuCores: null },
        };
      }
      const atTicks = await ticksNow();
      const entries = await backToTheirFolder(
        all,
        products.map(({ root }) => root),
      );
      const owned = attribute(entries, products, process.pid, ours());
      return {
        products: await Promise.all(
          products.map(({ product, root }) =>
            measureProduct(product, root, owned.get(product) ?? [], atTicks),
          ),
        ),
        container: measureContainer(),
      };
    },
  };
}
