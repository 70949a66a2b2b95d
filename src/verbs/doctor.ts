// What is wrong with this installation: looked at from where it is typed, by fleetd and in the runtime.
import { FleetError } from '../common/errors.ts';
import { version } from '../common/version.ts';
import type { Finding } from '../contract/doctor.ts';
import type { FleetStatus, Health } from '../contract/status.ts';
import { findingText } from '../text/index.ts';
import type { Verb, VerbContext } from './verb.ts';

const failedExit = 6;

export const doctor: Verb = {
  name: 'doctor',
  usage: '[--fix]',
  summary: 'What is wrong with this installation, and its mend; --fix makes the safe ones',
  details: [
    'Safe are a keeper session of tmux, a stale watchdog.pid, and that Claude Code trusts a root. Exit code: 0 nothing failed, 6 something did.',
  ],
  examples: ['doctor', 'doctor --fix'],
  surfaces: ['cli'],
  grammar: (command) => command.option('--fix', 'make the safe mends'),
  async run({ options }, context) {
    const data = await diagnose(context, options.fix === true);
    const failed = data.some(({ state }) => state === 'failed');
    return {
      data,
      text: data.map(findingText).join('\n'),
      exitCode: failed ? failedExit : 0,
    };
  },
};

/** Every step that can still be taken is taken: a fleetd out of reach is a finding, not the end. */
async function diagnose({ client, local }: VerbContext, fix: boolean): Promise<Finding[]> {
  const findings: Finding[] = [];
  try {
    if (local) findings.push(local.socket());
    const health = await client.health();
    findings.push(versionFinding(health));
    if (local) findings.push(await local.port(health.dashboardPort ?? null));
    findings.push(...statusFindings(await client.status()), ...(await client.doctor({ fix })));
  } catch (thrown) {
    const { code, message, mend } = FleetError.wrap(thrown);
    findings.push(found('fleetd', 'failed', `${code}: ${message}`, mend));
  }
  return findings;
}

type Found = (check: string, state: Finding['state'], says: string, mend?: string | null) => Finding;
const found: Found = (check, state, says, mend = null) => ({ check, product: null, state, says, mend });

const versionFinding = (health: Health): Finding =>
  health.version === version
    ? found('fleetd', 'ok', `fleetd ${health.version} answers`)
    : found(
        'fleetd',
        'warning',
        `Expected fleetd ${version}, got ${health.version}.`,
        'Restart fleetd with this release.',
      );

function statusFindings({ registry, runtime, journal, products, clock }: FleetStatus): Finding[] {
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
