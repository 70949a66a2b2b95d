// Entry of `fleetd`: in its container, and on a machine of one's own from the npm package.
import { pino } from 'pino';
import { systemClock } from '../common/clock.ts';
import { FleetError } from '../common/errors.ts';
import { quietLines } from '../common/terminal-safe-json.ts';
import { delivererLabel, dockerChannel, publisherLabel } from '../runtime/index.ts';
import { takeOver } from './epoch.ts';
import { readFleetdOptions } from './options.ts';
import { runFleetd } from './run.ts';

const log = pino({ name: 'fleetd' }, quietLines(pino.destination(1)));
try {
  const {
    project,
    runtimeCores,
    logLevel,
    takeOver: takesOver,
    ...settings
  } = readFleetdOptions(process.argv.slice(2));
  log.level = logLevel;
  if (takesOver) {
    const epoch = await takeOver(settings.stateDir, systemClock);
    log.info({ epoch }, 'runtimes will refuse every fleetd before this one; start fleetd now');
    process.exit(0);
  }
  /** Of a container that takes branches: one run of its program for each. */
  const farEnd = (name: string, label: string) =>
    dockerChannel({
      project,
      label,
      argv: ['node', `/opt/fleet/${name}.js`],
      workingDir: '/',
      onLog: (line) => log.info({ from: name }, line),
    });
  const fleetd = await runFleetd({
    ...settings,
    project,
    channel: dockerChannel({
      project,
      workingDir: settings.workspaceRoot,
      env: [`FLEET_PROJECTS=${settings.projectsRoot ?? ''}`],
      onLog: (line) => log.info({ from: 'agent' }, line),
    }),
    ...(settings.projectsRoot !== null && { publisher: farEnd('publisher', publisherLabel) }),
    deliverer: farEnd('deliverer', delivererLabel),
    ...(runtimeCores !== null && { runtimeCores }),
    tmux: ['docker', 'compose', 'exec', 'overstory-runtime', 'tmux'],
    log,
  });
  log.info({ socket: settings.operatorSocket }, 'fleetd is ready');
  if (fleetd.dashboard) log.info({ link: fleetd.dashboard.link }, 'the dashboard is open');
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      log.info({ signal }, 'stopping');
      void fleetd.close().then(() => process.exit(0));
    });
  }
} catch (thrown) {
  const error = FleetError.wrap(thrown);
  log.fatal({ code: error.code }, `${error.message} ${error.mend}`);
  process.exit(1);
}
