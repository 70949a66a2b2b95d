// What may be written over the gateway's socket in a day. Everything asked there ends in the journal, and what
// starts and cancels in turn never fills a queue: without this a gateway that was taken over fills the disk.
import type { Context } from 'hono';
import type { Clock } from '../common/clock.ts';
import { FleetError } from '../common/errors.ts';
import type { Route } from '../contract/route.ts';

const mib = 1024 ** 2;
/** At once, and again in each day: bytes of requests, each counted with what the journal writes around it. */
const dailyBytes = 128 * mib;
const dayMs = 86_400_000;
/** An event or two, a notice, the decisions that follow. */
const bytesAround = 8 * 1024;

/** Refuses with GATEWAY_QUOTA. What was refused is not counted: the quota comes back while the attack goes on. */
export function gatewayQuota(clock: Clock) {
  let left = dailyBytes;
  let atMs = clock.nowMs();
  return async (c: Context, { method, free }: Route): Promise<void> => {
    if (method === 'GET' || free) return;
    const bytes = bytesAround + Buffer.byteLength(await c.req.text());
    const nowMs = clock.nowMs();
    // A clock that was set back gives nothing.
    left = Math.min(dailyBytes, left + (Math.max(0, nowMs - atMs) / dayMs) * dailyBytes);
    atMs = nowMs;
    if (bytes > left)
      throw new FleetError({
        code: 'GATEWAY_QUOTA',
        message: `Expected at most ${dailyBytes / mib} MiB of requests from chat in a day, got more.`,
        mend: `Wait: ${Math.round(dailyBytes / mib / 24)} MiB come back in an hour. In a terminal of the machine that runs the fleet there is no such limit. If nobody asked for this much, look into the gateway: docs/security.md.`,
      });
    left -= bytes;
  };
}
