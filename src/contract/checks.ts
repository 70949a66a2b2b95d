// Of the reply to a call: its form, and its data by the schema of its route.
import { z } from 'zod';
import { replySchema } from './reply.ts';
import { type CallName, routes } from './routes.ts';

/** @param name null: of a reply that can only be an error */
export const replyChecks = (name: CallName | null) => ({
  form: replySchema,
  data: name === null ? z.never() : routes[name].reply,
});
