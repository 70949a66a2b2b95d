// A real gateway with the plugin, a real fleetd and a model that only counts: while nobody asks anything,
// nothing may be asked of the model.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { gatewayEnvironment, openclawOfDevDependency, startGateway } from '../src/openclaw/gateway.ts';
import { startScriptedModel } from '../test/openclaw/scripted-model.ts';
import { buildPlugin } from '../test/support/plugin.ts';
import { freePort } from '../test/support/trial-process.ts';
import { atMost, type Figure } from './figure.ts';
import { openLab } from './lab.ts';

const token = 'bench-token-0123456789abcdef0123456789abcdef';

export async function run({ quick }: { quick: boolean }): Promise<Figure[]> {
  const seconds = quick ? 60 : 600;
  await using lab = await openLab({ products: 50 });
  const { socket } = await lab.fleetd();
  const folder = mkdtempSync(join(tmpdir(), 'fg-'));
  const stateDir = join(folder, 'state');
  const model = await startScriptedModel(() => ({ text: 'unexpected', calls: [] }));
  try {
    await buildPlugin(join(folder, 'plugin'));
    const gateway = await startGateway({
      config: {
        port: await freePort(),
        bind: 'loopback',
        pluginDir: join(folder, 'plugin'),
        workspaceDir: join(folder, 'workspace'),
        logFile: join(folder, 'openclaw.log'),
        socketPath: socket,
        model: { kind: 'local', baseUrl: model.url },
        slack: null,
        allowedOrigins: [],
      },
      stateDir,
      token,
    });
    try {
      await gateway.ready;
      await lab.quiet();
      const starts = lab.calls().length;
      await sleep(seconds * 1000);
      const config = JSON.parse(readFileSync(join(stateDir, 'openclaw.json'), 'utf8'));
      const heartbeat =
        config.agents?.defaults?.heartbeat?.every ?? config.agents?.list?.[0]?.heartbeat?.every;
      const { stdout } = await execa(
        process.execPath,
        [
          openclawOfDevDependency(),
          'cron',
          'list',
          '--json',
          '--url',
          gateway.url.replace('http', 'ws'),
          '--token',
          token,
        ],
        {
          env: gatewayEnvironment(stateDir, token),
          extendEnv: false,
        },
      );
      const jobs = (JSON.parse(stdout.slice(stdout.indexOf('{'))) as { jobs: unknown[] }).jobs.length;
      const time = `${seconds / 60} min idle, 50 products`;
      return [
        atMost('idle gateway: model requests', 'count', model.requests.length, 0, '', time),
        atMost('idle gateway: cron jobs', 'count', jobs, 0, '', 'openclaw cron list'),
        atMost(
          'idle gateway: heartbeat on',
          'count',
          heartbeat === '0m' ? 0 : 1,
          0,
          '',
          `heartbeat.every is ${heartbeat}`,
        ),
        atMost('idle gateway: ov processes started', 'count', lab.calls().length - starts, 0, '', time),
      ];
    } finally {
      await gateway.stop();
    }
  } finally {
    await model.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
