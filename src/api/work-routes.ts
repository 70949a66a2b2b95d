// Routes of planned and recurring work.
import type { Context, Hono } from 'hono';
import type { z } from 'zod';
import { applyRequestSchema, deleteRequestSchema, draftRequestSchema } from '../contract/blueprints.ts';
import { controlRequestSchema } from '../contract/controls.ts';
import { decisionRequestSchema, lessonRequestSchema, proposalRequestSchema } from '../contract/lessons.ts';
import { everyRequestSchema } from '../contract/recurring.ts';
import type { Fleet } from '../fleet/index.ts';

/** @param body validates the request's as the other routes do */
export function addWorkRoutes(
  api: Hono,
  fleet: Fleet,
  body: <T>(c: Context, schema: z.ZodType<T>) => Promise<T>,
): void {
  const ok = (c: Context, data: unknown) => c.json({ ok: true, data });

  api.get('/report', (c) => ok(c, fleet.report(c.req.query('since') ?? 'yesterday')));
  api.get('/blueprints', (c) => ok(c, fleet.blueprints.list()));
  api.get('/blueprints/:name', (c) => ok(c, fleet.blueprints.get(c.req.param('name'))));
  api.post('/blueprints/draft', async (c) =>
    ok(c, fleet.blueprints.draft(await body(c, draftRequestSchema))),
  );
  api.post('/blueprints/diff', async (c) => ok(c, fleet.blueprints.diff(await body(c, applyRequestSchema))));
  api.post('/blueprints/apply', async (c) =>
    ok(c, fleet.blueprints.apply(await body(c, applyRequestSchema))),
  );
  api.post('/blueprints/:name/delete', async (c) => {
    const { stop, source } = await body(c, deleteRequestSchema);
    return ok(c, fleet.blueprints.delete(c.req.param('name'), stop, source));
  });
  api.post('/blueprints/:name/retry', async (c) => {
    const { source } = await body(c, controlRequestSchema);
    return ok(c, fleet.blueprints.retry(c.req.param('name'), source));
  });

  api.get('/lessons', (c) => ok(c, fleet.lessons.list(c.req.query('product') ?? null)));
  api.post('/products/:name/lessons', async (c) =>
    ok(c, fleet.lessons.keep(c.req.param('name'), await body(c, lessonRequestSchema))),
  );
  api.post('/lessons/:n/delete', async (c) => {
    const { source } = await body(c, controlRequestSchema);
    return ok(c, fleet.lessons.delete(Number(c.req.param('n')) || 0, source));
  });
  api.get('/proposals', (c) => ok(c, fleet.lessons.proposals()));
  api.post('/proposals', async (c) => ok(c, fleet.lessons.propose(await body(c, proposalRequestSchema))));
  api.post('/proposals/:n', async (c) => {
    const { verdict, source } = await body(c, decisionRequestSchema);
    return ok(c, fleet.lessons.decide(Number(c.req.param('n')) || 0, verdict, source));
  });

  api.get('/recurring', (c) => ok(c, fleet.recurring.list()));
  api.post('/recurring', async (c) => ok(c, fleet.recurring.every(await body(c, everyRequestSchema))));
  for (const verb of ['pause', 'resume', 'delete'] as const)
    api.post(`/recurring/:name/${verb}`, async (c) => {
      const { source } = await body(c, controlRequestSchema);
      return ok(c, fleet.recurring[verb](c.req.param('name'), source));
    });
}
