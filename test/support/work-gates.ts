// Fleets whose work waits for a human's word: a review of what was made, and failed checks of its pull request. For whatever
// way the word comes by.
import { tuning } from '../../src/fleet/index.ts';
import type { Registry } from '../../src/registry/registry.ts';
import type { Deliverer } from '../../src/runtime/deliver/deliverer.ts';
import { product, registry, type testFleet } from './fleet.ts';
import { aspects, check, deliver, forge, remark } from './watched-forge.ts';

type World = Pick<ReturnType<typeof testFleet>, 'clock' | 'fake' | 'fleet' | 'start'>;

export interface WaitingWork {
  registry: Registry;
  deliverer: Deliverer;
  /** branches that were brought out, in order */
  delivered(): string[];
  /** Brings a fleet to where gate 1 about obj-1 is open. */
  until(world: World): Promise<void>;
}

async function done(world: World): Promise<void> {
  await world.clock.settle();
  world.start('shop', 'Make the button green');
  await world.clock.advance(1_000);
  world.fake.mailFrom('shop', { subject: 'Run complete: [obj-1]', body: 'It is green.' });
  world.fake.changed('shop');
  await world.clock.advance(30_000);
}

/** Done work of a product with `review: required`. */
export function workToReview(): WaitingWork {
  const { deliverer, delivered } = forge();
  return {
    registry: registry([product('shop', { deliver, review: 'required' })]),
    deliverer,
    delivered: () => delivered.map(({ branch }) => branch),
    until: done,
  };
}

/** A pull request whose checks have failed, of a product with `on_failed_checks: ask`. */
export function workWithFailedChecks(): WaitingWork {
  const { deliverer, delivered, shows } = forge();
  return {
    registry: registry([
      product('shop', { deliver: { ...deliver, onFailedChecks: { does: 'ask', most: 2 } } }),
    ]),
    deliverer,
    delivered: () => delivered.map(({ branch }) => branch),
    async until(world) {
      await done(world);
      shows.reviews = { remarks: [remark('comment-1', 'Off by one.')] };
      shows.runs = { checks: [check('lint', 'failed'), check('test', 'passed')] };
      await world.clock.advance(tuning.watchMs * aspects.length * 4);
    },
  };
}
