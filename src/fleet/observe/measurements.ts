// Measurements as they come in: CPU averaged over a minute for the scheduler, peaks for the history.
import { bytes, cores } from '../../common/units.ts';
import type { FootprintReport } from '../../contract/runtime/measurements.ts';
import type { NewEvent } from '../../journal/events.ts';
import type { FleetContext } from '../context.ts';

/** CPU is judged on a 60 s average. */
const averageMs = 60_000;
/** A peak is journalled when it is clearly above the last: a whole session costs some twenty rows. */
const clearly = (now: number, before: number, least: number): boolean =>
  now - before > Math.max(least, before * 0.1);
const leastBytes = 16 * 1_048_576;
const leastCores = 0.05;

interface Sample {
  atMs: number;
  /** how long before it was averaged over */
  spanMs: number;
  cpuCores: number;
}

/** @returns takes in one report of a runtime, of all that is live there: `context.footprints` is then what is known, and new peaks are in the journal */
export function createMeasurements(
  context: Pick<FleetContext, 'footprints' | 'containers' | 'journal' | 'clock'>,
): (report: FootprintReport, runtime: string) => void {
  const { footprints, journal, clock } = context;
  const samples = new Map<string, { session: number | null; taken: Sample[] }>();

  function averaged(product: string, session: number | null, cpuCores: number | null): number | null {
    const atMs = clock.nowMs();
    const known = samples.get(product);
    const before = known !== undefined && known.session === session ? known.taken : [];
    // What the first one covers is not known: it counts until there is a second.
    const last = before.at(-1)?.atMs ?? atMs;
    const taken = before.filter((sample) => sample.atMs > atMs - averageMs);
    if (cpuCores !== null) taken.push({ atMs, spanMs: Math.max(1, atMs - last), cpuCores });
    samples.set(product, { session, taken });
    const span = taken.reduce((sum, sample) => sum + sample.spanMs, 0);
    return span === 0 ? null : taken.reduce((sum, s) => sum + s.cpuCores * s.spanMs, 0) / span;
  }

  return (report, runtime) => {
    const live = new Set(journal.liveSessions().map(({ product }) => product));
    for (const product of footprints.keys()) if (!live.has(product)) footprints.delete(product);
    context.containers.set(runtime, report.container);
    const events: NewEvent[] = [];
    for (const entry of report.products) {
      const session = journal.liveSession(entry.product);
      const cpuCores = averaged(entry.product, session?.id ?? null, entry.cpuCores);
      footprints.set(entry.product, { ...entry, cpuCores });
      if (session === null || entry.memoryBytes === null) continue;
      const before = { memory: session.peakMemoryBytes ?? 0, cpu: session.peakCpuCores ?? 0 };
      const now = { memory: entry.memoryBytes, cpu: cpuCores ?? 0 };
      const more = clearly(now.memory, before.memory, leastBytes) || clearly(now.cpu, before.cpu, leastCores);
      if (!more) continue;
      events.push({
        kind: 'session.measured',
        product: entry.product,
        objective: session.objective,
        text: `${session.objective} on ${entry.product} uses more than before: ${bytes(now.memory)}, ${cores(now.cpu)}.`,
        data: {
          session: session.id,
          peakMemoryBytes: Math.max(before.memory, now.memory),
          peakCpuCores: Math.max(before.cpu, now.cpu),
        },
      });
    }
    for (const product of samples.keys()) if (!footprints.has(product)) samples.delete(product);
    if (events.length > 0) journal.record(...events);
  };
}
