// The overstory of a project itself.
import { z } from 'zod';
import { checkReply, lastJson, requireSuccess, unsupportedVersion } from '../envelope.ts';
import { ovFailure, ovGarbage } from '../errors.ts';
import { idSchema, option } from '../sanitize.ts';
import { command } from './command.ts';

const versionReply = z.object({
  name: z.string(),
  version: z.string(),
  /** said by ov-sim only */
  simulator: z.string().optional(),
});

/** `ov --version --json`. Its reply has neither success nor command; exit 0 and the fields decide. */
export const version = command({
  name: 'version',
  args: z.strictObject({}),
  reply: versionReply,
  argv: () => ['--version', '--json'],
  timeoutMs: 15_000,
  read(run) {
    requireSuccess('version', run);
    const json = lastJson(run.stdout);
    if (json !== undefined) return checkReply('version', versionReply, json);
    const bare = /^overstory v(\S+)/m.exec(run.stdout);
    if (bare) throw unsupportedVersion('overstory 0.9.4 or newer', bare[1] ?? 'an older one');
    throw ovGarbage('version', 'one line of JSON', run.stdout);
  },
});

/**
 * `ov init`, never with --yes: that would overwrite the config.yaml of a project that has one.
 * Human text comes before the JSON; on an initialised project there is exit 0 and no JSON at all.
 * @throws OV_ALREADY_INITIALISED
 */
export const init = command({
  name: 'init',
  args: z.strictObject({ name: idSchema }),
  reply: z.object({
    project: z.string(),
    /** by tool: overstory, mulch, seeds, canopy; "skipped" when it is not installed */
    tools: z.record(z.string(), z.object({ status: z.string() })),
    /** false: no git identity, so nothing was committed */
    scaffoldCommitted: z.boolean(),
  }),
  argv: ({ name }) => ['init', '--json', option('name', name)],
  timeoutMs: 60_000,
  read(run, usual) {
    requireSuccess('init', run);
    if (lastJson(run.stdout) === undefined && run.stdout.includes('already initialized'))
      throw ovFailure(run.stdout);
    return usual();
  },
});

/** `ov errors`: a turn that ended in an error shows here, a crashed one does not. */
export const errors = command({
  name: 'errors',
  args: z.strictObject({ limit: z.number().int().min(1).max(1000).optional() }),
  reply: z.object({
    events: z.array(
      z.object({
        id: z.number(),
        runId: z.string().nullable(),
        agentName: z.string(),
        eventType: z.string(),
        level: z.string(),
        /** JSON in a string */
        data: z.string().nullable(),
        /** without a time zone: UTC */
        createdAt: z.string(),
      }),
    ),
  }),
  argv: ({ limit }) => ['errors', '--json', ...(limit ? ['--limit', String(limit)] : [])],
  timeoutMs: 15_000,
});
