// The stream of events: each is sent as it is recorded, for as long as somebody reads.
import type { Context } from 'hono';
import { type SSEStreamingApi, streamSSE } from 'hono/streaming';
import { FleetError } from '../common/errors.ts';
import type { AskedOf } from '../contract/routes.ts';
import type { Fleet } from '../fleet/index.ts';

const keepAliveMs = 15_000;
/** Each stream holds one batch while its reader is slow; an event may carry an objective of 256 KiB. */
const maxStreams = 32;
const eventsPerBatch = 20;
const charactersPerBatch = 65_536;

/** Throws TOO_MANY_STREAMS. */
export function eventStreams(fleet: Fleet) {
  let streams = 0;
  return (c: Context, { after, last, follow }: AskedOf<'events'>[0]): Response => {
    if (streams >= maxStreams) throw tooManyStreams();
    streams += 1;
    const known = fleet.lastSeq();
    const start = Number(
      c.req.header('last-event-id') ?? after ?? (last === undefined ? known : known - last),
    );
    const send = async (stream: SSEStreamingApi) => {
      let seq = Number.isSafeInteger(start) ? Math.max(0, start) : known;
      while (!stream.aborted) {
        const events = fleet.commands.eventsAfter(seq, eventsPerBatch, charactersPerBatch);
        for (const event of events) {
          await stream.writeSSE({ id: String(event.seq), event: event.kind, data: JSON.stringify(event) });
          seq = event.seq;
        }
        if (events.length > 0) continue;
        if (follow === 0) return;
        if (!(await fleet.nextEvent(keepAliveMs, stream))) await stream.write(': alive\n\n');
      }
    };
    return streamSSE(c, (stream) =>
      send(stream).finally(() => {
        streams -= 1;
      }),
    );
  };
}

function tooManyStreams(): FleetError {
  return new FleetError({
    code: 'TOO_MANY_STREAMS',
    message: `Expected at most ${maxStreams} event streams at once on this socket, got one more.`,
    mend: 'End a `fleet events --follow` or a dashboard that nobody looks at, then try again.',
  });
}
