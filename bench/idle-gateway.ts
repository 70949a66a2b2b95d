// A real gateway with the plugin, a real fleetd and a model that only counts: while nobody asks anything,
// nothing may be asked of the model.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { gatewayEnvironment, openclawOfDevDependency } from '../src/openclaw/gateway.ts';
import { atMost, type Figure } from './figure.ts';
import { openCountedGateway } from './gateway.ts';
import { openLab } from './lab.ts';

export async function run({ quick }: { quick: boolean }): Promise<Figure[]> {
  const seconds = quick ? 60 : 600;
  await using lab = await openLab({ products: 50 });
  const { socket } = await lab.fleetd();
  await using gateway = await openCountedGateway(socket);
  const { model, token } = gateway;
  const { stateDir } = gateway.started;
  await lab.quiet();
  const starts = lab.calls().length;
  await sleep(seconds * 1000);
  const config = JSON.parse(readFileSync(join(stateDir, 'openclaw.json'), 'utf8'));
  const heartbeat = config.agents?.defaults?.heartbeat?.every ?? config.agents?.list?.[0]?.heartbeat?.every;
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
}
