// What fleetd says of itself: its version, the registry, the journal, the link to the runtime.

import { version } from '../../../common/version.ts';
import type { Finding } from '../../../contract/doctor.ts';
import type { FleetStatus, Health } from '../../../contract/status.ts';

type Found = (check: string, state: Finding['state'], says: string, mend?: string | null) => Finding;
const found: Found = (check, state, says, mend = null) => ({ check, product: null, state, says, mend });

export const versionFinding = (health: Health): Finding =>
  health.version === version
    ? found('fleetd', 'ok', `fleetd ${health.version} answers`)
    : found(
        'fleetd',
        'warning',
        `Expected fleetd ${version}, got ${health.version}.`,
        'Restart fleetd with this release.',
      );

export function statusFindings({ registry, runtime, journal, products, clock }: FleetStatus): Finding[] {
  const { error } = journal;
  return [
    ...(registry.problems.length === 0
      ? [found('registry', 'ok', `${products.length} products in ${registry.file}`)]
      : registry.problems.map((problem) =>
          found('registry', 'failed', problem, `Correct ${registry.file}.`),
        )),
    found('journal', error ? 'failed' : 'ok', error?.message ?? 'it is written', error?.mend ?? null),
    clock
      ? found(
          'clock',
          'warning',
          `The clock jumped by ${Math.round(clock.byMs / 1000)} s at ${clock.at}: ages and times around it may be wrong.`,
          'Let the machine keep its clock (ntp); everything was looked at again.',
        )
      : found('clock', 'ok', 'it has not jumped'),
    runtime.state === 'connected'
      ? found('runtime', 'ok', runtime.description)
      : found(
          'runtime',
          'failed',
          runtime.error?.message ?? `${runtime.description}: ${runtime.state}`,
          runtime.error?.mend ?? null,
        ),
  ];
}
