// `npm run eval:model -- <provider/model> [--record]`: says thirty sentences to a model in the chair of a real gateway, with
// the real tools, over a fleet in the simulator, and prints what it called, whether that was expected, and a verdict. Exit 0:
// it can be trusted with the fleet; 1: it cannot; 5: it did not answer. `demo` is the demo model, without a key. A real model
// costs what thirty turns cost. --record keeps it in docs/results/models/, which docs/models.md shows.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectGateway, type GatewayClient } from '../test/support/gateway-client.ts';
import { type Call, type Judged, judge, type Turn } from './eval/judge.ts';
import { evaluationOf, keep, sentenceLines, summaryLines } from './eval/report.ts';
import { openScene } from './eval/scene.ts';
import { type Sentence, sentences } from './eval/sentences.ts';

const root = join(import.meta.dirname, '..');
const [model, ...flags] = process.argv.slice(2);
if (model === undefined || model.startsWith('-') || flags.some((flag) => flag !== '--record')) {
  console.error(
    'Expected npm run eval:model -- <provider/model> [--record], e.g. anthropic/claude-sonnet-5, ollama/qwen3:32b, or demo; docs/models.md says how each is set.',
  );
  process.exit(2);
}

/** A model may think long; a local one loads first. */
const patienceMs = 600_000;

interface HistoryMessage {
  role: string;
  content?: string | { type: string; name?: string; arguments?: Record<string, unknown> }[];
  usage?: { input?: number; output?: number; cacheRead?: number; cacheWrite?: number };
}

async function historyOf(client: GatewayClient, sessionKey: string): Promise<HistoryMessage[]> {
  const { messages } = await client.call('chat.history', { sessionKey, limit: 200 });
  return messages as HistoryMessage[];
}

async function turnOf(client: GatewayClient, { after, says }: Sentence): Promise<Turn> {
  const sessionKey = `agent:meta-coordinator:eval-${randomUUID().slice(0, 8)}`;
  if (after !== undefined) await client.chat(sessionKey, after, patienceMs);
  const before = after === undefined ? 0 : (await historyOf(client, sessionKey)).length;
  const startedAt = performance.now();
  const answer = await client.chat(sessionKey, says, patienceMs);
  const ms = performance.now() - startedAt;
  const said = (await historyOf(client, sessionKey)).slice(before).filter(({ role }) => role === 'assistant');
  const calls = said
    .flatMap(({ content }) => (typeof content === 'string' ? [] : (content ?? [])))
    .flatMap((block): Call[] =>
      block.type === 'toolCall' ? [{ tool: block.name ?? '', input: block.arguments ?? {} }] : [],
    );
  const told = said.flatMap(({ usage }) => usage ?? []);
  const sum = (...keys: (keyof (typeof told)[number])[]) =>
    told.reduce((total, usage) => total + keys.reduce((all, key) => all + (usage[key] ?? 0), 0), 0);
  const tokens = { input: sum('input', 'cacheRead', 'cacheWrite'), output: sum('output') };
  return { calls, answer, ms, tokens: tokens.input + tokens.output === 0 ? null : tokens };
}

/** The first reason is the one that is told: after a key was refused, OpenClaw only says that it waits. */
const again = (client: GatewayClient, sentence: Sentence) => (first: unknown) =>
  turnOf(client, sentence).catch((): never => {
    throw first;
  });

async function evaluate(asked: string): Promise<number> {
  console.log(`${asked}: ${sentences.length} sentences on a fleet in the simulator. The trial starts …`);
  await using scene = await openScene(asked);
  const client = await connectGateway(scene.url, scene.token);
  const judged: Judged[] = [];
  try {
    for (const sentence of sentences) {
      // Once more, in a conversation of its own: OpenClaw gives up a turn whose conversation gets a notice as it begins.
      const one = judge(sentence, await turnOf(client, sentence).catch(again(client, sentence)));
      judged.push(one);
      console.log(sentenceLines(judged.length, one));
    }
  } catch (error) {
    console.error(
      `${asked} did not answer sentence ${judged.length + 1}: ${error instanceof Error ? error.message : error}`,
    );
    console.error('Nothing is judged. docs/models.md says what such a message means and what to do.');
    return 5;
  } finally {
    client.close();
  }
  const versionOf = (file: string) => JSON.parse(readFileSync(join(root, file), 'utf8')).version as string;
  const evaluation = evaluationOf(
    {
      model: asked,
      date: new Date().toISOString().slice(0, 10),
      openclaw: versionOf('node_modules/openclaw/package.json'),
      version: versionOf('package.json'),
    },
    judged,
  );
  console.log(summaryLines(evaluation));
  const folder = flags.includes('--record') ? 'docs/results/models' : 'test/results/models';
  console.log(`Kept in ${keep(evaluation, join(root, folder)).slice(root.length + 1)}.`);
  return evaluation.trusted ? 0 : 1;
}

try {
  process.exitCode = await evaluate(model);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 5;
}
