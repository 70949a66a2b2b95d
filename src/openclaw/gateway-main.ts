// Entry of the openclaw-meta container: decides which model answers, starts the gateway as its one child,
// prints the link, and hands signals on. Configuration is the environment, see docker-compose.yaml.
import { join } from 'node:path';
import { chats } from '../common/chats.ts';
import { FleetError, inOneLine } from '../common/errors.ts';
import { keptToken } from '../common/kept-token.ts';
import { startDemoModel } from '../simulator/demo-model.ts';
import { chatEnvironment, chatOptions } from './chat-options.ts';
import { installChatPlugin } from './chat-plugins.ts';
import { type ChatsOn, chatSetups } from './chats/index.ts';
import { prepareGatewayState, startGateway } from './gateway.ts';
import type { GatewayOptions } from './gateway-config.ts';
import { chooseModel, type ModelChoice } from './model-choice.ts';
import { standInModel } from './providers.ts';

const env = process.env;
const port = Number(env.FLEET_PORT || 41789);
const stateDir = env.OPENCLAW_STATE ?? '/home/node/.openclaw';
const say = (line: string) => console.log(`[openclaw-meta] ${line}`);

/** A chat when it is asked for and its plugin can be had; the fleet works without. */
async function chatsFor(
  openclaw: string,
  configFor: (on: ChatsOn) => GatewayOptions,
): Promise<{ on: ChatsOn; keys: Record<string, string> }> {
  const on: ChatsOn = {};
  const keys: Record<string, string> = {};
  for (const setup of Object.values(chatSetups)) {
    const { options, said } = chatOptions(setup, env);
    say(said);
    if (options === null) continue;
    try {
      // Without it in the config: OpenClaw's own check would install what is configured and missing, and then it is done again.
      if (setup.plugin !== null) {
        await prepareGatewayState(stateDir, configFor({}));
        const npmCache = setup.inImage === false ? undefined : env.CHATS_NPM_CACHE;
        await installChatPlugin({ plugin: setup.plugin, stateDir, openclaw, npmCache });
      }
      on[setup.kind] = options;
      Object.assign(keys, chatEnvironment(setup, env));
    } catch (thrown) {
      say(`${chats[setup.kind].title}: off. ${inOneLine(FleetError.wrap(thrown))}`);
    }
  }
  return { on, keys };
}

/** What answers where no model does. */
const standIn = (choice: ModelChoice) => ({
  port: 0,
  ...(choice.kind === 'none' && {
    always: `${choice.why.message} ${choice.why.mend} Until then the /fleet commands work as they are: try /fleet help.`,
  }),
});

try {
  const choice = chooseModel(env, {
    localHost: 'host.docker.internal',
    whereToSet: 'in the file .env next to docker-compose.yaml',
    unasked: env.OVERSTORY === 'sim' ? 'demo' : 'anthropic',
  });
  const model =
    choice.kind === 'provided' ? choice.model : standInModel((await startDemoModel(standIn(choice))).url);
  say(
    choice.kind === 'provided'
      ? `model: ${choice.said}`
      : choice.kind === 'demo'
        ? 'model: SIMULATED, a demo model that understands the sentences of the README'
        : `model: none. ${inOneLine(choice.why)} WebChat says so too, /fleet works without`,
  );

  const token = env.OPENCLAW_GATEWAY_TOKEN || (await keptToken(join(stateDir, 'token')));
  const openclaw = env.OPENCLAW_PROGRAM ?? '/usr/local/lib/node_modules/openclaw/openclaw.mjs';
  const configFor = (on: ChatsOn): GatewayOptions => ({
    port: 41789,
    bind: 'lan',
    pluginDir: '/opt/fleet',
    workspaceDir: join(stateDir, 'workspace'),
    logFile: join(stateDir, 'log/openclaw.log'),
    socketPath: env.FLEET_GATEWAY_SOCKET ?? '/run/fleet/gateway/fleetd.sock',
    model,
    chats: on,
    allowedOrigins: [`http://localhost:${port}`, `http://127.0.0.1:${port}`],
  });
  const { on, keys } = await chatsFor(openclaw, configFor);
  const gateway = await startGateway({
    stateDir,
    token,
    openclaw,
    config: configFor(on),
    env: {
      ...keys,
      FLEET_DASHBOARD_PORT: env.FLEET_DASHBOARD_PORT ?? '41790',
      ...(choice.kind === 'provided' && choice.env),
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
