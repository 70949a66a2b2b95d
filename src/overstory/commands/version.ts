import { z } from 'zod';
import type { OvCommand } from '../command.ts';
import { checkReply, lastJson, requireSuccess, unsupportedVersion } from '../envelope.ts';
import { ovGarbage } from '../errors.ts';

const args = z.strictObject({});
const reply = z.object({
  name: z.string(),
  version: z.string(),
  /** said by ov-sim only */
  simulator: z.string().optional(),
});

/** `ov --version --json`. Its reply has neither success nor command; exit 0 and the fields decide. */
export const version: OvCommand<z.infer<typeof args>, z.infer<typeof reply>> = {
  name: 'version',
  args,
  reply,
  argv: (_args) => ['--version', '--json'],
  timeoutMs: 15_000,
  read(run) {
    requireSuccess('version', run);
    const json = lastJson(run.stdout);
    if (json !== undefined) return checkReply('version', reply, json);
    const bare = /^overstory v(\S+)/m.exec(run.stdout);
    if (bare) throw unsupportedVersion('overstory 0.9.4 or newer', bare[1] ?? 'an older one');
    throw ovGarbage('version', 'one line of JSON', run.stdout);
  },
};
