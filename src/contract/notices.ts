// What a human is told of.
import { z } from 'zod';
import { chatKinds } from '../common/chats.ts';
import { gateViewSchema } from './gates.ts';
import { numberOr, type Route } from './route.ts';

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
  channels: z.array(z.object({ kind: z.enum(['webchat', ...chatKinds]), target: z.string().nullable() })),
  /** where its objective was asked for */
  thread: z.string().nullable(),
});
export type NoticeView = z.infer<typeof noticeViewSchema>;

export const noticeRoutes = {
  notices: {
    method: 'GET',
    path: '/notices',
    summary:
      'What is due after notice `after` and was not sent, in order; waits up to `wait` ms (at most 30 s) for one.',
    who: 'any',
    query: z.object({
      after: numberOr(0, z.coerce.number<number>()),
      wait: numberOr(0, z.coerce.number<number>()),
      /** chats that are on where they go, apart by commas: what `channelsOff` of a product stands on */
      on: z.string().max(200).optional(),
    }),
    reply: noticeViewSchema.array(),
  },
  noticeSent: {
    method: 'POST',
    path: '/notices/:n/sent',
    summary: 'It was handed to its channels.',
    who: 'any',
    free: true,
    reply: z.object({ n: z.number() }),
  },
} as const satisfies Record<string, Route>;
