// An error that comes of two releases that speak to each other says so: after an upgrade of one of them, most are.
import type { FleetClient } from '../client/client.ts';
import { FleetError } from '../common/errors.ts';
import { version } from '../common/version.ts';

/** What one release says of what another asks. */
const ofOtherReleases = new Set(['FLEETD_REPLY_INVALID', 'REQUEST_INVALID', 'ROUTE_UNKNOWN']);

/** @returns the same error, its mend naming both versions where they differ */
export async function withVersions(error: unknown, client: Pick<FleetClient, 'health'>): Promise<unknown> {
  if (!(error instanceof FleetError) || !ofOtherReleases.has(error.code)) return error;
  const health = await client.health().catch(() => null);
  if (health === null || health.version === version) return error;
  return new FleetError({
    ...error.toJSON(),
    mend: `This is fleet ${version}, and fleetd is ${health.version.slice(0, 40)}: restart fleetd with this release, or use the \`fleet\` of its own.`,
    cause: error,
  });
}
