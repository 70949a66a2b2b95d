// Entry of the openclaw-meta container: decides which model answers, starts the gateway as its one child,
// prints the link, and hands signals on. Configuration is the environment, see docker-compose.yaml.
import { join } from 'node:path';
import { FleetError, inOneLine } from '../common/errors.ts';
import { keptToken } from '../common/kept-token.ts';
import { startDemoModel } from '../simulator/demo-model.ts';
import { prepareGatewayState, startGateway } from './gateway.ts';
import type { GatewayOptions } from './gateway-config.ts';
import { localModel } from './local-model.ts';
import { slackOptions } from './slack-options.ts';
import { installSlackPlugin } from './slack-plugin.ts';

const env = process.env;
const port = Number(env.FLEET_PORT || 41789);
const stateDir = env.OPENCLAW_STATE ?? '/home/node/.openclaw';
const say = (line: string) => console.log(`[openclaw-meta] ${line}`);

/** Slack when it is asked for and its plugin can be had; the fleet works without. */
async function slackFor(
  openclaw: string,
  configFor: (slack: GatewayOptions['slack']) => GatewayOptions,
): Promise<GatewayOptions['slack']> {
  const { slack, said } = slackOptions(env);
  say(said);
  if (slack === null) return null;
  try {
    // Without Slack in it: OpenClaw's own check would install what is configured and missing, and then it is done again.
    await prepareGatewayState(stateDir, configFor(null));
    await installSlackPlugin({ stateDir, openclaw, npmCache: env.SLACK_NPM_CACHE });
    return slack;
  } catch (thrown) {
    const error = FleetError.wrap(thrown);
    say(`Slack: off. ${inOneLine(error)}`);
    return null;
  }
}

try {
  const mode = localModel(env);
  const local = mode === null ? null : await startDemoModel({ port: 0, mode });
  const model: GatewayOptions['model'] =
    local === null
      ? { kind: 'anthropic', id: env.ANTHROPIC_MODEL || 'claude-sonnet-5' }
      : { kind: 'local', baseUrl: local.url };
  say(
    {
      demo: 'model: SIMULATED, a demo model that understands the sentences of the README',
      'missing-key':
        'model: none. ANTHROPIC_API_KEY is missing; WebChat says how to set it, /fleet works without',
      real: `model: anthropic ${env.ANTHROPIC_MODEL || 'claude-sonnet-5'}`,
    }[mode ?? 'real'],
  );

  const token = env.OPENCLAW_GATEWAY_TOKEN || (await keptToken(join(stateDir, 'token')));
  const openclaw = env.OPENCLAW_PROGRAM ?? '/usr/local/lib/node_modules/openclaw/openclaw.mjs';
  const configFor = (slack: GatewayOptions['slack']): GatewayOptions => ({
    port: 41789,
    bind: 'lan',
    pluginDir: '/opt/fleet',
    workspaceDir: join(stateDir, 'workspace'),
    logFile: join(stateDir, 'log/openclaw.log'),
    socketPath: env.FLEET_GATEWAY_SOCKET ?? '/run/fleet/gateway/fleetd.sock',
    model,
    slack,
    allowedOrigins: [`http://localhost:${port}`, `http://127.0.0.1:${port}`],
  });
  const gateway = await startGateway({
    stateDir,
    token,
    openclaw,
    config: configFor(await slackFor(openclaw, configFor)),
    env: {
      ...(env.SLACK_BOT_TOKEN && { SLACK_BOT_TOKEN: env.SLACK_BOT_TOKEN }),
      ...(env.SLACK_APP_TOKEN && { SLACK_APP_TOKEN: env.SLACK_APP_TOKEN }),
      // Another server that speaks Slack's API; OpenClaw's plugin reads it.
      ...(env.SLACK_API_URL && { SLACK_API_URL: env.SLACK_API_URL }),
      FLEET_DASHBOARD_PORT: env.FLEET_DASHBOARD_PORT ?? '41790',
      ...(env.ANTHROPIC_API_KEY && { ANTHROPIC_API_KEY: env.ANTHROPIC_API_KEY }),
    },
    log: (line) => console.log(line),
    onProgress: say,
  });
  let stopping = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      stopping = true;
      void gateway.stop().then(() => process.exit(0));
    });
  }
  void gateway.exited.then((code) => {
    if (!stopping) process.exit(code ?? 1);
  });
  await gateway.ready;
  say(`ready: http://localhost:${port}/chat#token=${encodeURIComponent(token)}`);
} catch (thrown) {
  const error = FleetError.wrap(thrown);
  console.error(`[openclaw-meta] ${inOneLine(error)}`);
  process.exit(1);
}
