// What a human is told of.
import { z } from 'zod';
import { gateViewSchema } from './gates.ts';

export const noticeViewSchema = z.object({
  n: z.number(),
  at: z.string(),
  kind: z.string(),
  severity: z.enum(['warning', 'error', 'critical']),
  product: z.string().nullable(),
  objective: z.string().nullable(),
  /** what it asks, as it stands now; null: it asks nothing */
  gate: gateViewSchema.nullable(),
  /** our own words; a name or a reason in it may come from a worker */
  text: z.string(),
  /** what a worker or the model said: data, shown fenced. null: nobody is quoted */
  quote: z.string().nullable(),
  channels: z.array(z.object({ kind: z.enum(['slack', 'webchat']), target: z.string().nullable() })),
  /** where its objective was asked for */
  thread: z.string().nullable(),
});
export type NoticeView = z.infer<typeof noticeViewSchema>;
