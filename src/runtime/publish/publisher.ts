// fleetd's end of a publisher: what a session made goes from the runtime, in parts, to the one place that may write into
// the human's repository. fleetd holds a part at a time and looks into none.
import { FleetError } from '../../common/errors.ts';
import type { ProductRef } from '../../contract/runtime/protocol.ts';
import type { Channel } from '../channel.ts';
import type { Runtime } from '../runtime.ts';
import { sendBranch } from './send-branch.ts';
import { exchange } from './stream.ts';
import { verdictSchema } from './wire.ts';

export interface Published {
  branch: string;
  head: string;
  /** commits that the source did not have; null: not known */
  commits: number | null;
  /** files of git-lfs that came as pointers only: their contents stay in the checkout */
  contentsLeft: number;
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

export function publisherOver(channel: Pick<Channel, 'open' | 'description'>): Publisher {
  function unreachable(why: string): FleetError {
    return new FleetError({
      code: 'PUBLISHER_UNREACHABLE',
      message: `Expected an answer of the publisher (${channel.description}), got: ${why}.`,
      mend: 'In the bundle: `docker compose up -d publisher`, then see `docker compose logs publisher`.',
    });
  }

  return {
    async publish(runtime, product, branch) {
      return await sendBranch(runtime, product, branch, async ({ head, bytes, ...made }, bundle) => {
        const announcement = { product: product.name, source: product.source, branch, head, bytes };
        const line = await exchange(channel, JSON.stringify(announcement), bundle, answerMs, unreachable);
        return { branch, head, ...made, written: verdictOf(line, product.name) };
      });
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
