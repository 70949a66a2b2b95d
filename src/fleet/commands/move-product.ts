// `fleet move`: a product goes on on another runtime, with all that was made.
import { type ErrorCode, FleetError } from '../../common/errors.ts';
import type { ControlReply } from '../../contract/controls.ts';
import type { Source } from '../../contract/source.ts';
import { productStays } from '../../journal/product-facts.ts';
import { whyNotThere } from '../../scheduler/placement.ts';
import { letGoOf } from '../act/move-product.ts';
import { stopForPause } from '../act/pause.ts';
import { type Driver, type FleetContext, productNamed } from '../context.ts';
import { schedulerState } from '../decide/scheduler-state.ts';
import { humanOnly } from './human-only.ts';

/** Longer is not waited for: a move goes on by itself. */
const waitMs = 20_000;

/**
 * Its session is stopped as by a pause, and its objective goes on there. Named again with the runtime where it still is, a
 * move is called off.
 * @throws FleetError PRODUCT_UNKNOWN, RUNTIME_UNKNOWN, RUNTIME_UNREACHABLE, MOVE_REFUSED, MOVE_UNDERWAY, HUMAN_ONLY; within
 *         the time that is waited for also what kept it where it is, e.g. MOVE_UNCOMMITTED
 */
export const createMove =
  (loop: Driver, afterwards: () => void) =>
  async (name: string, to: string, salvage: boolean, source: Source): Promise<ControlReply> => {
    const { context } = loop;
    const { journal } = context;
    humanOnly(source, 'moves a product', `fleet move ${name} ${to}`);
    const product = productNamed(context, name);
    const said = (text: string, more: Partial<ControlReply> = {}): ControlReply => ({
      verb: 'move',
      changed: false,
      text,
      ...more,
    });
    const place = requirePlace(context, name, to);
    const under = journal.moves.of(name);
    const isThere = place.runtime === to;
    if (under !== null && isThere && place.epoch < under.epoch) {
      journal.record(productStays(under, null));
      afterwards();
      void letGoOf(context, name, under.to);
      return said(`${name} stays on ${to}; its move to ${under.to} is called off.`, { changed: true });
    }
    if (isThere) return said(`${name} is on ${to} already.`);
    if (under !== null)
      throw refused(
        name,
        'MOVE_UNDERWAY',
        `Expected no move of ${name} to be under way, got one to ${under.to}.`,
        place.epoch < under.epoch
          ? `Wait for it, or call it off: \`fleet move ${name} ${place.runtime}\`.`
          : `It is there; wait until ${under.from} is in reach, where its old folder is set aside.`,
      );
    requirePossible(context, name, to, place);

    const parked = stopForPause(journal, name, `It is being moved to ${to}.`);
    const live = journal.liveSession(name);
    journal.record(
      {
        kind: 'product.moving',
        product: name,
        text: `${name} is to be moved from ${place.runtime} to ${to}${salvage ? ', with what is not committed' : ''}.`,
        data: { from: place.runtime, to, epoch: place.epoch + 1, salvage, source },
      },
      ...parked,
    );
    const ended = outcome(context, name);
    loop.schedule();
    loop.drive(product.name);
    const settled = await ended;
    if (settled?.error) throw settled.error;
    if (settled) return said(settled.text, { changed: true });
    const first = live === null ? '' : ` ${live.objective} is stopped first, and goes on there.`;
    return said(
      `${name} is being moved to ${to}.${first} \`fleet events --product ${name}\` tells when it is there.`,
      { changed: true, pending: true },
    );
  };

function requirePlace({ registry, journal }: FleetContext, name: string, to: string) {
  const known = (registry.current().runtimes ?? []).map((one) => one.name);
  if (!known.includes(to))
    throw new FleetError({
      code: 'RUNTIME_UNKNOWN',
      message: `Expected a runtime of products.yaml (${known.join(', ') || 'it has none'}), got "${to}".`,
      mend: 'See them with `fleet runtimes`.',
    });
  const place = journal.placement(name);
  const runtime = place?.runtime ?? null;
  if (place !== null && runtime !== null && (place.made || runtime === to)) return { ...place, runtime };
  throw refused(
    name,
    'MOVE_REFUSED',
    runtime === null
      ? `Expected ${name} to have a place, got none yet: there is nothing to move.`
      : `Expected ${name} to be ready on ${runtime}, got a product that was never made there.`,
    `See why with \`fleet why ${name}\`; \`runtime: ${to}\` in products.yaml says where its first place is.`,
  );
}

function requirePossible(context: FleetContext, name: string, to: string, place: { runtime: string }): void {
  const { runtimes = [], products, limits } = schedulerState(context);
  const runtime = runtimes.find((one) => one.name === to);
  const state = products.find((one) => one.name === name);
  const why = runtime && state ? whyNotThere(state, runtime, limits) : 'nothing is known of it yet';
  if (why !== null)
    throw refused(
      name,
      'MOVE_REFUSED',
      `Expected ${name} to be able to be on ${to}, got a reason against it: ${why}.`,
      'Correct products.yaml, or name another runtime.',
    );
  const places = context.runtime.places();
  for (const needed of [place.runtime, to])
    if (places.find((one) => one.name === needed)?.link.state !== 'connected')
      throw refused(
        name,
        'RUNTIME_UNREACHABLE',
        `Expected ${needed} to answer, got a runtime that is out of reach: a move takes both.`,
        needed === to
          ? 'See `fleet runtimes`, and move it when both answer.'
          : `Wait for it; if that machine is gone for good: \`fleet runtimes forget ${needed}\`.`,
      );
}

const refused = (product: string, code: ErrorCode, message: string, mend: string) =>
  new FleetError({ code, product, message, mend });

/** How the move that was just journalled ends; null: not within the time that is waited for. */
function outcome({ journal, clock }: FleetContext, name: string) {
  return new Promise<{ text: string; error: FleetError | null } | null>((resolve) => {
    const finish = (found: { text: string; error: FleetError | null } | null) => {
      stop();
      cancel();
      resolve(found);
    };
    const stop = journal.onRecorded((events) => {
      for (const event of events) {
        if (event.product !== name) continue;
        if (event.kind === 'product.moved') finish({ text: event.text, error: null });
        if (event.kind === 'product.stays')
          finish({ text: event.text, error: event.data.error && new FleetError(event.data.error) });
      }
    });
    const cancel = clock.after(waitMs, () => finish(null));
  });
}
