// The machines on which products run.
import { z } from 'zod';
import { errorShapeSchema } from './reply.ts';
import { footprintSchema } from './runtime/measurements.ts';

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
