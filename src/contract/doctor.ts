// `fleet doctor`: what its checks find.
import { z } from 'zod';
import type { Route } from './route.ts';

export const doctorRequestSchema = z.strictObject({ fix: z.boolean() });

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
  // On a busy machine `claude --version` alone takes most of a minute.
  doctor: {
    method: 'POST',
    path: '/doctor',
    summary: 'What `fleet doctor` finds in the runtime; fix: with the safe mends made.',
    who: 'operator',
    body: doctorRequestSchema,
    reply: findingSchema.array(),
    waitMs: 90_000,
  },
} as const satisfies Record<string, Route>;
