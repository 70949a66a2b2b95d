// The Fleet tab in a real gateway's Control UI, in a real Chromium, over a real fleetd in memory.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Gateway, startGateway } from '../../src/openclaw/gateway.ts';
import { panelPath } from '../../src/openclaw/panel.ts';
import { busyScene, type Scene } from '../dashboard/scenes.ts';
import { buildPlugin } from '../support/plugin.ts';
import { freePort } from '../support/trial-process.ts';
import { chromiumPath, openWebChat } from '../support/webchat.ts';

const token = 'test-token-0123456789abcdef0123456789abcdef';
let folder: string;
let scene: Scene;
let gateway: Gateway;

describe.skipIf(chromiumPath === null)('the Fleet tab', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'panel-'));
    scene = await busyScene();
    await buildPlugin(join(folder, 'plugin'));
    gateway = await startGateway({
      config: {
        port: await freePort(),
        bind: 'loopback',
        pluginDir: join(folder, 'plugin'),
        workspaceDir: join(folder, 'workspace'),
        logFile: join(folder, 'openclaw.log'),
        socketPath: scene.socketPath,
        // never called: nobody chats here
        model: { kind: 'local', baseUrl: 'http://127.0.0.1:9' },
        slack: null,
        allowedOrigins: [],
      },
      stateDir: join(folder, 'state'),
      token,
      env: { FLEET_DASHBOARD_PORT: '41999' },
    });
    await gateway.ready;
  }, 200_000);
  afterAll(async () => {
    await gateway?.stop();
    await scene?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  }, 60_000);

  it('shows the fleet, refreshes by itself, and is for who has the token', async () => {
    expect((await fetch(gateway.url + panelPath)).status).toBe(401);
    const chat = await openWebChat(gateway.link);
    try {
      await chat.page.getByText('Fleet', { exact: true }).first().click();
      const panel = chat.page.frameLocator('iframe');
      const row = panel.getByRole('row').filter({ hasText: 'support' });
      await row.getByText('queued', { exact: true }).waitFor({ timeout: 30_000 });
      await panel.getByText('http://localhost:41999').waitFor();
      expect(await panel.locator('form, button, script').count()).toBe(0);
      await panel.getByText('Gate 1: PLAN for the launch post').waitFor();
      const [waits] = scene.world.fleet.status('support').queue;
      scene.world.fleet.commands.cancel(waits?.id ?? '', null, scene.world.source);
      await row.getByText('idle', { exact: true }).waitFor({ timeout: 30_000 });
    } finally {
      await chat.close();
    }
  }, 120_000);
});
