// The machines on which products run.
import { z } from 'zod';
import { controlReplySchema } from './controls.ts';
import { errorShapeSchema } from './reply.ts';
import type { Route } from './route.ts';
import { footprintSchema } from './runtime/measurements.ts';
import { sourceSchema } from './source.ts';

export const runtimeViewSchema = z.object({
  name: z.string(),
  kind: z.enum(['local', 'docker', 'ssh', 'kubernetes']),
  state: z.enum(['connected', 'connecting', 'lost']),
  /** since when it is in that state */
  since: z.string(),
  error: errorShapeSchema.nullable(),
  ovVersion: z.string().nullable(),
  /** true: ov is the simulator */
  simulated: z.boolean(),
  labels: z.array(z.string()),
  /** those that have their place there */
  products: z.array(z.string()),
  /** of them those with a live session */
  live: z.array(z.string()),
  /** in use by live sessions; null: not measured */
  memoryBytes: z.number().nullable(),
  cpuCores: z.number().nullable(),
  /** what the fleet may take of it; null: not known, or all */
  maxMemoryBytes: z.number().nullable(),
  maxCpuCores: z.number().nullable(),
  /** all that runs there; null: not measured */
  container: footprintSchema.shape.container.nullable(),
});
export type RuntimeView = z.infer<typeof runtimeViewSchema>;

export const runtimeRoutes = {
  forgetRuntime: {
    method: 'POST',
    path: '/runtimes/:name/forget',
    summary: 'A runtime out of reach is taken for gone: its sessions end, its products get another place.',
    who: 'operator',
    body: z.strictObject({
      source: sourceSchema,
      /** somebody has seen that nothing can run there: its lease is not waited for */
      machineIsOff: z.boolean().default(false),
    }),
    reply: controlReplySchema,
  },
  moveProduct: {
    method: 'POST',
    path: '/products/:name/move',
    summary:
      'A product goes on on another runtime: stopped, carried there with all that was made, and placed.',
    who: 'operator',
    body: z.strictObject({
      source: sourceSchema,
      /** a runtime of products.yaml; the one where it is: a move that is under way is called off */
      runtime: z.string().min(1).max(100),
      /** what is not committed comes along on branches `parked/…`: else it is refused */
      salvage: z.boolean().default(false),
    }),
    reply: controlReplySchema,
  },
} as const satisfies Record<string, Route>;
