// A conversation with a model of each provider, through the real gateway with the real plugin over a real fleet, as MODEL
// sets it up. The servers are ours (model-servers/README.md); what each provider's own says is asked of nobody.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chooseModel } from '../../src/openclaw/model-choice.ts';
import { answerTo } from '../../src/simulator/demo-model.ts';
import { until } from '../simulator/ov.ts';
import { product, registry, testFleet } from '../support/fleet.ts';
import { openGateway, serveFleet } from '../support/gateway.ts';
import { connectGateway, type GatewayClient } from '../support/gateway-client.ts';
import { freePort } from '../support/trial-process.ts';
import { anthropic } from './model-servers/anthropic.ts';
import { completions } from './model-servers/completions.ts';
import { google } from './model-servers/google.ts';
import { ollama } from './model-servers/ollama.ts';
import { responses } from './model-servers/responses.ts';
import { openProviderServer, type Protocol, type ProviderServer } from './model-servers/server.ts';

interface Provided {
  name: string;
  protocol: Protocol;
  /** what MODEL_URL adds to the server's address */
  path: string;
  model: string;
  /** null: a server of one's own that takes whatever comes */
  key: string | null;
}

const provided: Provided[] = [
  { name: 'anthropic', protocol: anthropic, path: '', model: 'house-1', key: 'ANTHROPIC_API_KEY' },
  { name: 'openai', protocol: responses, path: '/v1', model: 'house-1', key: 'OPENAI_API_KEY' },
  { name: 'google', protocol: google, path: '/v1beta', model: 'house-1', key: 'GEMINI_API_KEY' },
  { name: 'openrouter', protocol: completions, path: '/v1', model: 'house/one', key: 'OPENROUTER_API_KEY' },
  { name: 'ollama', protocol: ollama, path: '', model: 'house:1b', key: null },
  { name: 'lmstudio', protocol: completions, path: '/v1', model: 'house/one', key: null },
  { name: 'compatible', protocol: completions, path: '/v1', model: 'house-1', key: 'MODEL_API_KEY' },
];
const rightKey = 'right-key-0123456789';

const opened = new AsyncDisposableStack();
let fleet: ReturnType<typeof testFleet>;
let socketPath: string;

beforeAll(async () => {
  fleet = opened.adopt(
    testFleet({
      registry: registry(
        provided.map(({ name }) => product(`product-${name}`)),
        { maxConcurrentSessions: provided.length, maxLiveSessions: provided.length },
      ),
    }),
    ({ crash }) => crash(),
  );
  await fleet.clock.settle();
  ({ socketPath } = opened.use(await serveFleet(fleet.fleet)));
});
afterAll(() => opened.disposeAsync(), 60_000);

/** A gateway whose model is what these variables say. */
async function talk(env: Record<string, string>): Promise<GatewayClient & AsyncDisposable> {
  const choice = chooseModel(env, { localHost: '127.0.0.1', whereToSet: 'here', unasked: 'demo' });
  if (choice.kind !== 'provided') throw new Error(`Expected a model, got ${JSON.stringify(choice)}`);
  const gateway = await openGateway({ fleetd: socketPath, model: choice.model, env: choice.env });
  const client = await connectGateway(gateway.url, gateway.token);
  return {
    ...client,
    async [Symbol.asyncDispose]() {
      client.close();
      await gateway[Symbol.asyncDispose]();
    },
  };
}

let sessions = 0;
/** In a session of its own. @returns the answer, or what WebChat shows in place of one */
const say = (client: GatewayClient, text: string): Promise<string> =>
  client
    .chat(`agent:meta-coordinator:models-${++sessions}`, text, 300_000)
    .catch((error: Error) => `NO ANSWER ${error.message}`);

const retrying = (client: GatewayClient): string[] =>
  client.events.flatMap(({ payload }) => {
    const { phase, message } = Object(payload.data) as { phase?: string; message?: string };
    return phase === 'retrying' ? [String(message)] : [];
  });

const status = "What's the status across all products?";

describe.each(provided)('a model of $name', ({ name, protocol, path, model, key }) => {
  const stack = new AsyncDisposableStack();
  let server: ProviderServer;
  let client: GatewayClient;
  beforeAll(async () => {
    server = stack.use(
      await openProviderServer(protocol, answerTo, { model, key: key === null ? null : rightKey }),
    );
    client = stack.use(
      await talk({
        MODEL: `${name}/${model}`,
        MODEL_URL: server.url + path,
        ...(key !== null && { [key]: rightKey }),
      }),
    );
  }, 200_000);
  afterAll(() => stack.disposeAsync(), 60_000);

  it('is told of the fleet, and hands over work', async () => {
    expect(await say(client, status)).toMatch(new RegExp(`product-${name}.*idle`));
    expect(await say(client, `Ship the auth feature on product-${name}`)).toMatch(/obj-\d+ is starting/);
    const [objective] = fleet.fleet.commands.objectives(1, null);
    expect(objective).toMatchObject({
      product: `product-${name}`,
      text: `Ship the auth feature on product-${name}`,
    });
    expect(server.broken).toEqual([]);
    expect(server.asked[0]?.system).toContain('How to run the product fleet');
    expect(server.asked.every((asked) => asked.stream !== false)).toBe(true);
    await fleet.clock.advance(1_000);
  }, 200_000);

  it('that is not there is told', async () => {
    server.mood = 'model';
    expect(await say(client, status)).toMatch(/NO ANSWER.*(?:model was not found|not found)/i);
  }, 200_000);

  it('that is used up is waited for, or told', async () => {
    server.mood = 'limit';
    const answer = say(client, status);
    const told = await Promise.race([
      answer,
      until(
        () => retrying(client),
        (seen) => seen.length > 0,
        60_000,
      ),
    ]);
    server.mood = 'well';
    // Google's words are of a quota, which no waiting ends.
    if (name === 'google') expect(told).toMatch(/429.*quota/);
    else {
      expect(told).toEqual([expect.stringMatching(/Retrying… \d\/10/)]);
      expect(await answer).toContain(`product-${name}`);
    }
  }, 200_000);

  // Last: OpenClaw leaves a key that was refused alone for a while.
  it('that refuses the key is told', async () => {
    server.mood = 'key';
    expect(await say(client, status)).toMatch(
      /NO ANSWER.*(?:authentication failed|HTTP 401|API key not valid)/i,
    );
  }, 200_000);
});

it.each(['compatible', 'ollama'])(
  'a server of %s that is not there is told, after OpenClaw has tried for a while',
  async (name) => {
    const path = provided.find((one) => one.name === name)?.path ?? '';
    const nowhere = `http://127.0.0.1:${await freePort()}${path}`;
    await using client = await talk({ MODEL: `${name}/house-1`, MODEL_URL: nowhere });
    expect(await say(client, status)).toMatch(/NO ANSWER.*connection refused/i);
    expect(retrying(client)[0]).toMatch(/temporarily unavailable\. Retrying in/);
  },
  500_000,
);
