// The event stream of fleetd (server-sent events), taken up again after the last event seen.
import { setTimeout as pause } from 'node:timers/promises';
import { FleetError } from '../common/errors.ts';
import type { eventSchema, FleetEvent } from '../contract/events.ts';
import { query } from './transport.ts';

export interface EventsOptions {
  /** Everything after this seq. */
  after?: number;
  /** Without `after`: start with the last n known events. Default 0: what happens from now on. */
  last?: number;
  /** false: end when what is known has been sent. Default true. */
  follow?: boolean;
  signal?: AbortSignal;
  /** Told of each broken connection before it is tried again; the error is a FleetError. */
  onLost?: (error: FleetError) => void;
}

/** Opens the stream; rejects with a FleetError. */
type OpenStream = (
  path: string,
  headers: Record<string, string>,
  signal: AbortSignal,
) => Promise<AsyncIterable<Buffer>>;

/** The server says something every 15 s: three silent intervals are a dead connection. */
const silenceMs = 45_000;
const firstPauseMs = 250;
const longestPauseMs = 5_000;
const maxEventChars = 4 * 1024 * 1024;

export async function* followEvents(options: EventsOptions, open: OpenStream): AsyncGenerator<FleetEvent> {
  const { follow = true, signal } = options;
  let after = options.after;
  let connected = false;
  const { eventSchema: schema } = await import('../contract/events.ts');
  let pauseMs = firstPauseMs;
  while (!signal?.aborted) {
    const silence = new AbortController();
    const ends = signal ? AbortSignal.any([signal, silence.signal]) : silence.signal;
    const timer = setTimeout(() => silence.abort(), silenceMs);
    try {
      const from = after !== undefined ? { after } : { last: options.last };
      const headers: Record<string, string> = { accept: 'text/event-stream' };
      if (after !== undefined) headers['last-event-id'] = String(after);
      const stream = await open(
        `/events${query({ ...from, follow: follow ? undefined : 0 })}`,
        headers,
        ends,
      );
      connected = true;
      for await (const data of sseData(stream, () => timer.refresh())) {
        const event = readEvent(data, schema);
        // a server that replays too much must not make anyone act twice
        if (after !== undefined && event.seq <= after) continue;
        after = event.seq;
        pauseMs = firstPauseMs;
        yield event;
      }
      if (!follow) return;
      throw lost('the stream ended');
    } catch (error) {
      if (signal?.aborted) return;
      const known = error instanceof FleetError ? error : lost(String(error));
      if (!connected || !follow || known.class !== 'unavailable') throw known;
      options.onLost?.(known);
    } finally {
      clearTimeout(timer);
      silence.abort();
    }
    await pause(pauseMs, undefined, { signal }).catch(() => {});
    pauseMs = Math.min(pauseMs * 2, longestPauseMs);
  }
}

/** The `data` of each event of an SSE stream. A stream that breaks off in mid-event loses that event only. */
async function* sseData(stream: AsyncIterable<Buffer>, onBytes: () => void): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  let data: string[] = [];
  for await (const chunk of stream) {
    onBytes();
    rest += decoder.decode(chunk, { stream: true });
    const lines = rest.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line.startsWith('data:')) data.push(line.slice(line[5] === ' ' ? 6 : 5));
      else if (line === '' && data.length > 0) {
        yield data.join('\n');
        data = [];
      }
    }
    if (rest.length > maxEventChars) throw badEvent('an event without end');
  }
}

function readEvent(data: string, schema: typeof eventSchema): FleetEvent {
  try {
    return schema.parse(JSON.parse(data));
  } catch {
    throw badEvent(JSON.stringify(data.slice(0, 80)));
  }
}

const badEvent = (got: string) =>
  new FleetError({
    code: 'FLEETD_REPLY_INVALID',
    message: `Expected an event of fleetd, got ${got}.`,
    mend: 'Check that fleetd is of the same version as this client: restart it after an upgrade.',
  });

const lost = (reason: string) =>
  new FleetError({
    code: 'FLEETD_LOST',
    message: `Expected events from fleetd, but the connection broke (${reason}).`,
    mend: 'It is taken up again by itself; if this repeats, read the log of fleetd.',
  });
