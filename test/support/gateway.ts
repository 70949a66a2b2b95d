// A real OpenClaw gateway with the plugin built from the sources, in a folder of its own: for tests and benchmarks.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Hono } from 'hono';
import { pino } from 'pino';
import { listenOnSocket } from '../../src/api/listen.ts';
import { createApi } from '../../src/api/server.ts';
import type { Fleet } from '../../src/fleet/index.ts';
import type { ChatsOn } from '../../src/openclaw/chats/index.ts';
import { prepareGatewayState, type StartGateway, startGateway } from '../../src/openclaw/gateway.ts';
import { type GatewayModel, standInModel } from '../../src/openclaw/providers.ts';
import { buildPlugin } from './plugin.ts';
import { freePort } from './trial-process.ts';

export interface TestGateway extends AsyncDisposable {
  /** `http://127.0.0.1:<port>`, the same after a restart */
  url: string;
  /** WebChat with the token in the fragment */
  link: string;
  token: string;
  /** another one after a restart */
  pid(): number;
  /** what it was started with */
  started: StartGateway;
  /**
   * Ends it by a signal and starts it again on the same state; resolves when it is ready.
   * @param meanwhile what happens while it is gone
   */
  restart(signal: 'SIGTERM' | 'SIGKILL', meanwhile?: () => Promise<void>): Promise<void>;
}

/**
 * Resolves when it is ready; the folder is removed with it.
 * @param options.fleetd the socket that the plugin talks to; it need not be there yet
 * @param options.model what its config is told of the model, or the base URL of an Anthropic-compatible server
 */
export async function openGateway(options: {
  fleetd: string;
  model: string | GatewayModel;
  env?: Record<string, string>;
  chats?: ChatsOn;
  /** puts plugins into its state folder, before it starts */
  install?: ((stateDir: string) => Promise<void>) | undefined;
}): Promise<TestGateway> {
  const folder = await mkdtemp(join(tmpdir(), 'gw-'));
  await buildPlugin(join(folder, 'plugin'));
  const started: StartGateway = {
    config: {
      port: await freePort(),
      bind: 'loopback',
      pluginDir: join(folder, 'plugin'),
      workspaceDir: join(folder, 'workspace'),
      logFile: join(folder, 'openclaw.log'),
      socketPath: options.fleetd,
      model: typeof options.model === 'string' ? standInModel(options.model) : options.model,
      chats: options.chats ?? {},
      allowedOrigins: [],
    },
    stateDir: join(folder, 'state'),
    token: 'test-token-0123456789abcdef0123456789abcdef',
    env: options.env,
    log: process.env.TEST_LOG ? (line) => console.log(line) : undefined,
  };
  if (options.install) {
    await prepareGatewayState(started.stateDir, { ...started.config, chats: {} });
    await options.install(started.stateDir);
  }
  let gateway = await startGateway(started);
  const close = async () => {
    await gateway.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await gateway.ready;
  } catch (error) {
    await close();
    throw error;
  }
  const { url, link } = gateway;
  return {
    url,
    link,
    token: started.token,
    pid: () => gateway.pid,
    started,
    async restart(signal, meanwhile) {
      process.kill(gateway.pid, signal);
      await gateway.exited;
      await meanwhile?.();
      gateway = await startGateway(started);
      await gateway.ready;
    },
    [Symbol.asyncDispose]: close,
  };
}

/**
 * fleetd's API as the gateway reaches it, on a socket of its own, over a fleet in this process.
 * @param lost whether a request to this path gets an error before it reaches the fleet
 */
export async function serveFleet(
  fleet: Fleet,
  lost: (path: string) => boolean = () => false,
): Promise<{ socketPath: string } & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'fleetd-'));
  const socketPath = join(folder, 'fleetd.sock');
  const log = pino({ level: process.env.TEST_LOG ?? 'silent' });
  const api = new Hono()
    .use(async (c, next) => (lost(c.req.path) ? c.text('lost', 502) : await next()))
    .route('/', createApi(fleet, 'gateway', log));
  const server = await listenOnSocket(api, socketPath);
  return {
    socketPath,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
