// One real OpenClaw gateway as a child process, for the trial and for tests: its own state folder, its own
// HOME inside it, and nothing of the caller's environment but what is named here.
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { FleetError } from '../common/errors.ts';
import { type GatewayOptions, gatewayConfig } from './gateway-config.ts';

/** The gateway was ready after 10-14 s on 2 shared cores (measured); a loaded machine needs several times that. */
const usualTimeoutMs = 180_000;
/** SIGTERM ends an idle gateway within 3 s (measured); one in the middle of a run drains for minutes. */
const stopGraceMs = 8_000;
/** Exit code of the gateway for a config it refuses (EX_CONFIG), and for what it could not do in its own time limits. */
const configRefused = 78;
/** OpenClaw 2026.9.6 on a machine too busy for its limits of 5 s: it passes by itself, whatever mend its text names. */
export const tooSlow =
  /lease heartbeat did not become ready|\blease\b.*\bwas lost\b|state lease expired|maintenance deferred/i;

export interface StartGateway {
  config: GatewayOptions;
  /** Holds openclaw.json, the gateway's state and its HOME. Kept: the next start continues its sessions. */
  stateDir: string;
  /** What a browser or client must present. */
  token: string;
  /** Path of openclaw.mjs. Default: the dev dependency's. */
  openclaw?: string;
  /** Added to the gateway's environment: ANTHROPIC_API_KEY, FLEET_GATEWAY_SOCKET, keys of chats, proxies. */
  env?: Record<string, string>;
  /** Every line the gateway prints. */
  log?: (line: string) => void;
  /** A sentence now and then while it starts. */
  onProgress?: (sentence: string) => void;
  /** How long it may take to become ready; default: 3 min. */
  readyTimeoutMs?: number;
}

export interface Gateway {
  /** `http://127.0.0.1:<port>` */
  url: string;
  /** WebChat with the token in the fragment: opens without a login. */
  link: string;
  pid: number;
  /** Settles when /readyz says so. Rejects with GATEWAY_CONFIG, GATEWAY_EXITED or GATEWAY_SLOW. */
  ready: Promise<void>;
  /** Resolves with the exit code once the process is gone; null after a signal. */
  exited: Promise<number | null>;
  /** SIGTERM, then SIGKILL after 8 s. Resolves when it is gone. */
  stop(): Promise<void>;
}

/** openclaw.mjs of the pinned dev dependency. */
export function openclawOfDevDependency(): string {
  return join(dirname(dirname(fileURLToPath(import.meta.resolve('openclaw')))), 'openclaw.mjs');
}

/**
 * The environment in which `openclaw` commands meet a gateway's state folder (also `config validate`,
 * `plugins list` and `security audit`).
 */
export function gatewayEnvironment(
  stateDir: string,
  token: string,
  extra: Record<string, string> = {},
): Record<string, string> {
  const inherited = [
    ...['PATH', 'TMPDIR', 'LANG', 'LC_ALL', 'TZ'],
    // How this machine reaches the model: its own certificates and proxy.
    ...[
      'NODE_EXTRA_CA_CERTS',
      'HTTP_PROXY',
      'HTTPS_PROXY',
      'NO_PROXY',
      'http_proxy',
      'https_proxy',
      'no_proxy',
    ],
  ].flatMap((key) => {
    const value = process.env[key];
    return value === undefined ? [] : [[key, value] as const];
  });
  return {
    ...Object.fromEntries(inherited),
    NO_COLOR: '1',
    OPENCLAW_DISABLE_BONJOUR: '1',
    OPENCLAW_EXEC_SHELL_SNAPSHOT: '0',
    // Restarts stay in this process, so that its id names the gateway for as long as it lives.
    OPENCLAW_NO_RESPAWN: '1',
    // Never a secret: the local model takes any key, and the real one is not shown to it.
    FLEET_LOCAL_MODEL_KEY: 'local-model-needs-no-key',
    ...extra,
    HOME: join(stateDir, 'home'),
    OPENCLAW_STATE_DIR: join(stateDir, 'state'),
    OPENCLAW_CONFIG_PATH: join(stateDir, 'openclaw.json'),
    OPENCLAW_GATEWAY_TOKEN: token,
  };
}

/** Writes openclaw.json and makes the folders it names. */
export async function prepareGatewayState(stateDir: string, config: GatewayOptions): Promise<void> {
  for (const folder of [join(stateDir, 'home'), join(stateDir, 'state')])
    await mkdir(folder, { recursive: true, mode: 0o700 });
  await mkdir(config.workspaceDir, { recursive: true });
  await mkdir(dirname(config.logFile), { recursive: true });
  await writeFile(join(stateDir, 'openclaw.json'), `${JSON.stringify(gatewayConfig(config), null, 2)}\n`, {
    mode: 0o600,
  });
}

/**
 * @throws FleetError PORT_TAKEN before anything is started. What fails later rejects `ready`.
 */
export async function startGateway(options: StartGateway): Promise<Gateway> {
  const { config, stateDir, token, onProgress = () => {}, readyTimeoutMs = usualTimeoutMs } = options;
  await refuseTakenPort(config.port);
  await prepareGatewayState(stateDir, config);
  const child = execa(process.execPath, [options.openclaw ?? openclawOfDevDependency(), 'gateway'], {
    cwd: stateDir,
    env: gatewayEnvironment(stateDir, token, options.env),
    extendEnv: false,
    stdin: 'ignore',
    all: true,
    buffer: false,
    reject: false,
    forceKillAfterDelay: stopGraceMs,
  });
  const lastLines: string[] = [];
  let slow = false;
  const reading = (async () => {
    for await (const line of child.iterable({ from: 'all' })) {
      lastLines.push(line);
      if (lastLines.length > 12) lastLines.shift();
      slow ||= tooSlow.test(line);
      options.log?.(line);
    }
  })();
  const exited = Promise.all([child, reading]).then(([result]) => result.exitCode ?? null);

  let ended: { code: number | null } | null = null;
  void exited.then((code) => {
    ended = { code };
  });

  const url = `http://127.0.0.1:${config.port}`;
  const waitUntilReady = async () => {
    const startedAt = performance.now();
    let saidAt = 0;
    while (!(await isReady(url))) {
      const seconds = Math.round((performance.now() - startedAt) / 1000);
      if (ended)
        throw slow
          ? tooBusy(`its end, exit ${ended.code}`, config)
          : endedEarly(ended.code, lastLines, options);
      if (performance.now() - startedAt > readyTimeoutMs)
        throw tooBusy(`no ready answer from ${url}/readyz within ${readyTimeoutMs / 1000} s`, config);
      if (seconds >= saidAt + 5) {
        saidAt = seconds;
        onProgress(`OpenClaw gateway is starting: ${seconds} s (usually 10 to 30 s)`);
      }
      await delay(150);
    }
  };
  const ready = waitUntilReady();
  // A caller that stops it before it is ready need not listen.
  ready.catch(() => {});

  return {
    url,
    link: `${url}/chat#token=${encodeURIComponent(token)}`,
    pid: child.pid ?? 0,
    ready,
    exited,
    async stop() {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

function tooBusy(got: string, { logFile }: GatewayOptions): FleetError {
  return new FleetError({
    code: 'GATEWAY_SLOW',
    message: `Expected the OpenClaw gateway to become ready, got ${got}: this machine is too busy for it.`,
    mend: `Start it again when the machine is quieter, or give it more cores or 2 GB of free memory; its log is ${logFile}.`,
  });
}

function endedEarly(
  code: number | null,
  lastLines: string[],
  { config, stateDir }: StartGateway,
): FleetError {
  const refused = code === configRefused;
  return new FleetError({
    code: refused ? 'GATEWAY_CONFIG' : 'GATEWAY_EXITED',
    message: `Expected the OpenClaw gateway to become ready, got ${code === null ? 'its end by a signal' : `exit ${code}`}. It said: ${lastLines.join(' | ') || 'nothing'}`,
    mend: refused
      ? `Mend what it refuses; its config is ${join(stateDir, 'openclaw.json')}.`
      : `Read ${config.logFile}; if it repeats, start with ${stateDir} moved away.`,
  });
}

async function isReady(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2_000) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

/** The gateway says so too, but only after its slow start and among a screen of other lines. */
async function refuseTakenPort(port: number): Promise<void> {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ port, host: '127.0.0.1', exclusive: true }, resolve);
    });
  } catch (error) {
    throw new FleetError({
      code: 'PORT_TAKEN',
      message: `Expected port ${port} to be free for the OpenClaw gateway, got: ${error instanceof Error ? error.message : String(error)}.`,
      mend: `End what listens on ${port} (ss -ltnp shows it), or choose another port.`,
      cause: error,
    });
  }
  await new Promise((resolve) => server.close(resolve));
}
