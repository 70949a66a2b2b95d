// The complete openclaw.json for trial, image and tests, from one source. Pure: secrets appear only as
// ${NAMES} that the gateway itself substitutes. Every key was read from docs and tried on 2026.9.6.

import manifest from '../../openclaw.plugin.json' with { type: 'json' };
import { fromEnvironment } from './chats/chat.ts';
import { type ChatsOn, setupsOf } from './chats/index.ts';
import type { GatewayModel } from './providers.ts';

/** The one agent of this gateway, and the plugin's id. */
export const agentId = 'meta-coordinator';

/** The session that WebChat opens by itself. */
export const mainSessionKey = `agent:${agentId}:main`;

/** Of src/openclaw/tools, by `npm run docs -- tools`. */
export const fleetToolNames: readonly string[] = manifest.contracts.tools;
/** Everything the model may call. `read` is what puts the skill into the prompt; it is confined to the workspace. */
export const allowedTools: readonly string[] = ['read', 'session_status', ...fleetToolNames];

/** Denied by name as well as by absence from the allowlist: a later edit of one must not open the other. */
export const deniedTools = [
  'exec',
  'process',
  'write',
  'edit',
  'apply_patch',
  'browser',
  'canvas',
  'nodes',
  'gateway',
] as const;

export interface GatewayOptions {
  port: number;
  /** lan: all interfaces, as a container needs it behind a published port. */
  bind: 'loopback' | 'lan';
  /** Folder with openclaw.plugin.json, package.json, dist/openclaw and skills. */
  pluginDir: string;
  /** The agent's workspace: all that `read` may open besides the skill. */
  workspaceDir: string;
  logFile: string;
  /** fleetd's socket for the gateway; null: the plugin takes FLEET_GATEWAY_SOCKET. */
  socketPath: string | null;
  /** of `providedModel` or `standInModel`; its key is in the gateway's environment */
  model: GatewayModel;
  /** Their keys are in the gateway's environment, and their plugins installed. */
  chats: ChatsOn;
  /** Origins a browser may use, e.g. http://localhost:41789; the two loopback ones are always in. */
  allowedOrigins: string[];
}

/**
 * @returns the object to write as openclaw.json; `openclaw config validate` accepts it and
 * `openclaw security audit` finds nothing critical and nothing to warn about, on loopback and on lan.
 */
export function gatewayConfig(options: GatewayOptions): Record<string, unknown> {
  const { model } = options;
  const on = setupsOf(options.chats);
  const kinds = on.map(({ setup }) => setup.kind);
  const config: Record<string, unknown> = {
    gateway: {
      mode: 'local',
      port: options.port,
      bind: options.bind,
      // No proxy stands in front of a loopback gateway. Empty would mean the same but reads as an oversight
      // to `security audit`, so it says so with an address that no peer can have (RFC 5737).
      ...(options.bind === 'loopback' && { trustedProxies: ['192.0.2.1'] }),
      auth: {
        mode: 'token',
        token: fromEnvironment('OPENCLAW_GATEWAY_TOKEN'),
        rateLimit: { maxAttempts: 10, windowMs: 60_000, lockoutMs: 300_000 },
      },
      controlUi: {
        enabled: true,
        allowedOrigins: [
          ...new Set([
            `http://localhost:${options.port}`,
            `http://127.0.0.1:${options.port}`,
            ...options.allowedOrigins,
          ]),
        ],
        communityInvite: false,
        // Each session would otherwise cost a model call for its recap.
        sessionObserver: false,
      },
      // Default on: a shell in the browser for every admin client.
      terminal: { enabled: false },
    },
    // Once OpenClaw has written its config itself (as `plugins install` does), one without `meta` looks broken to it, and
    // it would bring back its own backup instead of this one.
    meta: { lastTouchedVersion: '2026.9.6' },
    logging: { file: options.logFile },
    update: { checkOnStart: false },
    telemetry: { enabled: false },
    discovery: { mdns: { mode: 'off' } },
    browser: { enabled: false },
    models: {
      mode: 'merge',
      catalogRefresh: { enabled: false },
      providers: model.providers,
    },
    agents: {
      defaults: {
        model: { primary: model.ref },
        // Unset or named, every session costs further calls for a recap of it: mail of workers included.
        utilityModel: '',
        thinkingDefault: 'medium',
        workspace: options.workspaceDir,
        skipBootstrap: true,
        // Default 30m: a model turn every half hour with nothing to do.
        heartbeat: { every: '0m' },
        subagents: { maxConcurrent: 1 },
      },
      entries: {
        [agentId]: {
          name: 'Meta-Coordinator',
          skills: ['overstory'],
          tools: {
            allow: [...allowedTools],
            deny: [...deniedTools],
            exec: { mode: 'deny' },
            codeMode: false,
          },
        },
      },
    },
    tools: {
      // Either would hide the fleet tools behind a search or a script surface.
      codeMode: false,
      toolSearch: false,
      exec: { mode: 'deny' },
      // For every agent, one that somebody adds too.
      deny: [...deniedTools],
      elevated: { enabled: false },
      fs: { workspaceOnly: true },
    },
    // Each person's direct messages in a session of their own: what one person says there is not another's to read.
    session: { notifyOnCreate: false, dmScope: 'per-channel-peer' },
    skills: { workshop: { autonomous: { mode: 'off' } } },
    approvals: { plugin: { enabled: true, mode: 'session' } },
    plugins: {
      allow: [agentId, ...(model.plugin === null ? [] : [model.plugin]), ...kinds],
      // memory-core would dream at 03:00, with the model.
      slots: { memory: 'none' },
      load: { paths: [options.pluginDir] },
      entries: {
        ...(model.plugin !== null && { [model.plugin]: { enabled: true } }),
        ...Object.fromEntries(kinds.map((kind) => [kind, { enabled: true }])),
        [agentId]: {
          enabled: true,
          config: options.socketPath === null ? {} : { socketPath: options.socketPath },
        },
      },
    },
  };
  if (on.length > 0) {
    config.channels = Object.fromEntries(
      on.map(({ setup, options: chat }) => [setup.kind, setup.config(chat)]),
    );
    config.commands = {
      ownerAllowFrom: on.flatMap(({ setup, options: { users } }) =>
        users.map((user) => `${setup.kind}:${user}`),
      ),
    };
    config.bindings = kinds.map((channel) => ({ agentId, match: { channel } }));
  }
  return config;
}
