// A way to a runtime as a network of some length has it: each byte takes a fixed time in each direction, in order, however
// many are on their way. In the program, so it needs no kernel that can delay packets.
import { PassThrough, type Readable, type Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ByteStream, Channel } from '../src/runtime/channel.ts';

/**
 * @param oneWayMs  asked for each chunk; may change while nothing is on its way. Opening takes one of them, the end is heard
 *   after another.
 */
export function farChannel(inner: Channel, oneWayMs: () => number): Channel {
  return {
    ...inner,
    async open(): Promise<ByteStream> {
      await sleep(oneWayMs());
      const stream = await inner.open();
      const [reader, writer] = [new PassThrough(), new PassThrough()];
      delay(stream.reader, reader, oneWayMs);
      delay(writer, stream.writer, oneWayMs);
      return {
        ...stream,
        reader,
        writer,
        closed: stream.closed.then(async (why) => {
          await sleep(oneWayMs());
          return why;
        }),
      };
    },
  };
}

function delay(from: Readable, to: Writable, ms: () => number): void {
  const later = (then: () => void) => {
    // Where there is no way, not even a turn of the event loop is to be paid for it.
    if (ms() === 0) then();
    // Timers of one length fire in the order in which they were set.
    else setTimeout(then, ms());
  };
  from.on('data', (chunk: Buffer) => later(() => to.write(chunk)));
  from.on('end', () => later(() => to.end()));
}
