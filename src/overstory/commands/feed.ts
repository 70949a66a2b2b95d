// What an agent does, step by step, as overstory's books have it.
import { z } from 'zod';
import { idSchema } from '../sanitize.ts';
import { stepText } from '../step-text.ts';
import { command } from './command.ts';

/** Of a look, the newest. */
const mostSteps = 200;
/** Named an agent, `ov feed` takes the oldest of `--limit`: it is asked for all, and the oldest are left out here. */
const everything = 1_000_000;

/** `ov feed --agent`: its events since a moment, oldest first. What is in them is untrusted. */
export const feed = command({
  name: 'feed',
  args: z.strictObject({ agent: idSchema, since: z.iso.datetime() }),
  reply: z.object({
    events: z.array(
      z.object({
        /** tool_start, tool_end, progress, result, error, session_start, session_end, custom … */
        eventType: z.string(),
        toolName: z.string().nullable(),
        /** JSON in a string; as it is read here the words in it, shortened. Likewise data */
        toolArgs: z.string().nullable(),
        level: z.string(),
        data: z.string().nullable(),
        /** without a time zone: UTC */
        createdAt: z.string(),
      }),
    ),
  }),
  argv: ({ agent, since }) => [
    'feed',
    '--json',
    '--agent',
    agent,
    '--since',
    since,
    '--limit',
    String(everything),
  ],
  timeoutMs: 15_000,
  read(_run, usual) {
    // A tool's answer may be a whole file: nothing of that size crosses to fleetd.
    return {
      events: usual()
        .events.slice(-mostSteps)
        .map((event) => ({ ...event, toolArgs: stepText(event.toolArgs), data: stepText(event.data) })),
    };
  },
});
