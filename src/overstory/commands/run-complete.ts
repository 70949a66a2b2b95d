import { z } from 'zod';
import type { OvCommand } from '../command.ts';
import { requireSuccess } from '../envelope.ts';
import { ovGarbage } from '../errors.ts';

const args = z.strictObject({});
const reply = z.object({ runId: z.string() });

/** `ov run complete`: closes the open run. Answers in text whatever is asked. @throws OV_NO_RUN */
export const runComplete: OvCommand<z.infer<typeof args>, z.infer<typeof reply>> = {
  name: 'run.complete',
  args,
  reply,
  argv: (_args) => ['run', 'complete'],
  timeoutMs: 20_000,
  read(run) {
    requireSuccess('run.complete', run);
    const runId = /Run completed (\S+)/.exec(run.stdout)?.[1];
    if (runId === undefined) throw ovGarbage('run.complete', '"Run completed <id>"', run.stdout);
    return { runId };
  },
};
