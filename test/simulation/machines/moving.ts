// The steps of a move, on the disk of a simulated machine: what a product's coordinators have made is its commits, and what
// they have begun is not committed. A part of a bundle is small here, so that a move is many calls.
import type { MoveReply, MoveStep, Packed } from '../../../src/contract/runtime/move.ts';
import type { Site, World } from '../world.ts';
import type { Machine } from './machine.ts';

interface Bundle {
  work: string[];
  parked: string[];
  whole: boolean;
}

const partBytes = 40;
const packs = new WeakMap<Site, Buffer>();
/** by machine and product: for which move its place was cleared, and what of its bundle has come */
const arrivals = new WeakMap<Machine, Map<string, { epoch: number; bytes: Buffer }>>();

export const bundlePart = (site: Site, offset: number): Buffer =>
  (packs.get(site) ?? Buffer.alloc(0)).subarray(offset, offset + partBytes);

/** @throws FleetError PRODUCT_NOT_FOUND, MOVE_UNCOMMITTED, MOVE_FAILED */
export function move(world: World, machine: Machine, product: string, step: MoveStep): MoveReply {
  const site = machine.sites.get(product);
  const known = arrivals.get(machine) ?? new Map<string, { epoch: number; bytes: Buffer }>();
  arrivals.set(machine, known);
  const failed = (what: string) => world.fault('MOVE_FAILED', 'runtime', what);
  const setAside = (name: string): string | null => {
    machine.sites.delete(product);
    world.placeAgain(product);
    return site === undefined ? null : name;
  };
  switch (step.kind) {
    case 'begin': {
      if (known.get(product)?.epoch === step.epoch) return { aside: null };
      known.set(product, { epoch: step.epoch, bytes: Buffer.alloc(0) });
      return { aside: setAside(`/workspace/${product}.before-${step.epoch}`) };
    }
    case 'aside':
      return { aside: setAside(`/workspace/${product}.moved-${step.epoch}`) };
    case 'part': {
      const arrival = known.get(product);
      const bytes = Buffer.from(step.base64, 'base64');
      if (arrival === undefined || arrival.bytes.length < step.offset) throw failed('a part is missing');
      const before = step.offset === 0 ? Buffer.alloc(0) : arrival.bytes.subarray(0, step.offset);
      arrival.bytes = Buffer.concat([before, bytes]);
      return {};
    }
  }
  if (site === undefined) throw world.fault('PRODUCT_NOT_FOUND', 'refused', product);
  if (step.kind === 'pack') return { packed: pack(world, site, step) };
  const arrival = known.get(product);
  if (arrival === undefined || arrival.bytes.length !== step.packed.bytes)
    throw failed('the bundle is cut short');
  const bundle: Bundle = JSON.parse(arrival.bytes.toString());
  // The clone that was made has not all that the bundle builds on.
  if (!bundle.whole && world.random.chance(0.6)) return { needsWhole: true };
  for (const one of [...bundle.work, ...bundle.parked]) site.work.add(one);
  return { needsWhole: false };
}

function pack(world: World, site: Site, { salvage, whole }: { salvage: boolean; whole: boolean }): Packed {
  if (site.open.size > 0 && !salvage) throw world.fault('MOVE_UNCOMMITTED', 'refused', site.name);
  const parked = [...site.open];
  const bundle: Bundle = { work: [...site.work], parked, whole };
  const bytes = Buffer.from(JSON.stringify(bundle));
  packs.set(site, bytes);
  return {
    refs: [],
    head: { branch: 'main', commit: '0'.repeat(40) },
    branch: 'main',
    follows: null,
    bytes: bytes.length,
    parked: parked.map((one) => `parked/${one}`),
  };
}
