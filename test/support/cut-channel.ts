// A way to a runtime that can be cut as a network is: nothing arrives any more, and nothing says so.
import { PassThrough } from 'node:stream';
import { FleetError } from '../../src/common/errors.ts';
import type { ByteStream, Channel } from '../../src/runtime/channel.ts';

export interface CutChannel extends Channel {
  cut(): void;
  heal(): void;
}

/** @param inner  the way while it is whole */
export function cutChannel(inner: Channel): CutChannel {
  let isCut = false;
  const open = new Set<ByteStream>();
  return {
    ...inner,
    async open() {
      if (isCut)
        throw new FleetError({
          code: 'RUNTIME_UNREACHABLE',
          message: 'Expected to reach the machine, got no route to host.',
          mend: 'Look at its network.',
        });
      const stream = await inner.open();
      open.add(stream);
      void stream.closed.then(() => open.delete(stream));
      // What was sent when the way is cut is gone, in both directions.
      const reader = new PassThrough();
      stream.reader.on('data', (chunk: Buffer) => void (isCut || reader.write(chunk)));
      stream.reader.on('end', () => reader.end());
      const writer = new PassThrough();
      writer.on('data', (chunk: Buffer) => void (isCut || stream.writer.write(chunk)));
      writer.on('end', () => stream.writer.end());
      return { ...stream, reader, writer };
    },
    cut() {
      isCut = true;
    },
    heal() {
      isCut = false;
    },
  };
}
