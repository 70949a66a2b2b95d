// What a human changes about how the fleet works.
import { z } from 'zod';
import { sourceSchema } from './source.ts';

export const stopRequestSchema = z.strictObject({
  source: sourceSchema,
  reason: z.string().max(1000).nullable().default(null),
});

export const controlRequestSchema = z.strictObject({ source: sourceSchema });

export const undoRequestSchema = z.strictObject({
  source: sourceSchema,
  /** the number of that change; absent: the last one that was not taken back */
  change: z.number().int().optional(),
});

export const priorityRequestSchema = z.strictObject({
  source: sourceSchema,
  /**
   * high, medium, low, 1 to 100, or `default` for what products.yaml says. `before obj-7`, `after obj-7`: what puts its
   * next objective there in the queue
   */
  priority: z.union([z.string().max(100), z.number()]),
});

export const capRequestSchema = z.strictObject({
  source: sourceSchema,
  /** a product, or `fleet` */
  scope: z.string().max(100),
  /** slots, live, memory, cpu, cost */
  what: z.string().max(100),
  /** `3`, `4` (GiB), `512m`, `80%`, `$20`, `none`, or `default` for what products.yaml says */
  value: z.string().max(100),
});

export const controlReplySchema = z.object({
  verb: z.string(),
  /** sentences: what is different now, or why nothing is */
  text: z.string(),
  changed: z.boolean(),
  /** its number, for `undo`; absent: nothing changed that can be taken back */
  change: z.number().optional(),
  /** it goes on by itself, and is not over yet */
  pending: z.boolean().optional(),
});
export type ControlReply = z.infer<typeof controlReplySchema>;
