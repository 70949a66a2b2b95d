// What is worked on: specs, batches of tasks, the open run.
import { z } from 'zod';
import { requireSuccess } from '../envelope.ts';
import { ovGarbage } from '../errors.ts';
import { cleanText, idSchema } from '../sanitize.ts';
import { command } from './command.ts';

/** `ov spec write`, the body on standard input: the way for text longer than one argument may be. */
export const specWrite = command({
  name: 'spec.write',
  args: z.strictObject({ taskId: idSchema, body: z.string().min(1).max(4_000_000) }),
  reply: z.object({ taskId: z.string(), path: z.string() }),
  argv: ({ taskId }) => ['spec', 'write', taskId, '--agent', 'operator', '--json'],
  stdin: ({ body }) => cleanText(body),
  timeoutMs: 20_000,
});

/** `ov group status`: progress of each batch of tasks. */
export const groupStatus = command({
  name: 'group.status',
  args: z.strictObject({}),
  reply: z.object({
    groups: z.array(
      z.object({
        group: z.object({
          id: z.string(),
          name: z.string(),
          memberIssueIds: z.array(z.string()),
          status: z.string(),
        }),
        total: z.number(),
        completed: z.number(),
        inProgress: z.number(),
        blocked: z.number(),
        open: z.number(),
      }),
    ),
  }),
  argv: () => ['group', 'status', '--json'],
  timeoutMs: 15_000,
});

/** `ov run --json`. A coordinator that died in silence leaves its run open and `active`. */
export const runCurrent = command({
  name: 'run.current',
  args: z.strictObject({}),
  reply: z.object({
    /** null: no run is open */
    run: z
      .object({
        id: z.string(),
        startedAt: z.string(),
        completedAt: z.string().nullable(),
        agentCount: z.number(),
        coordinatorSessionId: z.string().nullable(),
        status: z.string(),
      })
      .nullable(),
  }),
  argv: () => ['run', '--json'],
  timeoutMs: 15_000,
});

/** `ov run complete`: closes the open run. Answers in text whatever is asked. @throws OV_NO_RUN */
export const runComplete = command({
  name: 'run.complete',
  args: z.strictObject({}),
  reply: z.object({ runId: z.string() }),
  argv: () => ['run', 'complete'],
  timeoutMs: 20_000,
  read(run) {
    requireSuccess('run.complete', run);
    const runId = /Run completed (\S+)/.exec(run.stdout)?.[1];
    if (runId === undefined) throw ovGarbage('run.complete', '"Run completed <id>"', run.stdout);
    return { runId };
  },
});
