import { z } from 'zod';
import { FleetError } from '../../common/errors.ts';
import type { OvCommand } from '../command.ts';
import { readReply, unsupportedVersion } from '../envelope.ts';
import { idSchema, insidePathSchema, option } from '../sanitize.ts';

const args = z.strictObject({
  taskId: idSchema,
  /** lead, scout or builder; the others only under a parent */
  capability: idSchema,
  /** must be new: a finished worker's name stays taken while its worktree exists */
  name: idSchema,
  /** path of the spec inside the project */
  spec: insidePathSchema.optional(),
  parent: idSchema.optional(),
  depth: z.number().int().min(0).max(9).optional(),
  /** take up a task again, >= 0.10 */
  recover: z.boolean().optional(),
});
const reply = z.object({
  agentName: z.string(),
  capability: z.string(),
  taskId: z.string(),
  branch: z.string(),
  worktree: z.string(),
  tmuxSession: z.string(),
  pid: z.number().nullable(),
  /** only headless */
  initialTurnFinalState: z.string().optional(),
  /** false: a headless worker ended its turn without the mail that reports its result */
  reported: z.boolean().default(true),
});

/**
 * `ov sling`. Headless (the default from 0.10 on) it lasts as long as the worker's first turn. It exits 0
 * with success: true even when claude crashed in that turn; a turn that ended well says `completed`
 * (turn-runner.ts of 0.10.3 and 0.11.0), so every other state is a failure.
 * @throws OV_TURN_FAILED
 */
export const sling: OvCommand<z.infer<typeof args>, z.infer<typeof reply>> = {
  name: 'sling',
  args,
  reply,
  argv({ taskId, capability, name, spec, parent, depth, recover }, features) {
    if (recover && !features.slingRecover)
      throw unsupportedVersion('overstory 0.10 or newer for sling with recover', features.version);
    return [
      'sling',
      taskId,
      '--capability',
      capability,
      '--name',
      name,
      '--skip-task-check',
      '--json',
      ...(spec ? [option('spec', spec)] : []),
      ...(parent ? ['--parent', parent] : []),
      ...(depth === undefined ? [] : ['--depth', String(depth)]),
      ...(recover ? ['--recover'] : []),
    ];
  },
  timeoutMs: 3_600_000,
  read(run) {
    const slung = readReply('sling', reply, run);
    const state = slung.initialTurnFinalState ?? 'completed';
    if (state !== 'completed')
      throw new FleetError({
        code: 'OV_TURN_FAILED',
        message: `Expected the first turn of ${slung.agentName} to end completed, got ${state}: claude crashed or answered with an error.`,
        mend: 'Look at `ov errors` and the login of claude; start it again under a new name.',
      });
    return { ...slung, reported: !run.stderr.includes('without sending terminal mail') };
  },
};
