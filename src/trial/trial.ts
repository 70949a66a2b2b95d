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
import type { OvFeatures } from '../overstory/command.ts';
import { startDemoModel } from '../simulator/demo-model.ts';
import { startGatewayPatiently } from './gateway.ts';
import type { TrialOptions } from './options.ts';
import { preflight } from './preflight.ts';
import { programsOf } from './programs.ts';
import { prepareRuntime, type TrialRuntime } from './runtime.ts';

export interface Trial {
  /** WebChat with its token; GATEWAY_SLOW: there is none, fleetd and the dashboard are up. */
  link: string | FleetError;
  /** The dashboard with its token; null: none. */
  dashboardLink: string | null;
  /** names, as the registry has them */
  products: string[];
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
  const programs = programsOf(root);
  // Heard when they are needed.
  programs.built.catch(() => {});
  const { dist } = programs;
  const { stateDir } = options;
  await mkdir(join(stateDir, 'log'), { recursive: true });
  const log = pino(
    { level: process.env.LOG_LEVEL ?? 'info' },
    quietLines(pino.destination({ dest: join(stateDir, 'log/fleetd.log'), sync: false })),
  );
  const undo: (() => Promise<unknown>)[] = [programs.close];
  const stop = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse())
      await step().catch((error) => log.error({ err: error }, 'stopping'));
  };

  try {
    await preflight(options);
    const runtime = await prepareRuntime(options, programs, onProgress);
    // Asked meanwhile, and heard before the gateway is started.
    const asked = runtime.features();
    asked.catch(() => {});
    const gatewaySocket = join(stateDir, 'run/gateway.sock');
    const fleetd = await runFleetd({
      productsFile: options.productsFile,
      workspaceRoot: runtime.workspaceRoot,
      projectsRoot: runtime.projectsRoot,
      ...(runtime.publisher && { publisher: runtime.publisher }),
      deliverer: runtime.deliverer,
      stateDir: join(stateDir, 'state'),
      operatorSocket: join(stateDir, 'run/operator.sock'),
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
      makesProducts: true,
      log,
    }).catch(async (error) => {
      await runtime.close([]);
      throw error;
    });
    const products = () => fleetd.fleet.loop.context.registry.current().products;
    undo.push(
      () => runtime.close(products()),
      () => fleetd.close(),
      () => stopSessions(fleetd),
    );
    onProgress('fleetd is up');
    if (fleetd.dashboard) onDashboard(fleetd.dashboard.link);
    if (programs.building) {
      onProgress('Building the programs of agent, overstory and gateway');
      for (const { name } of products())
        fleetd.fleet.making.told(name, 'waiting until the programs are built');
      await programs.built;
      for (const { name } of products()) fleetd.fleet.making.told(name, 'waiting for its turn');
    }

    const features = await asked;
    // Side by side: the gateway is mostly one thread, and each product is programs of its own.
    const prepared = prepareProducts(runtime, fleetd, features, onProgress);
    // What it started is not left running, however the rest ends.
    undo.push(() => prepared);
    const started = await startWebChat(options, { root, dist, gatewaySocket, onProgress, undo });
    const gateway = 'gateway' in started ? started.gateway : null;
    await prepared;
    return {
      link: 'gateway' in started ? started.gateway.link : started.tooSlow,
      dashboardLink: fleetd.dashboard?.link ?? null,
      products: products().map(({ name }) => name),
      gatewayEnded: gateway?.exited ?? new Promise(() => {}),
      stop,
    };
  } catch (error) {
    await stop();
    throw FleetError.wrap(error);
  }
}

async function prepareProducts(
  runtime: TrialRuntime,
  { fleet }: Fleetd,
  features: OvFeatures,
  onProgress: (sentence: string) => void,
): Promise<void> {
  await runtime.prepareProducts(fleet.loop.context.registry.current().products, features, {
    onProgress,
    onDoing: (product, doing) => fleet.making.told(product, doing),
    onProduct({ product, done, error }) {
      fleet.making.ended(product, { done, error: error && FleetError.from(error) });
      onProgress(
        error ? `${product}: ${error.message} ${error.mend}` : `${product}: ${done.join(', ') || 'ready'}`,
      );
    },
  });
}

/** The gateway with its model, and what ends both in `undo`. @throws FleetError but of slowness, which is returned */
async function startWebChat(
  { stateDir, port, dashboardPort, model: choice }: TrialOptions,
  parts: {
    root: string;
    dist: string;
    gatewaySocket: string;
    onProgress: (sentence: string) => void;
    undo: (() => Promise<unknown>)[];
  },
): ReturnType<typeof startGatewayPatiently> {
  const provided = choice.kind === 'provided' ? choice : null;
  const model = provided?.model ?? (await demoModel(parts.undo));
  const pluginDir = join(stateDir, 'plugin');
  await layPlugin(parts, pluginDir);
  const started = await startGatewayPatiently({
    stateDir: join(stateDir, 'gateway'),
    token: await keptToken(join(stateDir, 'gateway-token')),
    config: {
      port,
      bind: 'loopback',
      pluginDir,
      workspaceDir: join(stateDir, 'gateway/workspace'),
      logFile: join(stateDir, 'log/openclaw.log'),
      socketPath: parts.gatewaySocket,
      model,
      chats: {},
      allowedOrigins: [],
    },
    env: {
      FLEET_DASHBOARD_PORT: String(dashboardPort ?? 'off'),
      ...provided?.env,
    },
    onProgress: parts.onProgress,
  });
  if ('gateway' in started) parts.undo.push(() => started.gateway.stop());
  return started;
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
