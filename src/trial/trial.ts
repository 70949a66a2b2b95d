// Starts the parts in order and stops them in the opposite one.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { FleetError } from '../common/errors.ts';
import { keptToken } from '../common/kept-token.ts';
import { quietLines } from '../common/terminal-safe-json.ts';
import { type Fleetd, runFleetd } from '../fleetd/run.ts';
import { layPlugin } from '../openclaw/plugin-folder.ts';
import { type GatewayModel, standInModel } from '../openclaw/providers.ts';
import { startDemoModel } from '../simulator/demo-model.ts';
import { startGatewayPatiently } from './gateway.ts';
import type { TrialOptions } from './options.ts';
import { preflight } from './preflight.ts';
import { prepareRuntime } from './runtime.ts';

export interface Trial {
  /** WebChat with its token; GATEWAY_SLOW: there is none, fleetd and the dashboard are up. */
  link: string | FleetError;
  /** The dashboard with its token; null: none. */
  dashboardLink: string | null;
  operatorSocket: string;
  /** names, as the registry has them */
  products: string[];
  ovVersion: string;
  /** Resolves when the gateway ends by itself, which a trial does not survive; never where there is none. */
  gatewayEnded: Promise<number | null>;
  /** Requeues and stops the running sessions, then everything else. */
  stop(): Promise<void>;
}

/** How long sessions may take to stop at the end of a trial. */
const sessionsStopMs = 30_000;

/**
 * @param root  folder of package.json; the built programs are in its dist/
 * @param onDashboard  as soon as its pages answer: long before the gateway, whose modules take most of the time
 * @throws FleetError naming what is missing or taken
 */
export async function startTrial(
  options: TrialOptions,
  root: string,
  onProgress: (sentence: string) => void,
  onDashboard: (link: string) => void = () => {},
): Promise<Trial> {
  await preflight(options);
  const dist = join(root, 'dist');
  const { stateDir } = options;
  await mkdir(join(stateDir, 'log'), { recursive: true });
  const log = pino(
    { level: process.env.LOG_LEVEL ?? 'info' },
    quietLines(pino.destination({ dest: join(stateDir, 'log/fleetd.log'), sync: false })),
  );
  const undo: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse())
      await step().catch((error) => log.error({ err: error }, 'stopping'));
  };

  try {
    onProgress('Preparing the products');
    const runtime = await prepareRuntime(options, dist, onProgress);
    undo.push(() => runtime.close());

    const operatorSocket = join(stateDir, 'run/operator.sock');
    const gatewaySocket = join(stateDir, 'run/gateway.sock');
    const fleetd = await runFleetd({
      productsFile: options.productsFile,
      workspaceRoot: runtime.workspaceRoot,
      projectsRoot: runtime.projectsRoot,
      ...(runtime.publisher && { publisher: runtime.publisher }),
      deliverer: runtime.deliverer,
      stateDir: join(stateDir, 'state'),
      operatorSocket,
      gatewaySocket,
      dashboard:
        options.dashboardPort === null
          ? null
          : {
              port: options.dashboardPort,
              host: '127.0.0.1',
              token: process.env.FLEET_OPERATOR_TOKEN || null,
            },
      tmux: runtime.tmux,
      channel: runtime.channel,
      log,
    });
    undo.push(
      () => fleetd.close(),
      () => stopSessions(fleetd),
    );
    onProgress('fleetd is up');
    if (fleetd.dashboard) onDashboard(fleetd.dashboard.link);

    const provided = options.model.kind === 'provided' ? options.model : null;
    const model = provided?.model ?? (await demoModel(undo));

    const pluginDir = join(stateDir, 'plugin');
    await layPlugin({ root, dist }, pluginDir);
    const started = await startGatewayPatiently({
      stateDir: join(stateDir, 'gateway'),
      token: await keptToken(join(stateDir, 'gateway-token')),
      config: {
        port: options.port,
        bind: 'loopback',
        pluginDir,
        workspaceDir: join(stateDir, 'gateway/workspace'),
        logFile: join(stateDir, 'log/openclaw.log'),
        socketPath: gatewaySocket,
        model,
        chats: {},
        allowedOrigins: [],
      },
      env: {
        FLEET_DASHBOARD_PORT: String(options.dashboardPort ?? 'off'),
        ...provided?.env,
      },
      onProgress,
    });
    const gateway = 'gateway' in started ? started.gateway : null;
    if (gateway) undo.push(() => gateway.stop());
    return {
      link: 'gateway' in started ? started.gateway.link : started.tooSlow,
      dashboardLink: fleetd.dashboard?.link ?? null,
      operatorSocket,
      products: runtime.prepared.map(({ product }) => product),
      ovVersion: runtime.ovVersion,
      gatewayEnded: gateway?.exited ?? new Promise(() => {}),
      stop,
    };
  } catch (error) {
    await stop();
    throw FleetError.wrap(error);
  }
}

async function demoModel(undo: (() => Promise<unknown>)[]): Promise<GatewayModel> {
  const { url, close } = await startDemoModel({ port: 0 });
  undo.push(close);
  return standInModel(url);
}

/** Sessions go back to the queue: the next trial goes on where this one was. */
async function stopSessions({ fleet }: Fleetd): Promise<void> {
  fleet.suspend('The trial was stopped.');
  const deadline = Date.now() + sessionsStopMs;
  while (fleet.loop.context.journal.liveSessions().length > 0 && Date.now() < deadline) {
    await fleet.nextEvent(500, { onAbort: () => {} });
  }
}
