// Entry of the fleetd container. Configuration is the environment, see `settings`; all of it has a default
// that fits the compose bundle.
import { pino } from 'pino';
import { FleetError } from '../common/errors.ts';
import { quietLines } from '../common/terminal-safe-json.ts';
import { dockerChannel, publisherLabel } from '../runtime/index.ts';
import { runFleetd } from './run.ts';

const env = process.env;
const settings = {
  productsFile: env.FLEET_PRODUCTS ?? '/etc/fleet/products.yaml',
  workspaceRoot: env.FLEET_WORKSPACE ?? '/workspace',
  projectsRoot: env.FLEET_PROJECTS || null,
  stateDir: env.FLEET_STATE ?? '/var/lib/fleetd',
  operatorSocket: env.FLEET_SOCKET ?? '/run/fleet/operator/fleetd.sock',
  gatewaySocket: env.FLEET_GATEWAY_SOCKET ?? '/run/fleet/gateway/fleetd.sock',
};

/** `off` or empty: none. Throws FleetError. */
function readPort(text: string): number | null {
  if (text === '' || text === 'off') return null;
  const port = Number(text);
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
  throw new FleetError({
    code: 'DASHBOARD_PORT',
    class: 'usage',
    message: `Expected FLEET_DASHBOARD_PORT as a port from 1 to 65535 or \`off\`, got ${text}.`,
    mend: 'Correct it in .env.',
  });
}

const project = env.FLEET_PROJECT ?? 'meta-coordinator';
const log = pino({ name: 'fleetd', level: env.LOG_LEVEL ?? 'info' }, quietLines(pino.destination(1)));
try {
  const dashboardPort = readPort(env.FLEET_DASHBOARD_PORT ?? '41790');
  const fleetd = await runFleetd({
    ...settings,
    // all interfaces of this container: compose publishes the port on the host's loopback only
    dashboard:
      dashboardPort === null
        ? null
        : { port: dashboardPort, host: '0.0.0.0', token: env.FLEET_OPERATOR_TOKEN || null },
    channel: dockerChannel({
      project,
      workingDir: settings.workspaceRoot,
      env: [`FLEET_PROJECTS=${settings.projectsRoot ?? ''}`],
      onLog: (line) => log.info({ from: 'agent' }, line),
    }),
    ...(settings.projectsRoot !== null && {
      publisher: dockerChannel({
        project,
        label: publisherLabel,
        argv: ['node', '/opt/fleet/publisher.js'],
        workingDir: '/',
        onLog: (line) => log.info({ from: 'publisher' }, line),
      }),
    }),
    ...(Number(env.FLEET_RUNTIME_CPUS) > 0 && { runtimeCores: Number(env.FLEET_RUNTIME_CPUS) }),
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
