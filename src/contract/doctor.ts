// `fleet doctor`: what its checks find.
import { z } from 'zod';
import type { Route } from './route.ts';

export const examineRequestSchema = z.strictObject({ fix: z.boolean() });

/** What one check of `fleet doctor` found. */
export const findingSchema = z.object({
  check: z.string(),
  /** null: of the whole runtime */
  product: z.string().nullable(),
  state: z.enum(['ok', 'fixed', 'warning', 'failed']),
  says: z.string(),
  mend: z.string().nullable(),
});
export type Finding = z.infer<typeof findingSchema>;

export const doctorRoutes = {
  examine: {
    method: 'POST',
    path: '/examine',
    summary: 'What `fleet doctor` finds in the runtime; fix: with the safe mends made.',
    who: 'operator',
    body: examineRequestSchema,
    reply: findingSchema.array(),
  },
} as const satisfies Record<string, Route>;
