// What products use: memory and cores, and of the model.
import { z } from 'zod';

export const footprintSchema = z.object({
  /** null where the platform cannot tell (no /proc) */
  products: z.array(
    z.object({
      product: z.string(),
      processes: z.array(
        z.object({
          pid: z.number(),
          /** clock ticks since boot, from /proc/<pid>/stat: with the pid it names one process for ever */
          startTicks: z.number(),
          command: z.string(),
          pssBytes: z.number(),
        }),
      ),
      memoryBytes: z.number().nullable(),
      /** cores used, averaged since the previous call for this product; null at the first */
      cpuCores: z.number().nullable(),
    }),
  ),
  /** of the cgroup, without page cache that the kernel gives back first; null without one */
  container: z.object({ memoryBytes: z.number().nullable(), cpuCores: z.number().nullable() }),
});
export type FootprintReport = z.infer<typeof footprintSchema>;

/** Of what Claude Code says of an API error: its first words name it. */
export const maxRefusalCharacters = 300;

const used = z.number().min(0).max(1e15);
/** What the model was used for since a moment, by Claude Code's transcripts; see agent/usage/. */
export const usageReportSchema = z.object({
  agents: z
    .array(
      z.object({
        /** coordinator, or a worker's name */
        name: z.string().max(256),
        models: z
          .array(
            z.object({
              model: z.string().max(120),
              /** prompts of more than 100,000 tokens */
              longPrompt: z.boolean(),
              /** by Claude Code's own sum, hidden requests included; false: counted reply by reply */
              stated: z.boolean(),
              input: used,
              output: used,
              cacheRead: used,
              cacheWrite5m: used,
              cacheWrite1h: used,
              webSearches: used,
              /** as Claude Code prices it; null: it does not say, or has no price for it */
              costUsd: z.number().min(0).max(1e12).nullable(),
            }),
          )
          .max(200),
      }),
    )
    .max(2_000),
  /** Agents whose last word is an API error, which ended their turn: Claude Code's words for it, untrusted. */
  refusals: z
    .array(
      z.object({
        agent: z.string().max(256),
        /** ms since epoch, by the clock of the transcript */
        atMs: z.number(),
        text: z.string().max(maxRefusalCharacters),
      }),
    )
    .max(2_000),
  /** broken, too long, or of no known shape */
  skippedLines: z.number(),
  /** files for the next look: there was too much for one */
  unread: z.number(),
});
export type UsageReport = z.infer<typeof usageReportSchema>;
