// What was recorded, as it is streamed.
import { z } from 'zod';

export const eventSchema = z.object({
  seq: z.number(),
  at: z.string(),
  /** e.g. objective.queued, session.started, session.ended, runtime.lost */
  kind: z.string(),
  product: z.string().nullable(),
  objective: z.string().nullable(),
  text: z.string(),
  data: z.record(z.string(), z.unknown()),
});
export type FleetEvent = z.infer<typeof eventSchema>;
