// The form of every reply: {ok:true,data} or {ok:false,error}.
import { z } from 'zod';

export const errorShapeSchema = z.object({
  code: z.string(),
  class: z.enum(['usage', 'not-found', 'refused', 'unavailable', 'runtime', 'internal']),
  message: z.string(),
  mend: z.string(),
  product: z.string().nullable(),
});

/** Every reply that is not a stream. */
export const replySchema = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), data: z.unknown() }),
  z.object({ ok: z.literal(false), error: errorShapeSchema }),
]);
