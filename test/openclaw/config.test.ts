// The config that trial, image and tests share, judged by OpenClaw itself; and that manifest, config and tools
// name the same things.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chatKinds } from '../../src/common/chats.ts';
import { setupsOf } from '../../src/openclaw/chats/index.ts';
import {
  gatewayEnvironment,
  openclawOfDevDependency,
  prepareGatewayState,
} from '../../src/openclaw/gateway.ts';
import {
  allowedTools,
  deniedTools,
  fleetToolNames,
  type GatewayOptions,
  gatewayConfig,
} from '../../src/openclaw/gateway-config.ts';
import { providedModel, standInModel } from '../../src/openclaw/providers.ts';
import { fleetTools } from '../../src/openclaw/tools/index.ts';
import { buildPlugin } from '../support/plugin.ts';

const token = 'test-token-0123456789abcdef0123456789abcdef';
let folder: string;

const options = (fields: Partial<GatewayOptions> = {}): GatewayOptions => ({
  port: 41789,
  bind: 'loopback',
  pluginDir: join(folder, 'plugin'),
  workspaceDir: join(folder, 'workspace'),
  logFile: join(folder, 'openclaw.log'),
  socketPath: null,
  model: providedModel('anthropic', 'claude-sonnet-5', { url: null, key: 'ANTHROPIC_API_KEY' }),
  chats: {},
  allowedOrigins: [],
  ...fields,
});

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gw-config-'));
  await buildPlugin(join(folder, 'plugin'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function openclaw(config: GatewayOptions, ...args: string[]) {
  const kinds = setupsOf(config.chats).map(({ setup }) => setup.kind);
  const stateDir = join(folder, ['state', ...kinds].join('-'));
  await prepareGatewayState(stateDir, config);
  return execa(process.execPath, [openclawOfDevDependency(), ...args], {
    env: gatewayEnvironment(stateDir, token, {
      // The audit asks a Docker engine for sandboxes, and waits a minute for one that is just starting.
      DOCKER_HOST: 'unix:///nowhere/docker.sock',
      ANTHROPIC_API_KEY: 'not-a-key',
      ...Object.fromEntries(
        setupsOf(config.chats).flatMap(({ setup }) => setup.keys.map((name) => [name, 'not-a-token'])),
      ),
    }),
    extendEnv: false,
    all: true,
    reject: false,
  });
}

describe('gatewayConfig', () => {
  // That of the bundle is audited in the bundle.
  it('is valid and leaves the security audit nothing to say', async () => {
    const config = options({ bind: 'loopback', model: standInModel('http://127.0.0.1:9') });
    const valid = await openclaw(config, 'config', 'validate');
    expect(valid.all).toMatch(/valid/i);
    expect({ code: valid.exitCode, all: valid.all }).toMatchObject({ code: 0 });
    expect(valid.all).not.toMatch(/warn|unrecognized/i);
    const audit = await openclaw(config, 'security', 'audit', '--json');
    const { summary, findings } = JSON.parse(audit.stdout) as {
      summary: { critical: number; warn: number };
      findings: { severity: string; checkId: string }[];
    };
    expect(findings.filter(({ severity }) => severity !== 'info')).toEqual([]);
    expect(summary).toMatchObject({ critical: 0, warn: 0 });
  }, 120_000);

  // Of a plugin that is not there OpenClaw checks nothing: those are tried with it.
  it.each(['slack', 'telegram'] as const)('is valid with %s', async (kind) => {
    const { exitCode, all } = await openclaw(
      options({ chats: { [kind]: { users: ['1'], places: [], api: null } } }),
      'config',
      'validate',
    );
    expect({ exitCode, all }).toMatchObject({ exitCode: 0 });
    expect(all).not.toMatch(kind === 'telegram' ? /warn|unrecognized/i : /unrecognized/i);
  });

  it('carries no secret, whatever the environment holds', () => {
    const all = Object.fromEntries(chatKinds.map((kind) => [kind, { users: ['1'], places: [], api: null }]));
    const text = JSON.stringify(gatewayConfig(options({ chats: all })));
    expect(text).toMatch(/"token":"\$\{OPENCLAW_GATEWAY_TOKEN\}"/);
    expect(text).not.toMatch(/sk-ant|xox[bp]-/);
  });

  it('sends no model request anywhere but to the local model when there is one', () => {
    const { models } = gatewayConfig(options({ model: standInModel('http://127.0.0.1:9') }));
    expect(models).toMatchObject({ providers: { anthropic: { baseUrl: 'http://127.0.0.1:9' } } });
    expect(JSON.stringify(models)).not.toContain('ANTHROPIC_API_KEY');
  });
});

describe('the names', () => {
  it('are the same in config and tools, and none is denied', () => {
    expect(fleetToolNames).toEqual(fleetTools.map(({ name }) => name));
    expect(allowedTools.filter((name) => (deniedTools as readonly string[]).includes(name))).toEqual([]);
  });

  it('are all in the skill, with no tool that does not exist', async () => {
    const skill = await readFile('skills/overstory/SKILL.md', 'utf8');
    const named = new Set(skill.match(/fleet_\w+/g));
    expect([...named].sort()).toEqual([...fleetToolNames].sort());
  });

  it('have closed schemas of plain JSON', () => {
    for (const { parameters } of fleetTools) {
      expect(parameters).toMatchObject({ type: 'object', additionalProperties: false });
      expect(JSON.parse(JSON.stringify(parameters))).toEqual(parameters);
    }
  });
});
