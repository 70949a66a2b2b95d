// Who asked.
import { z } from 'zod';
import { chatKinds } from '../common/chats.ts';

/** Who asked: recorded with every objective and message, shown in reports, never trusted for authority. */
export const sourceSchema = z.strictObject({
  /** fleet: nobody just now; products.yaml says so */
  via: z.enum(['cli', 'webchat', ...chatKinds, 'dashboard', 'model', 'api', 'fleet']),
  /** human or session that asked, as its channel names it */
  sender: z.string().max(200).nullable().default(null),
  /** where answers go: a session key or thread */
  thread: z.string().max(400).nullable().default(null),
});
export type Source = z.infer<typeof sourceSchema>;
