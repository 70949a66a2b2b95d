// What the real Claude Code writes down of its use of the model is what the fleet counts: each reply once.
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { priced } from '../../src/prices/index.ts';
import { createUsageMeter } from '../../src/runtime/agent/usage/index.ts';
import { type ClaudeLab, claudeAvailable, openClaudeLab } from '../support/claude-lab.ts';
import { readConversation } from '../support/model-server/conversation.ts';
import { bash, firstNotDone } from '../support/model-server/script/steps.ts';
import { type ModelServer, openModelServer } from '../support/model-server/server.ts';

describe.runIf(claudeAvailable())('transcripts of Claude Code', () => {
  let model: ModelServer;
  let lab: ClaudeLab;
  beforeAll(async () => {
    model = await openModelServer({
      answer: ({ messages }) =>
        firstNotDone([bash('echo one', 'One'), bash('echo two', 'Two')], readConversation(messages)) ?? {
          say: 'Done.',
        },
      usage: () => ({
        input_tokens: 1_000,
        output_tokens: 50,
        cache_read_input_tokens: 7_000,
        cache_creation_input_tokens: 300,
      }),
    });
    lab = openClaudeLab(model.url);
    await lab.seed();
    vi.stubEnv('CLAUDE_CONFIG_DIR', join(lab.home, '.claude'));
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await lab?.[Symbol.asyncDispose]();
    await model?.[Symbol.asyncDispose]();
  });

  it('hold each reply of a turn, which is counted once, whatever its number of blocks', async () => {
    const sinceMs = Date.now();
    expect(await lab.headless('do it')).toMatchObject({ exit: 0, said: expect.stringContaining('Done.') });
    const replies = model.asked().length;
    expect(replies).toBe(3);
    const report = await createUsageMeter().since(lab.project, sinceMs);
    expect(report).toMatchObject({ skippedLines: 0, unread: 0 });
    const sum = (key: 'input' | 'output' | 'cacheRead' | 'cacheWrite5m' | 'cacheWrite1h') =>
      report.agents[0]?.models.reduce((total, used) => total + used[key], 0);
    expect(report.agents.map(({ name }) => name)).toEqual(['coordinator']);
    expect([sum('input'), sum('output'), sum('cacheRead')]).toEqual([3_000, 150, 21_000]);
    expect((sum('cacheWrite5m') ?? 0) + (sum('cacheWrite1h') ?? 0)).toBe(900);
    // Its default model has a price: a version whose default has none would be shown without a cost.
    expect(priced(report, new Map())[0]?.unpricedTokens).toBe(0);
  });
});
