// Routes of interventions: what monitors ask of the model in the gateway.
import type { Context, Hono } from 'hono';
import type { z } from 'zod';
import type { InterventionView, interventionEndSchema } from '../contract/interventions.ts';
import type { Fleet } from '../fleet/index.ts';
import { longestWaitMs, numberOf } from './gates.ts';

/** @param readEnd validates the body as the other routes do */
export function addInterventionRoutes(
  api: Hono,
  fleet: Fleet,
  readEnd: (c: Context) => Promise<z.infer<typeof interventionEndSchema>>,
): void {
  const ok = (c: Context, data: unknown) => c.json({ ok: true, data });

  api.get('/interventions', async (c) => {
    const wait = Math.min(longestWaitMs, Number(c.req.query('wait') ?? 0) || 0);
    const until = Date.now() + wait;
    for (;;) {
      const asked = fleet.monitor.asked();
      const left = until - Date.now();
      if (asked.length > 0 || left <= 0 || c.req.raw.signal.aborted)
        return ok(
          c,
          asked.map(
            ({ n, product, objective, why, askedAtMs }): InterventionView => ({
              n,
              product,
              objective,
              why,
              askedAt: new Date(askedAtMs).toISOString(),
            }),
          ),
        );
      // Woken by whatever is recorded, as a notice would be.
      await fleet.outbox.untilDue(left, c.req.raw.signal);
    }
  });
  api.post('/interventions/:n/begin', (c) => {
    const n = numberOf(c.req.param('n'));
    fleet.monitor.begin(n);
    return ok(c, { n });
  });
  api.post('/interventions/:n/end', async (c) => {
    const n = numberOf(c.req.param('n'));
    const { said, costUsd } = await readEnd(c);
    fleet.monitor.end(n, said, costUsd);
    return ok(c, { n });
  });
}
