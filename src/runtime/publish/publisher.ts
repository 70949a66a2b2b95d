// fleetd's end of a publisher: what a session made goes from the runtime, in parts, to the one place that may write into
// the human's repository. fleetd holds a part at a time and looks into none.
import type { Readable } from 'node:stream';
import { FleetError } from '../../common/errors.ts';
import type { ProductRef } from '../../contract/runtime/protocol.ts';
import type { ByteStream, Channel } from '../channel.ts';
import type { Runtime } from '../runtime.ts';
import { maxBundleBytes, maxLineBytes, verdictSchema } from './wire.ts';

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

export function publisherOver(channel: Pick<Channel, 'open' | 'description'>): Publisher {
  async function send(
    runtime: Pick<Runtime, 'bundlePart'>,
    product: ProductRef & { source: string },
    branch: string,
    { head, bytes }: { head: string; bytes: number },
  ): Promise<boolean> {
    if (bytes > maxBundleBytes)
      throw new FleetError({
        code: 'PUBLISH_TOO_LARGE',
        product: product.name,
        message: `Expected ${branch} to be at most ${maxBundleBytes} bytes, got ${bytes}.`,
        mend: `Fetch it by hand from the product's checkout in the runtime: \`git fetch ${product.root} ${branch}\`.`,
      });
    const stream = await channel.open();
    try {
      const answer = lineOf(stream);
      const announcement = { product: product.name, source: product.source, branch, head, bytes };
      await write(stream, Buffer.from(`${JSON.stringify(announcement)}\n`));
      for (let offset = 0; offset < bytes; ) {
        const part = await runtime.bundlePart(product, branch, offset);
        // The publisher counts too; this ends a runtime that never gets on.
        if (part.length === 0) break;
        offset += part.length;
        await write(stream, part);
      }
      return verdictOf(await answer, product.name);
    } finally {
      await stream.close();
    }
  }

  /** A reader that left is noticed by the answer that does not come. */
  async function write({ writer, closed }: ByteStream, bytes: Buffer): Promise<void> {
    writer.once('error', () => {});
    if (writer.write(bytes)) return;
    await Promise.race([new Promise<void>((resolve) => void writer.once('drain', resolve)), closed]);
  }

  function lineOf({ reader, closed }: ByteStream): Promise<string> {
    const line = firstLine(reader);
    const ended = closed.then((why) => Promise.reject(unreachable(why)));
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(unreachable(`no answer within ${answerMs / 1000} s`)), answerMs);
    const answer = Promise.race([line, ended, late]).finally(() => clearTimeout(timer));
    // Awaited only when all is written.
    answer.catch(() => {});
    ended.catch(() => {});
    return answer;
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

async function firstLine(reader: Readable): Promise<string> {
  let text = '';
  for await (const chunk of reader) {
    text += String(chunk);
    const end = text.indexOf('\n');
    if (end >= 0) return text.slice(0, end);
    if (text.length > maxLineBytes) break;
  }
  return '';
}
