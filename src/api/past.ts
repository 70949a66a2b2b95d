// Routes of what was: for the dashboard, so on the operator's socket only.
import type { Context, Hono } from 'hono';
import type { FleetEvent } from '../contract/events.ts';
import type { Thread } from '../contract/mail.ts';
import type { Timeline, Usage } from '../contract/reports.ts';
import type { Fleet } from '../fleet/index.ts';

const hourMs = 3_600_000;
const mostHours = 168;
const mostPoints = 2_000;
const mostEvents = 1_000;

export function addPastRoutes(api: Hono, fleet: Fleet): void {
  const ok = <T>(c: Context, data: T) => c.json({ ok: true, data });
  const hours = (c: Context) => within(c.req.query('hours'), 24, mostHours);

  api.get('/products/:name/threads', (c) => ok<Thread[]>(c, fleet.past.threads(c.req.param('name'))));
  api.get('/products/:name/events', (c) =>
    ok<FleetEvent[]>(c, fleet.past.events(c.req.param('name'), within(c.req.query('limit'), 50, mostEvents))),
  );
  api.get('/timeline', (c) =>
    ok<Timeline>(c, fleet.past.timeline(hours(c) * hourMs, c.req.query('product') ?? null)),
  );
  api.get('/usage', (c) =>
    ok<Usage>(c, fleet.past.usage(hours(c) * hourMs, within(c.req.query('points'), 240, mostPoints))),
  );
}

/** A number above 0 and up to `most`; what is none of this is `otherwise`. */
function within(given: string | undefined, otherwise: number, most: number): number {
  const number = Number(given ?? otherwise);
  return number > 0 && number <= most ? number : otherwise;
}
