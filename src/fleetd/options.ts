// What fleetd is told, by its environment (as in the container) or by words. All of it has a default that fits the
// compose bundle.
import { Command, Option } from 'commander';
import { tellBrokenHelp } from '../common/broken-output.ts';
import { FleetError } from '../common/errors.ts';
import { version } from '../common/version.ts';

export interface FleetdSettings {
  productsFile: string;
  /** folder in the runtime under which all checkouts lie */
  workspaceRoot: string;
  /** folder in the runtime, and where the publisher is, of the human's repositories; null: none */
  projectsRoot: string | null;
  stateDir: string;
  operatorSocket: string;
  gatewaySocket: string;
  /** token null: one is made and kept in the state folder */
  dashboard: { port: number; host: '127.0.0.1' | '0.0.0.0'; token: string | null } | null;
  /** the compose project whose label the runtime's container carries */
  project: string;
  /** null: those of this machine */
  runtimeCores: number | null;
  logLevel: string;
  /** only the epoch is raised; nothing is started */
  takeOver: boolean;
}

/**
 * Exits with commander's own text and code on --help, --version and an unknown word.
 * @param argv without node and script
 * @throws FleetError DASHBOARD_PORT_INVALID
 */
export function readFleetdOptions(argv: string[]): FleetdSettings {
  const option = (flags: string, says: string, variable: string, byDefault: string) =>
    new Option(flags, says).env(variable).default(byDefault);
  const o = tellBrokenHelp(new Command('fleetd'))
    .description(
      'The service of the meta-coordinator: decides what runs, and starts it in the one container that carries\n' +
        "this project's label. Everything can also be given by the variable that stands behind it.",
    )
    .version(version)
    .addOption(option('--products <file>', 'the registry', 'FLEET_PRODUCTS', '/etc/fleet/products.yaml'))
    .addOption(option('--state <folder>', 'journal and tokens', 'FLEET_STATE', '/var/lib/fleetd'))
    .addOption(option('--socket <path>', 'for `fleet`', 'FLEET_SOCKET', '/run/fleet/operator/fleetd.sock'))
    .addOption(
      option(
        '--gateway-socket <path>',
        'for the plugin in OpenClaw',
        'FLEET_GATEWAY_SOCKET',
        '/run/fleet/gateway/fleetd.sock',
      ),
    )
    .addOption(option('--dashboard-port <number>', 'or `off`', 'FLEET_DASHBOARD_PORT', '41790'))
    .addOption(
      option(
        '--dashboard-host <address>',
        'all interfaces only where something else keeps strangers out, as a published port of a container does',
        'FLEET_DASHBOARD_HOST',
        '127.0.0.1',
      ).choices(['127.0.0.1', '0.0.0.0']),
    )
    .addOption(
      option('--project <name>', 'compose project of the runtime', 'FLEET_PROJECT', 'meta-coordinator'),
    )
    .addOption(
      option('--workspace <folder>', 'of checkouts, in the runtime', 'FLEET_WORKSPACE', '/workspace'),
    )
    .addOption(option('--projects <folder>', 'of your repositories, in the runtime', 'FLEET_PROJECTS', ''))
    .addOption(option('--runtime-cpus <number>', "0: this machine's", 'FLEET_RUNTIME_CPUS', '0'))
    .addOption(option('--log-level <level>', 'of pino', 'LOG_LEVEL', 'info'))
    .option(
      '--take-over',
      'raise the epoch of the fleet in the state folder, so that runtimes refuse the fleetd before; end',
    )
    .addHelpText(
      'after',
      "\nBy the environment only: FLEET_OPERATOR_TOKEN (the dashboard's; default: one is made and kept), DOCKER_HOST.",
    )
    .allowExcessArguments(false)
    .parse(argv, { from: 'user' })
    .opts<Record<string, string> & { takeOver?: true }>();
  const { products = '', state = '', socket = '', gatewaySocket = '', workspace = '', project = '' } = o;
  const port = readPort(o.dashboardPort ?? '');
  const cores = Number(o.runtimeCpus);
  return {
    productsFile: products,
    workspaceRoot: workspace,
    projectsRoot: o.projects || null,
    stateDir: state,
    operatorSocket: socket,
    gatewaySocket,
    dashboard:
      port === null
        ? null
        : {
            port,
            host: o.dashboardHost === '0.0.0.0' ? '0.0.0.0' : '127.0.0.1',
            token: process.env.FLEET_OPERATOR_TOKEN || null,
          },
    project,
    runtimeCores: cores > 0 ? cores : null,
    logLevel: o.logLevel ?? 'info',
    takeOver: o.takeOver === true,
  };
}

/** `off` or empty: none. Throws FleetError. */
function readPort(text: string): number | null {
  if (text === '' || text === 'off') return null;
  const port = Number(text);
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
  throw new FleetError({
    code: 'DASHBOARD_PORT_INVALID',
    message: `Expected the dashboard's port (FLEET_DASHBOARD_PORT) from 1 to 65535 or \`off\`, got ${text}.`,
    mend: 'Correct it; for the bundle it is in .env.',
  });
}
