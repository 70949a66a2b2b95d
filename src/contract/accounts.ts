// The keys and subscriptions that sessions run on.
import { z } from 'zod';
import { controlReplySchema, controlRequestSchema } from './controls.ts';
import type { Route } from './route.ts';

/** A key or a subscription that sessions run on. */
export const accountViewSchema = z.object({
  name: z.string(),
  /** closed: at a usage limit. held: so much of a window is used that nothing new starts */
  state: z.enum(['open', 'held', 'closed']),
  /** session, week, model, spend, credit, unknown; null: open */
  window: z.string().nullable(),
  since: z.string().nullable(),
  /** its reset; null: open, or not known */
  until: z.string().nullable(),
  /** where the reset is not known: when it is tried next */
  nextTrial: z.string().nullable(),
  /** the screen's words: data. null: none */
  limit: z.string().nullable(),
  products: z.array(z.string()),
  /** objectives whose sessions stand at the limit */
  waiting: z.array(z.string()),
  holdAtPercent: z.number().nullable(),
  /** what Claude Code was told of its windows that have not been reset since; empty: nothing */
  shares: z.array(
    z.object({ window: z.string(), usedPercent: z.number(), until: z.string(), at: z.string() }),
  ),
});
export type AccountView = z.infer<typeof accountViewSchema>;

export const accountRoutes = {
  openAccount: {
    method: 'POST',
    path: '/accounts/:name/open',
    summary: 'What waits for this account goes on.',
    who: 'operator',
    body: controlRequestSchema,
    reply: controlReplySchema,
  },
} as const satisfies Record<string, Route>;
