import { z } from 'zod';
import type { OvCommand } from '../command.ts';
import { readReply } from '../envelope.ts';
import { notDelivered } from '../errors.ts';
import { argument, textSchema, typedLine } from '../sanitize.ts';

const args = z.strictObject({ message: textSchema });
const reply = z.object({ agentName: z.string(), delivered: z.boolean(), reason: z.string().optional() });

/**
 * `ov nudge coordinator`: types a line into its terminal. Exits 0 even when it did not: that is thrown here.
 * Nobody else can be named: from 0.10.3 on a nudged tmux worker gets a second claude.
 * @throws OV_BUSY, OV_NOT_RUNNING, OV_NOT_DELIVERED
 */
export const nudge: OvCommand<z.infer<typeof args>, z.infer<typeof reply>> = {
  name: 'nudge',
  args,
  reply,
  argv({ message }) {
    const line = typedLine('message', message);
    // A positional cannot take the `--x=` form, and `--` is eaten before nudge parses its own words.
    return ['nudge', 'coordinator', argument(line.startsWith('-') ? ` ${line}` : line, 'message'), '--json'];
  },
  timeoutMs: 20_000,
  read(run) {
    const nudged = readReply('nudge', reply, run);
    if (!nudged.delivered) throw notDelivered(nudged.agentName, nudged.reason ?? 'no reason given');
    return nudged;
  },
};
