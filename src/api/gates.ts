// Routes of gates and notices. Which socket a request came by is decided by who listens, not by the request.
import type { Context, Hono } from 'hono';
import type { z } from 'zod';
import { FleetError } from '../common/errors.ts';
import type { gateRequestSchema } from '../contract/gates.ts';
import type { NoticeView } from '../contract/notices.ts';
import type { Fleet } from '../fleet/index.ts';
import type { NoticeRow } from '../journal/outbox/store.ts';
import type { Surface } from './server.ts';

/** Of one long poll. */
export const longestWaitMs = 30_000;

/** @param readGateRequest validates the body as the other routes do */
export function addGateRoutes(
  api: Hono,
  fleet: Fleet,
  surface: Surface,
  readGateRequest: (c: Context) => Promise<z.infer<typeof gateRequestSchema>>,
): void {
  const ok = (c: Context, data: unknown) => c.json({ ok: true, data });

  api.get('/gates', (c) => {
    const { product, all } = c.req.query();
    const name = product === undefined ? null : fleet.commands.requireProduct(product).name;
    return ok(c, fleet.gates.list(name, all === '1'));
  });
  api.get('/gates/:n', (c) => ok(c, fleet.gates.get(numberOf(c.req.param('n')))));
  api.post('/gates/:n', async (c) => {
    const { verdict, text, source } = await readGateRequest(c);
    return ok(c, fleet.gates.resolve(numberOf(c.req.param('n')), verdict, text, source, surface));
  });
  api.get('/notices', async (c) => {
    const after = Number(c.req.query('after') ?? 0) || 0;
    const wait = Math.min(longestWaitMs, Number(c.req.query('wait') ?? 0) || 0);
    const until = Date.now() + wait;
    for (;;) {
      const due = fleet.outbox.due(after);
      const left = until - Date.now();
      if (due.length > 0 || left <= 0 || c.req.raw.signal.aborted)
        return ok(
          c,
          due.map((row) => noticeView(fleet, row)),
        );
      await fleet.outbox.untilDue(left, c.req.raw.signal);
    }
  });
  api.post('/notices/:n/sent', (c) => {
    const n = numberOf(c.req.param('n'));
    fleet.outbox.sent([n]);
    return ok(c, { n });
  });
}

/** As sinks are given it. */
export function noticeView(fleet: Fleet, row: NoticeRow): NoticeView {
  return {
    n: row.n,
    at: new Date(row.atMs).toISOString(),
    kind: row.kind,
    severity: row.severity,
    product: row.product,
    objective: row.objective,
    gate: row.gate === null ? null : fleet.gates.get(row.gate),
    text: row.text,
    quote: row.quote,
    channels: row.channels,
    thread: row.thread,
  };
}

export function numberOf(text: string): number {
  const n = Number(text);
  if (Number.isSafeInteger(n) && n > 0) return n;
  throw new FleetError({
    code: 'REQUEST_INVALID',
    class: 'usage',
    message: `Expected a number, got "${text.slice(0, 40)}".`,
    mend: 'Use a number as fleetd gave it, such as `fleet gates` shows.',
  });
}
