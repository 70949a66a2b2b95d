// Runtimes come and go: each that comes is looked at by itself, and what others do goes on.
import type { RuntimeInfo } from '../../contract/runtime/protocol.ts';
import type { NewEvent } from '../../journal/events.ts';
import type { Product } from '../../registry/registry.ts';
import { onlyRuntime } from '../../runtime/runtime.ts';
import { type FleetContext, runtimeOf } from '../context.ts';

export function watchRuntimes(
  context: FleetContext,
  loop: {
    look(product: string, fresh: boolean): void;
    note(event: NewEvent): void;
    measure(): Promise<void>;
    /** a product is found on its runtime that was never made ready there */
    placed(product: Product): void;
    schedule(): void;
  },
) {
  const { registry, runtime, journal, log } = context;
  /** Undefined where products.yaml names none: all of the fleet is there. */
  const among = (name: string | undefined) => (registry.current().runtimes === null ? undefined : name);

  let watching: Promise<void> | null = null;
  let watchAgain = false;

  /** One at a time: of what comes meanwhile one more follows. Many products made ready at once are a few. */
  function watchAll(): void {
    watchAgain = watching !== null;
    watching ??= runtime
      .watch(registry.current().products)
      .catch((error) => log.warn({ err: error }, 'watching failed'))
      .finally(() => {
        watching = null;
        if (watchAgain) watchAll();
      });
  }

  /** @param at  the products of this runtime only */
  function lookAtAll(fresh: boolean | ((product: string) => boolean), at?: string): void {
    watchAll();
    for (const { name } of registry.current().products)
      if (at === undefined || runtimeOf(context, name) === at)
        loop.look(name, typeof fresh === 'boolean' ? fresh : fresh(name));
    void loop.measure();
  }

  /** A runtime was reached: its agent tells what changed while it was not, but for what time and deaths change in a session. */
  const lookAtArrived = (at?: string) => lookAtAll((name) => journal.liveSession(name) !== null, at);

  /** What was placed there and not made ready, as fleetd or the runtime ended meanwhile. */
  function makeThere(at: string): void {
    const places = journal.placements();
    for (const product of registry.current().products) {
      const place = places.get(product.name);
      if (place?.runtime === at && !place.made) loop.placed(product);
    }
  }

  function connected(info: RuntimeInfo, name?: string): void {
    const at = among(name);
    context.runtimeInfos.set(at ?? onlyRuntime, info);
    const simulated = info.ov.simulated ? ', simulated' : '';
    loop.note({
      kind: 'runtime.connected',
      text: `Connected to ${at ?? 'the runtime'} (ov ${info.ov.version ?? 'missing'}${simulated}).`,
      data: { ...(at && { runtime: at }), ovVersion: info.ov.version, simulated: info.ov.simulated },
    });
    if (at !== undefined) makeThere(at);
    lookAtArrived(at);
    // Products may be placed there now.
    if (at !== undefined) loop.schedule();
  }

  return {
    /** A product was made ready where it is, or could not be: nothing of the others is another. */
    madeReady(product: string): void {
      watchAll();
      // At a start of many nobody waits for the first look at each.
      loop.look(product, context.observations.has(product));
    },
    lookAtAll,
    lookAtArrived,
    /** @returns the ways to stop */
    subscribe: (): (() => void)[] => [
      runtime.on('changed', (product) => loop.look(product, false)),
      runtime.on('connected', connected),
      runtime.on('lost', (error, name) => {
        const at = among(name);
        loop.note({
          kind: 'runtime.lost',
          text: `${at === undefined ? '' : `${at}: `}${error.message} ${error.mend}`,
          data: { ...(at && { runtime: at }), error },
        });
        loop.schedule();
      }),
    ],
  };
}
