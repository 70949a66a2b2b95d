// What this `ov` can do, by its version. Measured on 0.9.4, 0.10.3 and 0.11.0; newer counts as 0.11.
import type { OvFeatures } from './command.ts';
import { unsupportedVersion } from './envelope.ts';

/**
 * @param reply of the `version` command, e.g. `{version: '0.10.3'}`
 * @throws OV_UNSUPPORTED_VERSION before 0.9 (no JSON envelope, no way to send to a coordinator)
 */
export function featuresOf(reply: { version: string }): OvFeatures {
  const match = /^v?(\d+)\.(\d+)\./.exec(reply.version);
  const [major, minor] = [Number(match?.[1]), Number(match?.[2])];
  const atLeast = (wanted: number) => major > 0 || minor >= wanted;
  if (match === null || !atLeast(9)) throw unsupportedVersion('overstory 0.9.4 or newer', reply.version);
  return {
    version: reply.version,
    mailTypeFilter: atLeast(10),
    serve: atLeast(10),
    headlessDefault: atLeast(10),
    acceptWatchdog: atLeast(11),
    bodyTakesDashes: atLeast(10),
    slingRecover: atLeast(10),
  };
}
