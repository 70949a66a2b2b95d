// A look into the files of a product.
import { z } from 'zod';

const lookSchema = (number: () => z.ZodNumber | z.ZodCoercedNumber<number>) =>
  z.discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('tree'),
      path: z.string().max(1024).default('.'),
      depth: number().int().min(1).max(6).default(2),
    }),
    z.strictObject({
      kind: z.literal('file'),
      path: z.string().min(1).max(1024),
      maxBytes: number().int().min(1).max(262_144).default(65_536),
    }),
    z.strictObject({ kind: z.literal('log'), limit: number().int().min(1).max(200).default(20) }),
  ]);

/** A read-only look into a product: path-confined, size-capped. `path` is relative to the product's root. */
export const lookRequestSchema = lookSchema(z.number);
/** The same as a query, whose numbers are text. */
export const lookQuerySchema = lookSchema(z.coerce.number<number>);
export type LookRequest = z.input<typeof lookRequestSchema>;

export const lookReplySchema = z.object({ text: z.string(), truncated: z.boolean() });
export type LookReply = z.infer<typeof lookReplySchema>;
