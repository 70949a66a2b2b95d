import { z } from 'zod';
import type { OvCommand } from '../command.ts';
import { lastJson, readReply, requireSuccess } from '../envelope.ts';
import { ovFailure } from '../errors.ts';
import { idSchema, option } from '../sanitize.ts';

const args = z.strictObject({ name: idSchema });
const reply = z.object({
  project: z.string(),
  /** by tool: overstory, mulch, seeds, canopy; "skipped" when it is not installed */
  tools: z.record(z.string(), z.object({ status: z.string() })),
  /** false: no git identity, so nothing was committed */
  scaffoldCommitted: z.boolean(),
});

/**
 * `ov init`, never with --yes: that would overwrite the config.yaml of a project that has one.
 * Human text comes before the JSON; on an initialised project there is exit 0 and no JSON at all.
 * @throws OV_ALREADY_INITIALISED
 */
export const init: OvCommand<z.infer<typeof args>, z.infer<typeof reply>> = {
  name: 'init',
  args,
  reply,
  argv: ({ name }) => ['init', '--json', option('name', name)],
  timeoutMs: 60_000,
  read(run) {
    requireSuccess('init', run);
    if (lastJson(run.stdout) === undefined && run.stdout.includes('already initialized'))
      throw ovFailure(run.stdout);
    return readReply('init', reply, run);
  },
};
