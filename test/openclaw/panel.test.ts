// The Fleet tab in a real gateway's Control UI, in a real Chromium, over a real fleetd in memory; and what its WebChat
// answers where there is no key for a model.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { panelPath } from '../../src/openclaw/panel.ts';
import { startDemoModel } from '../../src/simulator/demo-model.ts';
import { busyScene, type Scene } from '../dashboard/scenes.ts';
import { openGateway, type TestGateway } from '../support/gateway.ts';
import { chromiumPath, openWebChat } from '../support/webchat.ts';

const opened = new AsyncDisposableStack();
let scene: Scene;
let gateway: TestGateway;

describe.skipIf(chromiumPath === null)('the Fleet tab', () => {
  beforeAll(async () => {
    scene = opened.use(await busyScene());
    const keyless = opened.adopt(
      await startDemoModel({ port: 0, always: 'ANTHROPIC_API_KEY is not set.' }),
      ({ close }) => close(),
    );
    gateway = opened.use(
      await openGateway({
        fleetd: scene.socketPath,
        model: keyless.url,
        env: { FLEET_DASHBOARD_PORT: '41999' },
      }),
    );
  }, 200_000);
  afterAll(() => opened.disposeAsync(), 60_000);

  it('shows the fleet, refreshes by itself, and is for who has the token', async () => {
    expect((await fetch(gateway.url + panelPath)).status).toBe(401);
    const chat = await openWebChat(gateway.link);
    try {
      await chat.send('hello');
      await chat.waitForText(/ANTHROPIC_API_KEY is not set/);
      await chat.page.getByText('Fleet', { exact: true }).first().click();
      const panel = chat.page.frameLocator('iframe');
      const row = panel.getByRole('row').filter({ hasText: 'support' });
      await row.getByText('queued', { exact: true }).waitFor({ timeout: 60_000 });
      await panel.getByText('http://localhost:41999').waitFor({ timeout: 60_000 });
      expect(await panel.locator('form, button, script').count()).toBe(0);
      await panel.getByText('Gate 1: PLAN for the launch post').waitFor();
      const [waits] = scene.world.fleet.status('support').queue;
      scene.world.fleet.commands.cancel(waits?.id ?? '', null, scene.world.source);
      await row.getByText('idle', { exact: true }).waitFor({ timeout: 60_000 });
    } finally {
      await chat.close();
    }
  }, 120_000);
});
