// Routes of planned and recurring work. Listed in contract.ts.
import type { Context, Hono } from 'hono';
import type { z } from 'zod';
import type { Fleet } from '../fleet/index.ts';
import { controlRequestSchema } from './contract.ts';
import { everyRequestSchema } from './work.ts';

/** @param body validates the request's as the other routes do */
export function addWorkRoutes(
  api: Hono,
  fleet: Fleet,
  body: <T>(c: Context, schema: z.ZodType<T>) => Promise<T>,
): void {
  const ok = (c: Context, data: unknown) => c.json({ ok: true, data });

  api.get('/recurring', (c) => ok(c, fleet.recurring.list()));
  api.post('/recurring', async (c) => ok(c, fleet.recurring.every(await body(c, everyRequestSchema))));
  for (const verb of ['pause', 'resume', 'delete'] as const)
    api.post(`/recurring/:name/${verb}`, async (c) => {
      const { source } = await body(c, controlRequestSchema);
      return ok(c, fleet.recurring[verb](c.req.param('name'), source));
    });
}
