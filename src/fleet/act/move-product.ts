// Moves under way. Each begins by stopping what runs; then its work is carried to the other runtime, and only when all of it is
// there the product gets its new place. Until then nothing is different where it was. Every step done twice is done once, so
// a fleetd that ended in the middle begins again from the first.
import { FleetError } from '../../common/errors.ts';
import { bundlePartBytes } from '../../contract/runtime/bundle.ts';
import { moveBranch, type Packed } from '../../contract/runtime/move.ts';
import type { NewEvent } from '../../journal/events.ts';
import type { MoveRow } from '../../journal/moves/store.ts';
import { productMade, productPlaced, productStays } from '../../journal/product-facts.ts';
import type { Product } from '../../registry/registry.ts';
import type { MovingSide } from '../../runtime/runtime.ts';
import { type FleetContext, missingProduct, productOf } from '../context.ts';
import { coordinatorAlive } from '../observe/reconcile.ts';
import { createRounds, type Rounds } from './rounds.ts';

/** @param afterwards  called when a product has another place, or stays: it is to be looked at, and may start */
export function moveRounds(context: FleetContext, afterwards: () => void): Rounds {
  const { journal, log, tuning } = context;
  const running = new Set<string>();

  async function go(row: MoveRow): Promise<void> {
    running.add(row.product);
    try {
      await moveOne(context, row, () => rounds.isOver(), afterwards);
    } catch (thrown) {
      const error = FleetError.wrap(thrown, row.product);
      log[error.class === 'internal' ? 'error' : 'info'](
        { product: row.product, err: error },
        'a move waits',
      );
    } finally {
      running.delete(row.product);
    }
  }

  /** A move may take minutes, and holds up no other. */
  async function round(): Promise<number | null> {
    const open = journal.moves.open();
    for (const row of open) if (!running.has(row.product)) void go(row);
    return open.length === 0 ? null : tuning.sweepLiveMs;
  }

  const rounds = createRounds(
    context,
    'a round of moves',
    new Set(['product.moving', 'session.ended', 'runtime.connected'] as const),
    round,
    () => {},
  );
  rounds.start();
  return rounds;
}

async function moveOne(
  context: FleetContext,
  row: MoveRow,
  isOver: () => boolean,
  afterwards: () => void,
): Promise<void> {
  const { journal, runtime, keepingArtifacts } = context;
  const { product: name, from, to, epoch } = row;
  /** Nobody called it off, and no runtime of it was forgotten. */
  const stands = () => {
    const now = isOver() ? null : journal.moves.of(name);
    return now !== null && now.sinceMs === row.sinceMs && now.to === to;
  };
  const isThere = () => {
    const place = journal.placement(name);
    return place?.runtime === to && place.epoch === epoch;
  };
  const nothingOf = async () => void (isOver() || (await letGoOf(context, name, to)));
  const product = productOf(context, name);
  const [source, target] = [runtime.by?.(from), runtime.by?.(to)];
  if (!isThere()) {
    // Its session ends as any other, and what its report names is kept first.
    if (journal.liveSession(name) !== null || keepingArtifacts.has(name)) return;
    if (!inReach(source) || !inReach(target)) return;
    try {
      if (product === null) throw missingProduct(name);
      if (coordinatorAlive(await context.observe(name))) throw byHand(name);
      const carried = await carry(product, row, source, target, stands);
      if (!stands()) return await nothingOf();
      journal.record(...placedAt(row, carried));
    } catch (thrown) {
      const error = FleetError.wrap(thrown, name);
      if (!stands()) return await nothingOf();
      // Out of reach, or held up: it is tried again, and can be called off.
      if (error.class === 'unavailable') throw error;
      journal.record(productStays(row, error));
      afterwards();
      return await nothingOf();
    }
    afterwards();
  }
  // Of a runtime that products.yaml no longer has nothing is set aside: the product works, and may be moved again.
  const gone = runtime.places().every((one) => one.name !== from);
  if (product !== null && !gone && !inReach(source)) return;
  const aside =
    product === null || gone || !source
      ? null
      : await source.move({ ...product, epoch }, { kind: 'aside', epoch });
  if (!gone && inReach(source)) await source.leave?.(name);
  if (!stands()) return;
  journal.record({
    kind: 'product.moved',
    product: name,
    text: `${name} is on ${to} now.${aside?.aside ? ` Its old folder on ${from} is ${aside.aside}: delete it when you like.` : ''}`,
    data: { from, to, epoch, aside: aside?.aside ?? null },
  });
}

/** Of a move that came to nothing: its product is not there, and nothing is held for it. What keeps that is logged. */
export async function letGoOf(
  { runtime, journal, log }: FleetContext,
  product: string,
  to: string,
): Promise<void> {
  // It is moved there again already.
  if (journal.placement(product)?.runtime === to || journal.moves.of(product)?.to === to) return;
  await runtime
    .by?.(to)
    ?.leave?.(product)
    .catch((error) => log.warn({ product, err: error }, 'a place that a move made is still there'));
}

const inReach = (side: MovingSide | null | undefined): side is MovingSide =>
  side?.link().state === 'connected';

interface Carried {
  packed: Packed;
  /** what lay in its place there, as it is named now */
  before: string | null;
}

/** Everything to the other side, where nothing knows of it yet. */
async function carry(
  product: Product,
  { epoch, salvage }: MoveRow,
  source: MovingSide,
  target: MovingSide,
  stands: () => boolean,
): Promise<Carried> {
  const old = { ...product, epoch: epoch - 1 };
  const next = { ...product, epoch };
  const pack = async (whole: boolean): Promise<Packed> => {
    const { packed } = await source.move(old, { kind: 'pack', epoch, salvage, whole });
    if (packed === undefined) throw noAnswer(product.name, 'what was packed');
    return packed;
  };
  const send = async ({ bytes }: Packed): Promise<void> => {
    for (let offset = 0; offset < bytes && stands(); ) {
      const part = await source.bundlePart(old, moveBranch(epoch), offset);
      if (part.length === 0 || part.length > bundlePartBytes) throw noAnswer(product.name, `byte ${offset}`);
      await target.move(next, { kind: 'part', epoch, offset, base64: part.toString('base64') });
      offset += part.length;
    }
  };
  // First, because this is what refuses it.
  let packed = await pack(false);
  const { aside = null } = await target.move(next, { kind: 'begin', epoch });
  await target.make(next, product);
  await send(packed);
  let { needsWhole } = await target.move(next, { kind: 'unpack', epoch, packed });
  if (needsWhole) {
    packed = await pack(true);
    await send(packed);
    ({ needsWhole } = await target.move(next, { kind: 'unpack', epoch, packed }));
    if (needsWhole) throw noAnswer(product.name, 'all of its history');
  }
  return { packed, before: aside };
}

function placedAt({ product, from, to, epoch }: MoveRow, { packed, before }: Carried): NewEvent[] {
  const branches = packed.refs.filter(({ name }) => name.startsWith('refs/heads/')).length;
  const done = [`moved from ${from} with ${branches === 1 ? '1 branch' : `${branches} branches`}`];
  if (packed.parked.length > 0) done.push(`what was on no branch is on ${packed.parked.join(', ')}`);
  if (before !== null) done.push(`what lay there before is ${before}`);
  return [
    productPlaced(product, { runtime: to, epoch, numbers: { movedFrom: from } }),
    productMade(product, done, null),
  ];
}

const byHand = (product: string) =>
  new FleetError({
    code: 'MOVE_REFUSED',
    product,
    message: `Expected nothing at work on ${product}, got a coordinator that was started by hand.`,
    mend: `End it (\`fleet stop ${product}\`), then move it.`,
  });

const noAnswer = (product: string, what: string) =>
  new FleetError({
    code: 'MOVE_FAILED',
    product,
    message: `Expected ${what} of ${product}, got nothing that fits.`,
    mend: 'Check that fleetd and the runtimes are of the same release, then move it again.',
  });
