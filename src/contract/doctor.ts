// `fleet doctor`: what its checks find.
import { z } from 'zod';

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
