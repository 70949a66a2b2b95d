// The real Slack plugin in a real gateway, against a mock Slack; over the real API and the real loop.
import { mkdtemp, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { listenOnSocket } from '../../src/api/listen.ts';
import { createApi } from '../../src/api/server.ts';
import { type Gateway, prepareGatewayState, startGateway } from '../../src/openclaw/gateway.ts';
import type { GatewayOptions } from '../../src/openclaw/gateway-config.ts';
import { installSlackPlugin } from '../../src/openclaw/slack-plugin.ts';
import type { Answer } from '../../src/simulator/demo/wire.ts';
import { type ModelRequest, type ScriptedModel, startScriptedModel } from '../openclaw/scripted-model.ts';
import { until } from '../simulator/ov.ts';
import { product, registry, testFleet } from '../support/fleet.ts';
import { type MockSlack, type SlackPost, startMockSlack } from '../support/mock-slack.ts';
import { buildPlugin } from '../support/plugin.ts';
import { freePort } from '../support/trial-process.ts';

let folder: string;
let fleet: ReturnType<typeof testFleet>;
let server: Server;
let model: ScriptedModel;
let slack: MockSlack;
let gateway: Gateway;
let asked = '';

/** Starts what it is told to ship; repeats what tools said. */
function script({ heard, afterTool }: ModelRequest): Answer {
  if (afterTool) return { text: `The fleet says: ${heard}`, calls: [] };
  if (/ship .* on product-a/.test(heard))
    return {
      text: '',
      calls: [{ name: 'fleet_start', input: { product: 'product-a', objective: 'ship the auth feature' } }],
    };
  return { text: `I heard: ${heard.slice(-200)}`, calls: [] };
}

const posted = (holds: (post: SlackPost) => boolean) =>
  until(
    async () => {
      await fleet.clock.advance(500);
      return slack.posts.find(holds) ?? null;
    },
    (post) => post !== null,
    60_000,
  ) as Promise<SlackPost>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gw-slack-'));
  const channels = [{ kind: 'slack', target: 'C1' } as const];
  fleet = testFleet({
    registry: {
      ...registry([
        product('product-a', { channels }),
        product('product-b', { channels: [{ kind: 'slack', target: '#product-b-dev' }] }),
      ]),
      gateApprovers: ['slack:U1'],
    },
  });
  await fleet.clock.settle();
  const socketPath = join(folder, 'fleetd.sock');
  server = await listenOnSocket(createApi(fleet.fleet, 'gateway', pino({ level: 'silent' })), socketPath);
  await buildPlugin(join(folder, 'plugin'));
  model = await startScriptedModel(script);
  slack = await startMockSlack({ C1: 'product-a-dev', C2: 'product-b-dev' });
  const stateDir = join(folder, 'state');
  const config: GatewayOptions = {
    port: await freePort(),
    bind: 'loopback',
    pluginDir: join(folder, 'plugin'),
    workspaceDir: join(folder, 'workspace'),
    logFile: join(folder, 'openclaw.log'),
    socketPath,
    model: { kind: 'local', baseUrl: model.url },
    slack: {
      users: ['U1', 'U2'],
      channels: ['C1'],
    },
    allowedOrigins: [],
  };
  await prepareGatewayState(stateDir, config);
  await installSlackPlugin({ stateDir });
  gateway = await startGateway({
    config,
    stateDir,
    token: 'test-token-0123456789abcdef0123456789abcdef',
    env: { SLACK_BOT_TOKEN: 'xoxb-1-mock', SLACK_APP_TOKEN: 'xapp-1-mock', SLACK_API_URL: slack.url },
    log: process.env.TEST_LOG ? (line) => console.log(line) : undefined,
  });
  await gateway.ready;
  await until(slack.sockets, (open) => open > 0, 60_000);
}, 400_000);

afterAll(async () => {
  await gateway?.stop();
  server?.close();
  server?.closeAllConnections();
  fleet?.crash();
  await model?.close();
  await slack?.close();
  await rm(folder, { recursive: true, force: true });
}, 60_000);

it('answers a mention in its thread, and remembers where the objective was asked for', async () => {
  asked = slack.say({ user: 'U1', channel: 'C1', text: 'ship the auth feature on product-a' });
  const answer = await posted(({ text }) => text.includes('obj-1'));
  expect(answer).toMatchObject({ channel: 'C1', thread: asked });
  await fleet.clock.advance(1_000);
  expect(fleet.fleet.commands.objective('obj-1')).toMatchObject({
    state: 'running',
    source: { via: 'model', thread: `agent:meta-coordinator:slack:channel:c1:thread:${asked}` },
  });
}, 120_000);

it('brings the plan gate to that thread, without the model', async () => {
  const before = model.requests.length;
  fleet.fake.mailFrom('product-a', {
    subject: 'PLAN [obj-1] auth',
    body: 'Three work streams.',
    type: 'question',
  });
  const gate = await posted(({ text }) => text.includes('Three work streams'));
  expect(gate).toMatchObject({
    channel: 'C1',
    thread: asked,
    text: expect.stringContaining('/fleet approve 1'),
  });
  expect(model.requests).toHaveLength(before);
}, 60_000);

it('refuses a stranger, and one who may talk but not approve', async () => {
  const before = model.requests.length;
  slack.say({ user: 'U9', channel: 'C1', text: '/fleet approve 1', thread: asked });
  slack.say({ user: 'U2', channel: 'C1', text: '/fleet approve 1', thread: asked });
  await posted(({ text }) => text.includes('NOT_APPROVER'));
  expect(slack.posts.filter(({ text }) => text.includes('is approved'))).toEqual([]);
  expect(fleet.fleet.gates.get(1).state).toBe('open');
  expect(model.requests).toHaveLength(before);
}, 60_000);

it('takes the approval by text, reports in the thread, and never asks the model', async () => {
  const before = model.requests.length;
  slack.say({ user: 'U1', channel: 'C1', text: '/fleet approve 1 go', thread: asked });
  expect(await posted(({ text }) => text.includes('Gate 1 on product-a is approved'))).toMatchObject({
    thread: asked,
  });
  await fleet.clock.advance(20_000);
  expect(fleet.fleet.gates.get(1)).toMatchObject({
    delivery: 'read',
    // OpenClaw names senders in lower case.
    resolution: { by: 'u1', via: 'slack' },
  });
  fleet.fake.mailFrom('product-a', {
    subject: 'Run complete: [obj-1]',
    body: 'Branch overstory/lead, merged.',
  });
  await fleet.clock.advance(20_000);
  expect(await posted(({ text }) => text.includes('Branch overstory/lead'))).toMatchObject({
    channel: 'C1',
    thread: asked,
  });
  expect(model.requests).toHaveLength(before);
}, 90_000);

it("puts what nobody asked for in Slack into the product's channel", async () => {
  fleet.start('product-b', 'write');
  await fleet.clock.advance(1_000);
  fleet.fake.mailFrom('product-b', { subject: 'which one?', body: 'A or B', type: 'question' });
  expect(await posted(({ text }) => text.includes('A or B'))).toMatchObject({
    channel: expect.stringMatching(/^(C2|#product-b-dev)$/),
    thread: null,
  });
}, 60_000);
