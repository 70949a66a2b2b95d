// A project's coordinator.
import { z } from 'zod';
import { notDelivered, stopIncomplete } from '../errors.ts';
import { argument, option, textSchema, typedLine, typedText } from '../sanitize.ts';
import { command } from './command.ts';

/**
 * `ov coordinator start` in tmux; takes 12.6 s at least, up to a minute.
 * A failure proves nothing: ask for status whatever it says. OV_ALREADY_RUNNING is as good as success.
 */
export const coordinatorStart = command({
  name: 'coordinator.start',
  args: z.strictObject({}),
  reply: z.object({
    agentName: z.string(),
    tmuxSession: z.string(),
    projectRoot: z.string(),
    pid: z.number().nullable(),
  }),
  argv: () => ['coordinator', 'start', '--no-attach', '--json'],
  timeoutMs: 75_000,
});

/** `ov coordinator stop`. @throws OV_STOP_INCOMPLETE, OV_NOT_RUNNING */
export const coordinatorStop = command({
  name: 'coordinator.stop',
  args: z.strictObject({}),
  reply: z.object({ stopped: z.boolean(), sessionId: z.string(), runCompleted: z.boolean() }),
  argv: () => ['coordinator', 'stop', '--json'],
  timeoutMs: 30_000,
  read(_run, usual) {
    const stopped = usual();
    if (!stopped.stopped) throw stopIncomplete('the coordinator');
    return stopped;
  },
});

/** `ov coordinator status`: twice the cost of `status` and needs `ov` on its own PATH; to confirm, not to poll. */
export const coordinatorStatus = command({
  name: 'coordinator.status',
  args: z.strictObject({}),
  reply: z.object({
    running: z.boolean(),
    /** the following only while there is a row for it; a dead one says zombie once */
    sessionId: z.string().optional(),
    state: z.string().optional(),
    tmuxSession: z.string().optional(),
    pid: z.number().nullable().optional(),
    startedAt: z.string().optional(),
    lastActivity: z.string().optional(),
    watchdogRunning: z.boolean(),
  }),
  argv: () => ['coordinator', 'status', '--json'],
  timeoutMs: 15_000,
});

/** `ov coordinator send`: a mail of type dispatch from operator, and its first 500 characters typed in. */
export const coordinatorSend = command({
  name: 'coordinator.send',
  args: z.strictObject({ subject: textSchema, body: textSchema }),
  reply: z.object({
    id: z.string(),
    /** false: the mail is stored but the coordinator was not woken. Nudge it; do not send again. */
    nudged: z.boolean(),
  }),
  argv: ({ subject, body }) => [
    'coordinator',
    'send',
    '--json',
    option('subject', typedLine('subject', subject)),
    option('body', typedText('body', body)),
  ],
  timeoutMs: 20_000,
});

/** `ov coordinator output`: the text on the coordinator's screen. Untrusted. */
export const coordinatorOutput = command({
  name: 'coordinator.output',
  args: z.strictObject({ lines: z.number().int().min(1).max(2000).optional() }),
  reply: z.object({ content: z.string(), lines: z.number() }),
  argv: ({ lines }) => ['coordinator', 'output', '--json', ...(lines ? ['--lines', String(lines)] : [])],
  timeoutMs: 15_000,
});

const trigger = z.object({ enabled: z.boolean(), met: z.boolean(), detail: z.string() });

/** `ov coordinator check-complete`: with the stock config no trigger is enabled and complete stays false. */
export const coordinatorCheckComplete = command({
  name: 'coordinator.checkComplete',
  args: z.strictObject({}),
  reply: z.object({
    complete: z.boolean(),
    triggers: z.object({ allAgentsDone: trigger, taskTrackerEmpty: trigger, onShutdownSignal: trigger }),
  }),
  argv: () => ['coordinator', 'check-complete', '--json'],
  timeoutMs: 15_000,
});

/**
 * `ov nudge coordinator`: types a line into its terminal. Exits 0 even when it did not: that is thrown here.
 * Nobody else can be named: from 0.10.3 on a nudged tmux worker gets a second claude.
 * @throws OV_BUSY, OV_NOT_RUNNING, OV_NOT_DELIVERED
 */
export const nudge = command({
  name: 'nudge',
  args: z.strictObject({ message: textSchema }),
  reply: z.object({ agentName: z.string(), delivered: z.boolean(), reason: z.string().optional() }),
  argv({ message }) {
    const line = typedLine('message', message);
    // A positional cannot take the `--x=` form, and `--` is eaten before nudge parses its own words.
    return ['nudge', 'coordinator', argument(line.startsWith('-') ? ` ${line}` : line, 'message'), '--json'];
  },
  timeoutMs: 20_000,
  read(_run, usual) {
    const nudged = usual();
    if (!nudged.delivered) throw notDelivered(nudged.agentName, nudged.reason ?? 'no reason given');
    return nudged;
  },
});
