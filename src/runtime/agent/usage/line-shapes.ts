// The lines of a transcript that count, as Claude Code writes them (2.1.71 to 2.1.332). A line is data: what is not of
// such a shape, or out of all bounds, is not taken.
import { z } from 'zod';
import { maxRefusalCharacters } from '../../../contract/runtime/measurements.ts';
import { cleanText } from '../../../overstory/sanitize.ts';

const amount = z.number().int().min(0).max(1e12);
const name = z
  .string()
  .min(1)
  .max(100)
  .regex(/^[^\p{Cc}\p{Cf}]+$/u);
const when = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));

/** What a line of any type may have. */
export const anySchema = z.object({ timestamp: when.optional(), cwd: z.string().max(4_096).optional() });
export const replySchema = z.object({
  type: z.literal('assistant'),
  timestamp: when,
  isApiErrorMessage: z.boolean().nullish(),
  message: z.object({
    id: z.string().min(1).max(200),
    model: name,
    content: z.unknown().optional(),
    usage: z.object({
      input_tokens: amount,
      output_tokens: amount,
      cache_read_input_tokens: amount.nullish(),
      cache_creation_input_tokens: amount.nullish(),
      cache_creation: z.object({ ephemeral_1h_input_tokens: amount.nullish() }).nullish(),
      server_tool_use: z.object({ web_search_requests: amount.nullish() }).nullish(),
      speed: z.string().nullish(),
    }),
  }),
});
const usd = z.number().min(0).max(1e9);
export const statedSchema = z.object({
  type: z.literal('cost-state'),
  startTime: z.number().min(0).max(1e15),
  totalDuration: z.number().min(0).max(1e15),
  modelUsage: z
    .record(
      name,
      z.object({
        inputTokens: amount,
        outputTokens: amount,
        cacheReadInputTokens: amount,
        cacheCreationInputTokens: amount,
        cacheCreationEphemeral1hInputTokens: amount.optional(),
        webSearchRequests: amount.optional(),
        costUSD: usd,
      }),
    )
    .refine((models) => Object.keys(models).length <= 50),
  /** Claude Code has no price for one of them, and took that of another */
  hasUnknownModelCost: z.boolean().optional(),
});

const textSchema = z.array(z.object({ type: z.literal('text'), text: z.string() })).min(1);

/** The first text block of a message, on one line. */
export function firstText(content: unknown): string {
  const text = textSchema.safeParse(content).data?.[0]?.text ?? '';
  return cleanText(text).replace(/\s+/g, ' ').trim().slice(0, maxRefusalCharacters).toWellFormed();
}
