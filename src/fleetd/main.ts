// Entry of the fleetd container. Configuration is the environment, see `settings`; all of it has a default
// that fits the compose bundle.
import { pino } from 'pino';
import { FleetError } from '../errors.ts';
import { dockerChannel } from '../runtime/index.ts';
import { runFleetd } from './run.ts';

const env = process.env;
const settings = {
  productsFile: env.FLEET_PRODUCTS ?? '/etc/fleet/products.yaml',
  workspaceRoot: env.FLEET_WORKSPACE ?? '/workspace',
  stateDir: env.FLEET_STATE ?? '/var/lib/fleetd',
  operatorSocket: env.FLEET_SOCKET ?? '/run/fleet/operator/fleetd.sock',
  gatewaySocket: env.FLEET_GATEWAY_SOCKET ?? '/run/fleet/gateway/fleetd.sock',
};

const log = pino({ name: 'fleetd', level: env.LOG_LEVEL ?? 'info' });
try {
  const fleetd = await runFleetd({
    ...settings,
    channel: dockerChannel({
      project: env.FLEET_PROJECT ?? 'meta-coordinator',
      argv: ['node', '/opt/fleet/agent.js'],
      workingDir: settings.workspaceRoot,
      onLog: (line) => log.info({ from: 'agent' }, line),
    }),
    log,
  });
  log.info({ socket: settings.operatorSocket }, 'fleetd is ready');
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
