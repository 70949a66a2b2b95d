// fleetd's end of a publisher: what a session made goes from the runtime, in parts, to the one place that may write into
// the human's repository. fleetd holds a part at a time and looks into none.
import { FleetError } from '../../common/errors.ts';
import type { ProductRef } from '../../contract/runtime/protocol.ts';
import type { Channel } from '../channel.ts';
import type { Runtime } from '../runtime.ts';
import { exchange } from './stream.ts';
import { maxBundleBytes, verdictSchema } from './wire.ts';

export interface Published {
  branch: string;
  head: string;
  /** commits that the source did not have; null: not known */
  commits: number | null;
  /** false: it was there already */
  written: boolean;
}

export interface Publisher {
  /**
   * @param product.source  the human's repository, as the publisher sees it
   * @returns null: nothing was made that the source does not have
   * @throws FleetError of the runtime, of acceptBranch(); PUBLISHER_UNREACHABLE, PUBLISH_TOO_LARGE
   */
  publish(
    runtime: Pick<Runtime, 'bundle' | 'bundlePart'>,
    product: ProductRef & { source: string },
    branch: string,
  ): Promise<Published | null>;
}

/** From the last byte until git has taken it. */
const answerMs = 180_000;

/** @throws FleetError PUBLISH_TOO_LARGE */
export function fitsOneBundle(product: ProductRef, branch: string, bytes: number): void {
  if (bytes <= maxBundleBytes) return;
  throw new FleetError({
    code: 'PUBLISH_TOO_LARGE',
    product: product.name,
    message: `Expected ${branch} to be at most ${maxBundleBytes} bytes, got ${bytes}.`,
    mend: `Fetch it by hand from the product's checkout in the runtime: \`git fetch ${product.root} ${branch}\`.`,
  });
}

export function publisherOver(channel: Pick<Channel, 'open' | 'description'>): Publisher {
  async function send(
    runtime: Pick<Runtime, 'bundlePart'>,
    product: ProductRef & { source: string },
    branch: string,
    { head, bytes }: { head: string; bytes: number },
  ): Promise<boolean> {
    fitsOneBundle(product, branch, bytes);
    const announcement = { product: product.name, source: product.source, branch, head, bytes };
    const bundle = { runtime, product, branch, bytes };
    const line = await exchange(channel, JSON.stringify(announcement), bundle, answerMs, unreachable);
    return verdictOf(line, product.name);
  }

  function unreachable(why: string): FleetError {
    return new FleetError({
      code: 'PUBLISHER_UNREACHABLE',
      message: `Expected an answer of the publisher (${channel.description}), got: ${why}.`,
      mend: 'In the bundle: `docker compose up -d publisher`, then see `docker compose logs publisher`.',
    });
  }

  return {
    async publish(runtime, product, branch) {
      for (const whole of [false, true]) {
        const made = await runtime.bundle(product, { branch, whole });
        if (made === null) return null;
        try {
          const written = await send(runtime, product, branch, made);
          return { branch, head: made.head, commits: made.commits, written };
        } catch (thrown) {
          if (whole || FleetError.wrap(thrown).code !== 'PUBLISH_BASE_MISSING') throw thrown;
        }
      }
      return null;
    },
  };
}

function verdictOf(line: string, product: string): boolean {
  const read = verdictSchema.safeParse(JSON.parse(line || 'null'));
  if (!read.success)
    throw new FleetError({
      code: 'PUBLISHER_UNREACHABLE',
      product,
      message: 'Expected the publisher to say what became of a branch, got something else.',
      mend: 'Check that fleetd and the publisher are of the same release.',
    });
  if ('error' in read.data) throw FleetError.from({ ...read.data.error, product });
  return read.data.written;
}
