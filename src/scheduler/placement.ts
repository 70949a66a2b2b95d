// On which runtime a product is, and whether it may start there now. With `runtimes:` only; else nothing here says a word.
import { exceeds, predict, takenBy } from './load.ts';
import type { Placing, ProductPlace, RuntimeState } from './runtime-state.ts';
import type { ByName, FleetState, Footprint, Limits, Numbers, ProductState } from './state.ts';

export interface Obstacle {
  rule: 'runtime-lost' | 'fits-nowhere' | 'being-placed';
  numbers: Numbers;
}

/** What is taken of a runtime: by live sessions, and by all products that have their place there. */
interface Room {
  runtime: RuntimeState;
  /** Σ max(measured, predicted) of its live sessions */
  live: Footprint;
  /** whose they are; replaced, never changed: waits share it */
  objectives: readonly string[];
  /** Σ predicted of its products: packing counts those that sleep, too, for they all wake one day */
  homeBytes: number;
}

const orInfinite = (limit: number | null): number => limit ?? Number.POSITIVE_INFINITY;

/** The runtimes of one decide(): what is placed and admitted in it counts for what follows. */
export class Runtimes {
  private readonly rooms: Map<string, Room>;
  private readonly placed = new Map<string, Placing>();
  private readonly nowhere = new Map<string, Obstacle>();
  readonly placings: Placing[] = [];

  constructor({ runtimes = [], sessions, products: listed, limits }: FleetState, products: ByName) {
    this.rooms = new Map(
      runtimes.map((runtime) => [
        runtime.name,
        { runtime, live: { cpuCores: 0, memoryBytes: 0 }, objectives: [], homeBytes: 0 },
      ]),
    );
    if (this.rooms.size === 0) return;
    for (const session of sessions) {
      const product = products.get(session.product);
      this.take(session.objective, product, takenBy(session, predict(product, limits)));
    }
    const homeless: ProductState[] = [];
    for (const product of listed) {
      const room = this.rooms.get(product.place?.home ?? '');
      if (room) room.homeBytes += predict(product, limits).memoryBytes;
      else if (product.place && product.place.home === null && product.managed !== false)
        homeless.push(product);
    }
    for (const product of homeless) this.placeOne(product, limits);
  }

  /** Counts a session in, where its product is. */
  take(objective: string, product: ProductState | undefined, taken: Footprint): void {
    const room = this.rooms.get(product?.place?.home ?? '');
    if (!room) return;
    room.objectives = [...room.objectives, objective];
    room.live.cpuCores += taken.cpuCores;
    room.live.memoryBytes += taken.memoryBytes;
  }

  /** There is more than the one that is never named. */
  get several(): boolean {
    return this.rooms.size > 0;
  }

  /** What no room that becomes free would change: it is out of reach, or it can never be there. null: nothing. */
  barred(product: ProductState | undefined, predicted: Footprint): Obstacle | null {
    if (this.rooms.size === 0 || !product?.place) return null;
    const { home, pinned, needsLabels } = product.place;
    if (home === null) {
      const placing = this.placed.get(product.name);
      if (placing) return { rule: 'being-placed', numbers: { runtime: placing.runtime } };
      return this.nowhere.get(product.name) ?? null;
    }
    if (product.place.moving)
      return { rule: 'being-placed', numbers: { runtime: product.place.moving, home } };
    const room = this.rooms.get(home);
    if (!room) return { rule: 'runtime-lost', numbers: { runtime: home, known: 0, sinceMs: null } };
    const { runtime } = room;
    if (pinned !== null && pinned !== home)
      return { rule: 'fits-nowhere', numbers: { home, reason: `products.yaml says runtime: ${pinned}` } };
    const missing = needsLabels.find((label) => !runtime.labels.includes(label));
    if (missing !== undefined)
      return { rule: 'fits-nowhere', numbers: { home, reason: `${home} has no label ${missing}` } };
    if (!fits(predicted, runtime))
      return {
        rule: 'fits-nowhere',
        numbers: { home, needed: predicted.memoryBytes, allowed: runtime.maxMemoryBytes },
      };
    if (runtime.lostSinceMs === null) return null;
    return { rule: 'runtime-lost', numbers: { runtime: home, known: 1, sinceMs: runtime.lostSinceMs } };
  }

  /** What its runtime lacks until a session there ends, and who they are; null: nothing. @param given  back to it */
  full(product: ProductState | undefined, predicted: Footprint, given: Footprint | null) {
    const room = this.rooms.get(product?.place?.home ?? '');
    if (!room) return null;
    const { name: runtime, maxMemoryBytes, maxCpuCores } = room.runtime;
    const lacking = (of: 'memory' | 'cpu', used: number, needed: number, max: number | null) =>
      max !== null && exceeds(used + needed, max)
        ? {
            rule: 'runtime-full' as const,
            numbers: { runtime, of, used, predicted: needed, max },
            behind: room.objectives,
          }
        : null;
    return (
      lacking(
        'memory',
        room.live.memoryBytes - (given?.memoryBytes ?? 0),
        predicted.memoryBytes,
        maxMemoryBytes,
      ) ??
      lacking(
        'cpu',
        room.live.cpuCores - (given?.cpuCores ?? 0),
        // CPU can be shared out: one that wants more than all of it runs slower within it.
        Math.min(predicted.cpuCores, orInfinite(maxCpuCores)),
        maxCpuCores,
      )
    );
  }

  private placeOne(product: ProductState, limits: Limits): void {
    const predicted = predict(product, limits);
    const rooms = [...this.rooms.values()];
    const allowed = rooms.filter(({ runtime }) => mayBe(product, runtime));
    const large = allowed.filter(({ runtime }) => fits(predicted, runtime));
    // The first that answers would be given all.
    const asked = large.filter(({ runtime }) => runtime.asked);
    if (asked.length > 0) {
      const until = asked.map(({ runtime }) => runtime.name).join(', ');
      this.nowhere.set(product.name, { rule: 'being-placed', numbers: { runtime: null, until } });
      return;
    }
    const near = large.filter(({ runtime }) => runtime.lostSinceMs === null);
    const best = bestFit(near, predicted);
    if (best === undefined) {
      this.nowhere.set(product.name, whyNowhere(product, predicted, { rooms, allowed, large }));
      return;
    }
    const { runtime, homeBytes } = best;
    const placing: Placing = {
      product: product.name,
      runtime: runtime.name,
      numbers: {
        predictedMemoryBytes: predicted.memoryBytes,
        bookedMemoryBytes: homeBytes,
        maxMemoryBytes: runtime.maxMemoryBytes,
        inReach: near.length,
        of: rooms.length,
        pinned: product.place?.pinned ?? null,
      },
    };
    best.homeBytes += predicted.memoryBytes;
    this.placed.set(product.name, placing);
    this.placings.push(placing);
  }
}

const noPlace: ProductPlace = { home: null, worked: null, pinned: null, needsLabels: [], portable: false };

function mayBe({ place = noPlace }: ProductState, { name, labels, local }: RuntimeState): boolean {
  // Its work is there, whatever products.yaml says by now: a move brings it elsewhere, and nothing else.
  if (place.worked !== null) return name === place.worked;
  const wanted = place.pinned === null || name === place.pinned;
  return wanted && place.needsLabels.every((label) => labels.includes(label)) && (place.portable || local);
}

/**
 * By memory: the one where least is left, so that what is large finds room too. Where all are booked out, the one that
 * is least so: not all products work at once. Ties by name.
 */
function bestFit(rooms: readonly Room[], predicted: Footprint): Room | undefined {
  const left = ({ runtime, homeBytes }: Room) =>
    orInfinite(runtime.maxMemoryBytes) - homeBytes - predicted.memoryBytes;
  const sorted = rooms.toSorted((a, b) => left(a) - left(b) || (a.runtime.name < b.runtime.name ? -1 : 1));
  return sorted.find((room) => left(room) >= 0) ?? sorted.at(-1);
}

function whyNowhere(
  product: ProductState,
  predicted: Footprint,
  { rooms, allowed, large }: { rooms: readonly Room[]; allowed: readonly Room[]; large: readonly Room[] },
): Obstacle {
  const [first] = large;
  if (first !== undefined)
    return {
      rule: 'runtime-lost',
      numbers: {
        runtime: large.map(({ runtime }) => runtime.name).join(', '),
        known: 1,
        sinceMs: first.runtime.lostSinceMs,
      },
    };
  const common = { home: null, of: allowed.length };
  if (allowed.length === 0)
    return { rule: 'fits-nowhere', numbers: { ...common, reason: whyNone(product, rooms) } };
  const most = Math.max(...allowed.map(({ runtime }) => runtime.maxMemoryBytes ?? 0));
  return { rule: 'fits-nowhere', numbers: { ...common, needed: predicted.memoryBytes, allowed: most } };
}

const fits = (predicted: Footprint, { maxMemoryBytes }: RuntimeState): boolean =>
  !exceeds(predicted.memoryBytes, orInfinite(maxMemoryBytes));

function whyNone({ place = noPlace }: ProductState, rooms: readonly Room[]): string {
  const { pinned, needsLabels, worked } = place;
  if (worked !== null) return `its work is on ${worked}, which products.yaml no longer has`;
  const labelled = rooms.filter(({ runtime }) =>
    needsLabels.every((label) => runtime.labels.includes(label)),
  );
  if (labelled.length === 0) return `no runtime has all of the labels ${needsLabels.join(', ')}`;
  if (pinned !== null && labelled.every(({ runtime }) => runtime.name !== pinned))
    return `there is no runtime ${pinned} with its labels`;
  return 'it has no `repo:` from which another machine could clone it';
}

/** Why a product may not be moved to this runtime, as a clause; null: it may. Room that others take there is no reason. */
export function whyNotThere(product: ProductState, runtime: RuntimeState, limits: Limits): string | null {
  const { pinned, needsLabels, portable } = product.place ?? noPlace;
  if (pinned !== null && pinned !== runtime.name) return `products.yaml pins it (runtime: ${pinned})`;
  const missing = needsLabels.find((label) => !runtime.labels.includes(label));
  if (missing !== undefined) return `${runtime.name} has no label ${missing}`;
  if (!portable && !runtime.local)
    return 'it has no `repo:` from which another machine could clone it, or works in place';
  const predicted = predict(product, limits);
  if (fits(predicted, runtime)) return null;
  return `it needs ${gib(predicted.memoryBytes)}, and ${runtime.name} gives ${gib(runtime.maxMemoryBytes ?? 0)}`;
}

const gib = (bytes: number) => `${(bytes / 1024 ** 3).toFixed(1)} GiB`;
