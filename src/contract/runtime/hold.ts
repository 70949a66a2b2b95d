// The lease of a runtime that fleetd names in products.yaml: what it asks of the agent, and the terms.
import { z } from 'zod';
import { nameSchema } from '../names.ts';

/** From a renewal until nothing new may start. */
export const leaseTermMs = 60_000;
/** Work goes on through a cut of so long; what is cut off for longer is stopped, and may be started elsewhere. */
export const secondTermMs = 600_000;
/** From the end of the second term until the last coordinator is stopped: `ov`, then by force (agent/lease/). */
export const leaseStopMs = 120_000;
/** By which two clocks that nobody sets may drift apart, of the time between: crystals do a hundredth of it. */
export const clockDrift = 0.01;

export const holdParamsSchema = z.strictObject({
  /** id of the fleet */
  fleet: z.string().regex(/^[\w.-]{1,64}$/),
  /** what it calls this runtime */
  runtime: nameSchema,
  /** of the fleet, from 1: a fleetd that takes over has a higher one */
  epoch: z.number().int().min(1),
  /** end of the lease, by the agent's own clock (`upMs` of hello): a hold that was long on its way gives no more time */
  untilMs: z.number().min(0),
  /** after that, until what runs is stopped */
  secondMs: z.number().int().min(0),
});
export type Hold = z.infer<typeof holdParamsSchema>;

export const giveBackParamsSchema = holdParamsSchema.pick({ fleet: true, epoch: true });
