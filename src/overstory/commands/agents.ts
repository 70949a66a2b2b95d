// Who works in a project.
import { z } from 'zod';
import { FleetError } from '../../common/errors.ts';
import { unsupportedVersion } from '../envelope.ts';
import { stopIncomplete } from '../errors.ts';
import { idSchema, insidePathSchema, option } from '../sanitize.ts';
import { command } from './command.ts';

/** A worker's own. */
const branchSchema = z.string().regex(/^overstory\/[a-z0-9][a-z0-9-]{0,80}\/[a-z0-9][a-z0-9-]{0,40}$/);

/** Also what `GET /api/agents` of `ov serve` lists. */
export const agentSchema = z.object({
  id: z.string(),
  agentName: z.string(),
  capability: z.string(),
  worktreePath: z.string(),
  branchName: z.string(),
  taskId: z.string(),
  /** "" when headless, and from 0.10.3 on in a terminal state although the tmux session may live */
  tmuxSession: z.string(),
  /** booting, working, in_turn, between_turns, stalled, zombie, completed */
  state: z.string(),
  pid: z.number().nullable(),
  parentAgent: z.string().nullable(),
  depth: z.number(),
  runId: z.string().nullable(),
  /** claude's own, from its first word on; said from 0.10 on */
  claudeSessionId: z.string().nullish(),
  startedAt: z.string(),
  lastActivity: z.string(),
});

/**
 * `ov status`: the authority on what lives, since it reconciles and writes states.
 * A locked or broken mail.db does not show here (exit 0, unread 0): ask for mail.list too.
 */
export const status = command({
  name: 'status',
  args: z.strictObject({
    /** whose unread mail is counted; `orchestrator` when left out */
    agent: idSchema.optional(),
  }),
  reply: z.object({
    currentRunId: z.string().nullable().default(null),
    agents: z.array(agentSchema),
    worktrees: z.array(z.object({ path: z.string(), head: z.string(), branch: z.string() })),
    /** of the whole tmux server: other projects' too */
    tmuxSessions: z.array(z.object({ name: z.string(), pid: z.number() })),
    /** unread mail to `agent`; 0 also when mail.db is locked or broken */
    unreadMailCount: z.number(),
    /** that agent; said from 0.10 on */
    unreadMailScope: z.string().nullable().default(null),
    mergeQueueCount: z.number(),
  }),
  argv: ({ agent }) => ['status', '--json', ...(agent ? ['--agent', agent] : [])],
  timeoutMs: 15_000,
});

/** `ov agents discover`: active agents (all: every row), read from the database without reconciling. */
export const agentsDiscover = command({
  name: 'agents.discover',
  args: z.strictObject({ all: z.boolean().optional() }),
  reply: z.object({
    agents: z.array(
      z.object({
        agentName: z.string(),
        capability: z.string(),
        state: z.string(),
        taskId: z.string(),
        branchName: z.string(),
        parentAgent: z.string().nullable(),
        depth: z.number(),
        startedAt: z.string(),
        lastActivity: z.string(),
      }),
    ),
  }),
  argv: ({ all }) => ['agents', 'discover', '--json', ...(all ? ['--all'] : [])],
  timeoutMs: 15_000,
});

/**
 * `ov sling`. Headless (the default from 0.10 on) it lasts as long as the worker's first turn. It exits 0
 * with success: true even when claude crashed in that turn; a turn that ended well says `completed`
 * (turn-runner.ts of 0.10.3 and 0.11.0), so every other state is a failure. A worker without a coordinator is
 * slung with parent `operator`: all of its mail goes there (run on 0.10.3 and 0.11.0, 2026-11-30).
 * @throws OV_TURN_FAILED
 */
export const sling = command({
  name: 'sling',
  args: z.strictObject({
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
    /** a worker's branch that it begins on; the current one when left out */
    base: branchSchema.optional(),
  }),
  reply: z.object({
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
  }),
  argv({ taskId, capability, name, spec, parent, depth, recover, base }, features) {
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
      ...(base ? ['--base-branch', base] : []),
    ];
  },
  timeoutMs: 86_400_000,
  read(run, usual) {
    const slung = usual();
    const state = slung.initialTurnFinalState ?? 'completed';
    if (state !== 'completed')
      throw new FleetError({
        code: 'OV_TURN_FAILED',
        message: `Expected the first turn of ${slung.agentName} to end completed, got ${state}: claude crashed or answered with an error.`,
        mend: 'Look at `ov errors` and the login of claude; start it again under a new name.',
      });
    return { ...slung, reported: !run.stderr.includes('without sending terminal mail') };
  },
});

/** `ov stop <agent>`: ends one worker. @throws OV_STOP_INCOMPLETE, OV_NOT_RUNNING, OV_NOT_FOUND */
export const stop = command({
  name: 'stop',
  args: z.strictObject({ agent: idSchema }),
  reply: z.object({
    stopped: z.boolean(),
    agentName: z.string(),
    sessionId: z.string(),
    tmuxKilled: z.boolean(),
    pidKilled: z.boolean().default(false),
  }),
  argv: ({ agent }) => ['stop', agent, '--json'],
  timeoutMs: 30_000,
  read(_run, usual) {
    const stopped = usual();
    if (!stopped.stopped) throw stopIncomplete(stopped.agentName);
    return stopped;
  },
});
