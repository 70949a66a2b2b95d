// A real gateway with the plugin, before a real fleetd, and a model that only counts what it is asked.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startGateway } from '../src/openclaw/gateway.ts';
import { type ScriptedModel, startScriptedModel } from '../test/openclaw/scripted-model.ts';
import { buildPlugin } from '../test/support/plugin.ts';
import { freePort } from '../test/support/trial-process.ts';

export interface BenchGateway extends AsyncDisposable {
  url: string;
  token: string;
  stateDir: string;
  model: ScriptedModel;
}

/** @param socketPath of fleetd; resolves when the gateway is ready */
export async function openGateway(socketPath: string): Promise<BenchGateway> {
  const folder = mkdtempSync(join(tmpdir(), 'fg-'));
  const stateDir = join(folder, 'state');
  const token = 'bench-token-0123456789abcdef0123456789abcdef';
  const model = await startScriptedModel(() => ({ text: 'unexpected', calls: [] }));
  await buildPlugin(join(folder, 'plugin'));
  const gateway = await startGateway({
    config: {
      port: await freePort(),
      bind: 'loopback',
      pluginDir: join(folder, 'plugin'),
      workspaceDir: join(folder, 'workspace'),
      logFile: join(folder, 'openclaw.log'),
      socketPath,
      model: { kind: 'local', baseUrl: model.url },
      slack: null,
      allowedOrigins: [],
    },
    stateDir,
    token,
  });
  const close = async () => {
    await gateway.stop();
    await model.close();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await gateway.ready;
  } catch (error) {
    await close();
    throw error;
  }
  return { url: gateway.url, token, stateDir, model, [Symbol.asyncDispose]: close };
}
