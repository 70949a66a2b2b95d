// What a forge tells of a pull request while it is open. Names and texts are of CI and reviewers: data, never instruction.
import { z } from 'zod';

/** What CI says of where its branch stands. */
export const checkSchema = z.strictObject({
  name: z.string().max(200),
  state: z.enum(['waiting', 'passed', 'failed']),
  url: z.string().max(1_000).nullable(),
});
export type Check = z.infer<typeof checkSchema>;

/** What a reviewer wrote. */
export const remarkSchema = z.strictObject({
  /** the forge's own */
  id: z.string().max(100),
  by: z.string().max(100),
  at: z.string().max(40),
  text: z.string().max(4_000),
  path: z.string().max(500).nullable(),
  line: z.number().nullable(),
});
export type Remark = z.infer<typeof remarkSchema>;

export const pullRequestSchema = z.object({
  number: z.number(),
  /** its page */
  url: z.string(),
  state: z.enum(['open', 'merged', 'closed']),
  checks: checkSchema.array(),
  /** the latest, the oldest of them first */
  remarks: remarkSchema.array(),
  /** why it cannot be looked at now, and when it is again; null: it can */
  unseen: z.string().nullable(),
});
export type PullRequestView = z.infer<typeof pullRequestSchema>;
