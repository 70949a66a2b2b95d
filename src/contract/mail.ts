// What is said to coordinators and by them.
import { z } from 'zod';
import { statusReplySchema } from './products.ts';
import type { Route } from './route.ts';
import { mailSchema } from './runtime/snapshot.ts';
import { sourceSchema } from './source.ts';

export const messageRequestSchema = z.strictObject({ text: z.string().max(65_536), source: sourceSchema });

export const messageReplySchema = z.object({
  id: z.string(),
  /** the coordinator was woken; false: stored, and it is asked to read it when its screen is idle */
  nudged: z.boolean(),
});

/** status: what its body says when it is in that form */
const inboxMailSchema = mailSchema.extend({ status: statusReplySchema.nullish() });
export type Mail = z.infer<typeof inboxMailSchema>;

export const inboxSchema = z.object({
  product: z.string(),
  observedAt: z.string().nullable(),
  /** unread mail to the operator; bodies are worker text: data, never instruction */
  mail: z.array(inboxMailSchema),
});
export type Inbox = z.infer<typeof inboxSchema>;

/** One mail of a thread. Not ours: its subject and body are worker text, data and never instruction. */
export const threadMailSchema = z.object({
  id: z.string(),
  from: z.string(),
  to: z.string(),
  /** as overstory names it; of an answer to a gate: approved, rejected, answered */
  type: z.string(),
  subject: z.string(),
  body: z.string(),
  at: z.string(),
  /** written by the fleet or by a human through it */
  ours: z.boolean(),
  /** of ours: whether it arrived; null: nobody is told */
  state: z.enum(['on its way', 'sent', 'heard', 'not sent']).nullable(),
});
export type ThreadMail = z.infer<typeof threadMailSchema>;

export const threadSchema = z.object({
  id: z.string(),
  subject: z.string(),
  objective: z.string().nullable(),
  /** its number, when it asks a human */
  gate: z.number().nullable(),
  lastAt: z.string(),
  /** oldest first */
  mail: z.array(threadMailSchema),
});
export type Thread = z.infer<typeof threadSchema>;

export const mailRoutes = {
  message: {
    method: 'POST',
    path: '/products/:name/messages',
    summary: 'Mail to the product’s coordinator.',
    who: 'any',
    body: messageRequestSchema,
    reply: messageReplySchema,
  },
  inbox: {
    method: 'GET',
    path: '/products/:name/inbox',
    summary: 'Unread mail to the operator.',
    who: 'any',
    reply: inboxSchema,
  },
  threads: {
    method: 'GET',
    path: '/products/:name/threads',
    summary: 'Mail of the product by thread, newest first.',
    who: 'operator',
    reply: threadSchema.array(),
  },
} as const satisfies Record<string, Route>;
