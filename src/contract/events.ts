// What was recorded, as it is streamed.
import { z } from 'zod';
import { numberOr, type Route } from './route.ts';

export const eventSchema = z.object({
  seq: z.number(),
  at: z.string(),
  /** e.g. objective.queued, session.running, session.ended, runtime.lost */
  kind: z.string(),
  product: z.string().nullable(),
  objective: z.string().nullable(),
  text: z.string(),
  data: z.record(z.string(), z.unknown()),
});
export type FleetEvent = z.infer<typeof eventSchema>;

const whole = z.coerce.number<number>().int().optional().catch(undefined);

export const eventRoutes = {
  eventsOf: {
    method: 'GET',
    path: '/products/:name/events',
    summary: 'What happened to a product, newest first.',
    who: 'operator',
    query: z.object({ limit: numberOr(50, z.coerce.number<number>().gt(0).max(1_000)) }),
    reply: eventSchema.array(),
  },
  events: {
    method: 'GET',
    path: '/events',
    summary:
      'Events as they are recorded (id = seq), and a comment every 15 s. They start after seq `after` (or the header Last-Event-ID, which wins), else with the `last` n events, else now. follow=0: they end when what is known has been sent.',
    who: 'any',
    media: 'text/event-stream',
    query: z.object({ after: whole, last: whole, follow: numberOr(1, z.coerce.number<number>()) }),
    reply: eventSchema,
  },
} as const satisfies Record<string, Route>;
