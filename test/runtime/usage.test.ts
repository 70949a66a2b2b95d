// What the agent reads from transcripts that real Claude Codes wrote (test/fixtures/transcripts), and what it costs.
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { usageReportSchema } from '../../src/contract/runtime/measurements.ts';
import { type AgentSpend, plainModel, priced, priceFor, priceOf } from '../../src/prices/index.ts';
import { createUsageMeter } from '../../src/runtime/agent/usage/index.ts';

const fixtures = fileURLToPath(new URL('../fixtures/transcripts', import.meta.url));
const folder = '/workspace/product';
const own = '-workspace-product';
const before = Date.parse('2026-11-29T00:00:00Z');

let config: string;
beforeEach(() => {
  config = mkdtempSync(join(tmpdir(), 'claude-'));
  vi.stubEnv('CLAUDE_CONFIG_DIR', config);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(config, { recursive: true, force: true });
});

/** @param only a part of the path of the files that are there; default: all that this version wrote */
function use(version: string, only = '') {
  cpSync(join(fixtures, version), config, {
    recursive: true,
    filter: (path) => !path.endsWith('.jsonl') || path.includes(only),
  });
}
const path = (session: string, slug = own) => join(config, 'projects', slug, `${session}.jsonl`);
async function look(sinceMs = before) {
  return usageReportSchema.parse(await createUsageMeter().since(folder, sinceMs));
}
function put(session: string, lines: unknown[], slug = own) {
  mkdirSync(join(config, 'projects', slug), { recursive: true });
  writeFileSync(path(session, slug), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
}
const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const reply = (message: string, output: number, more: object = {}) => ({
  type: 'assistant',
  timestamp: '2026-11-29T12:00:00.000Z',
  cwd: folder,
  message: {
    id: message,
    model: 'claude-opus-4-6',
    usage: { input_tokens: 10, output_tokens: output },
    ...more,
  },
});
/** As Claude Code 2.1.112 and 2.1.332 end a turn that the API has refused. */
const refusal = (text: string, timestamp: string) => ({
  type: 'assistant',
  timestamp,
  cwd: folder,
  message: {
    id: `refused-${timestamp}`,
    model: '<synthetic>',
    content: [{ type: 'text', text }],
    usage: { input_tokens: 0, output_tokens: 0 },
  },
  error: 'rate_limit',
  isApiErrorMessage: true,
});
const totals = (agents: Awaited<ReturnType<typeof look>>['agents'], name: string) => {
  const models = agents.find((agent) => agent.name === name)?.models ?? [];
  const sum = (key: 'input' | 'output' | 'cacheRead' | 'cacheWrite5m' | 'cacheWrite1h' | 'webSearches') =>
    models.reduce((total, used) => total + used[key], 0);
  return {
    input: sum('input'),
    output: sum('output'),
    cacheRead: sum('cacheRead'),
    cacheWrite5m: sum('cacheWrite5m'),
    cacheWrite1h: sum('cacheWrite1h'),
    webSearches: sum('webSearches'),
  };
};
/** What the scripted model said in its n-th answer. */
const said = (...answers: number[]) => ({
  input: answers.reduce((sum, n) => sum + 1000 + n, 0),
  output: answers.reduce((sum, n) => sum + 60 + n, 0),
  cacheRead: answers.reduce((sum, n) => sum + 10_000 + n, 0),
  cacheWrite5m: 100 * answers.length,
  cacheWrite1h: answers.reduce((sum, n) => sum + 200 + n, 0),
  webSearches: answers.length,
});

describe('usage of a real transcript', () => {
  it('of 2.1.71: each reply once, by its last line, subagents and a fork included', async () => {
    use('2.1.71');
    const { agents, skippedLines } = await look();
    // 7 was refused, 8 is the hidden request of a compaction.
    expect(totals(agents, 'coordinator')).toEqual(said(1, 2, 3, 4, 5, 6, 9));
    expect(totals(agents, 'lead-1')).toEqual(said(10, 11));
    expect(agents.flatMap(({ models }) => models).some(({ stated }) => stated)).toBe(false);
    expect(skippedLines).toBe(0);
  });

  it('of 2.1.112: the same', async () => {
    use('2.1.112');
    const { agents } = await look();
    // 1 and 14 are titles, 8 was refused, 9 is a compaction; 11 to 13 in a terminal.
    expect(totals(agents, 'coordinator')).toEqual(said(2, 3, 4, 5, 6, 7, 10, 11, 12, 13));
    expect(totals(agents, 'lead-1')).toEqual(said(15, 16));
    expect(agents.map(({ name }) => name).sort()).toEqual(['coordinator', 'lead-1']);
  });

  it('of 2.1.332: what Claude Code says itself, with the hidden requests; a fork counts its own only', async () => {
    use('2.1.332');
    const { agents } = await look();
    // 1-5 and the subagent, 10-12 with two hidden ones of a compaction; 9 is the fork's; 13-15 in a terminal.
    expect(totals(agents, 'coordinator')).toEqual(said(1, 2, 3, 4, 5, 10, 11, 12, 9, 13, 14, 15));
    expect(totals(agents, 'lead-1')).toEqual(said(16));
    const [fork] = agents[0]?.models.filter(({ stated }) => !stated) ?? [];
    expect(fork).toMatchObject({ model: 'claude-opus-5-5', input: 1009, costUsd: null });
  });

  it('of 2.1.332, as the list prices it, is what Claude Code says that it cost', async () => {
    use('2.1.332');
    const { agents } = await look();
    const stated = agents.flatMap(({ models }) => models).filter((used) => used.stated);
    expect(stated.map(({ model }) => model)).toContain('claude-haiku-5-5');
    for (const used of stated) {
      const [mine] = priced({ agents: [{ name: 'a', models: [{ ...used, costUsd: null }] }] }, new Map());
      expect(mine?.costUsd).toBeCloseTo(used.costUsd ?? Number.NaN, 9);
    }
    const sum = (spends: AgentSpend[]) => spends.reduce((total, { costUsd }) => total + (costUsd ?? 0), 0);
    // totalCostUSD of the three sessions, and the fork's one reply
    expect(sum(priced({ agents }, new Map()))).toBeCloseTo(0.12785723 + 0.0592524 + 0.0149076 + 0.0195898, 7);
  });

  it('of 2.1.332 without its own sum is the same but for what is hidden', async () => {
    use('2.1.332', '0c9bfc72');
    const [stated] = priced(await look(), new Map());
    const file = path('0c9bfc72-7185-472c-b36f-c5109ef38cdc');
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll(/^.*"cost-state".*\n/gm, ''));
    const [counted] = priced(await look(), new Map());
    expect(stated?.stated).toBe(true);
    expect(counted?.stated).toBe(false);
    expect(counted?.costUsd).toBeCloseTo(stated?.costUsd ?? Number.NaN, 9);
  });

  it('adds what came after its own sum', async () => {
    use('2.1.332', '0c9bfc72');
    const first = totals((await look()).agents, 'coordinator');
    const file = path('0c9bfc72-7185-472c-b36f-c5109ef38cdc');
    appendFileSync(file, `${JSON.stringify(reply('msg_later', 7))}\n`);
    const { agents } = await look();
    expect(totals(agents, 'coordinator')).toMatchObject({
      input: first.input + 10,
      output: first.output + 7,
    });
    expect(agents[0]?.models).toHaveLength(2);
  });

  it('from a moment on: what was before does not count, and no sum that holds it', async () => {
    use('2.1.332', 'fafc1841');
    const { agents } = await look(Date.parse('2026-11-29T10:53:08Z'));
    expect(totals(agents, 'coordinator')).toEqual(said(12));
    expect((await look(Date.parse('2036-01-01T00:00:00Z'))).agents).toEqual([]);
  });
});

describe('reading on', () => {
  it('reads what was added, waits for the rest of half a line, and reads a rewritten file again', async () => {
    const meter = createUsageMeter();
    put(id(1), [reply('a', 1)]);
    expect(totals((await meter.since(folder, before)).agents, 'coordinator').output).toBe(1);
    const later = JSON.stringify(reply('b', 20));
    appendFileSync(path(id(1)), later.slice(0, 40));
    expect(totals((await meter.since(folder, before)).agents, 'coordinator').output).toBe(1);
    appendFileSync(path(id(1)), `${later.slice(40)}\n${JSON.stringify(reply('a', 3))}\n`);
    const read = await meter.since(folder, before);
    expect(totals(read.agents, 'coordinator').output).toBe(23);
    expect(read.skippedLines).toBe(0);
    truncateSync(path(id(1)), 0);
    appendFileSync(path(id(1)), `${JSON.stringify(reply('c', 100))}\n`);
    expect(totals((await meter.since(folder, before)).agents, 'coordinator').output).toBe(123);
  });

  it('loses nothing when it is asked twice at once', async () => {
    const meter = createUsageMeter();
    put(id(1), [reply('a', 1)]);
    await Promise.all([meter.since(folder, before), meter.since(folder, before)]);
    for (const n of [1, 2, 3, 4]) appendFileSync(path(id(1)), `${JSON.stringify(reply(`b${n}`, 10))}\n`);
    expect(totals((await meter.since(folder, before)).agents, 'coordinator').output).toBe(41);
  });

  it('skips and counts what is broken, absurd or too long; other lines count', async () => {
    put(id(1), [
      reply('a', 1),
      reply('minus', -1),
      reply('endless', 1e300),
      reply('odd', 5, { model: 'x\u0000y' }),
      { type: 'cost-state', totalCostUSD: 'much', modelUsage: {} },
      { ...reply('synthetic', 9), message: { ...reply('s', 9).message, model: '<synthetic>' } },
      { type: 'user', cwd: folder, message: { content: '"usage" "cost-state"' } },
    ]);
    appendFileSync(path(id(1)), `{"usage": broken\n${'x'.repeat(9 * 1024 * 1024)}\n`);
    appendFileSync(path(id(1)), `${JSON.stringify(reply('b', 2))}\n`);
    const { agents, skippedLines } = await look();
    expect(totals(agents, 'coordinator').output).toBe(3);
    expect(skippedLines).toBe(6);
  });

  it('takes a transcript for nobody’s when its folder only has the same name, and follows no link', async () => {
    put(id(1), [{ ...reply('a', 1), cwd: '/workspace-product' }]);
    put(id(2), [{ ...reply('b', 1), cwd: `${folder}/.overstory/worktrees/../../../other` }]);
    const outside = join(config, 'outside');
    mkdirSync(outside);
    writeFileSync(join(outside, 'secret'), `${JSON.stringify(reply('c', 1))}\n`);
    symlinkSync(join(outside, 'secret'), path(id(3)));
    symlinkSync(outside, join(config, 'projects', `${own}--overstory-worktrees-x`));
    expect((await look()).agents).toEqual([]);
  });

  it("looks into no worker's folder where nothing was begun for a week", async () => {
    const slug = `${own}--overstory-worktrees-lead-1`;
    put(id(1), [{ ...reply('a', 1), cwd: `${folder}/.overstory/worktrees/lead-1` }], slug);
    put(id(2), [reply('b', 2)]);
    const begun = (days: number) => {
      const at = new Date(before - days * 24 * 3_600_000);
      for (const name of [slug, own]) utimesSync(join(config, 'projects', name), at, at);
    };
    begun(6);
    expect((await look()).agents.map(({ name }) => name).sort()).toEqual(['coordinator', 'lead-1']);
    begun(8);
    expect((await look()).agents.map(({ name }) => name)).toEqual(['coordinator']);
  });

  it('finds a worker whose path is too long for a name', async () => {
    const long = `${folder}/.overstory/worktrees/${'w'.repeat(220)}`;
    const slug = `${long.replace(/[^a-zA-Z0-9]/g, '-').slice(0, 200)}-1a2b3c`;
    put(id(1), [{ ...reply('a', 1), cwd: long }], slug);
    expect((await look()).agents).toMatchObject([{ name: 'w'.repeat(220) }]);
  });
});

describe('a price', () => {
  it('is found under every name of a model, and under none that only looks like it', () => {
    for (const name of [
      'claude-opus-4-5-20251101',
      'us.anthropic.claude-opus-4-5-20251101-v1:0',
      'claude-opus-4-5@20251101',
      'claude-opus-4-5[1m]',
    ])
      expect(plainModel(name)).toBe('claude-opus-4-5');
    expect(priceFor('claude-opus-4-20250514', new Map())?.input).toBe(15);
    expect(priceFor('claude-opus-4-6', new Map())?.input).toBe(5);
    for (const name of ['claude-opus-9', 'constructor', 'claude-opus-4-6 (fast)'])
      expect(priceFor(name, new Map())).toBeNull();
  });

  it('that is not known leaves the cost unknown, not 0, and the tokens told; products.yaml goes first', async () => {
    put(id(1), [reply('a', 5, { model: 'claude-new-9' }), reply('b', 1_000_000)]);
    const report = await look();
    expect(priced(report, new Map())).toMatchObject([
      {
        models: ['claude-opus-4-6', 'claude-new-9'],
        costUsd: 25.00005,
        tokens: 1_000_025,
        unpricedTokens: 15,
      },
    ]);
    const mine = new Map([
      ['claude-opus-4-6', priceOf(1, 2)],
      ['claude-new-9', priceOf(0, 1_000_000)],
    ]);
    expect(priced(report, mine)[0]).toMatchObject({ costUsd: 2.00001 + 5, unpricedTokens: 0 });
    rmSync(path(id(1)));
    put(id(1), [reply('a', 5, { model: 'claude-new-9' })]);
    expect(priced(await look(), new Map())[0]?.costUsd).toBeNull();
    use('2.1.332', '91ec9040');
    const over = priced(await look(), new Map([['claude-sonnet-5-5', priceOf(0, 0)]]));
    expect(over.find(({ name }) => name === 'lead-1')?.costUsd).toBeCloseTo(0.01, 9);
  });

  it('of a long prompt is the dearer one where a model has two', async () => {
    const usage = { input_tokens: 200_000, output_tokens: 0 };
    put(id(1), [reply('a', 0, { model: 'claude-haiku-5-5', usage })]);
    expect(priced(await look(), new Map())[0]?.costUsd).toBeCloseTo(0.1, 9);
  });
});

describe('a turn that the API has ended', () => {
  const hit = "You've hit your limit · resets 6pm (UTC)";
  const worktree = `${own}--overstory-worktrees-builder-1`;
  const of = (line: object) => ({ ...line, cwd: `${folder}/.overstory/worktrees/builder-1` });

  it('is told with its words, once it is the last word of an agent', async () => {
    put(id(1), [of(reply('a', 1)), of(refusal(`${hit}\n\u001b[31m`, '2026-11-29T12:01:00.000Z'))], worktree);
    const told = { agent: 'builder-1', atMs: Date.parse('2026-11-29T12:01:00Z'), text: `${hit} [31m` };
    expect((await look()).refusals).toEqual([told]);
    expect((await look(Date.parse('2026-11-29T12:02:00Z'))).refusals).toEqual([]);
    // It goes on, in the same session of Claude Code or in another one.
    const later = { ...reply('b', 1), timestamp: '2026-11-29T12:05:00.000Z' };
    put(id(2), [of(later)], worktree);
    expect((await look()).refusals).toEqual([]);
    rmSync(path(id(2), worktree));
    appendFileSync(path(id(1), worktree), `${JSON.stringify(of(later))}\n`);
    expect((await look()).refusals).toEqual([]);
  });

  it('costs nothing, and is no word of an agent that said so', async () => {
    const { isApiErrorMessage: _, ...said } = refusal(hit, '2026-11-29T12:01:00.000Z');
    put(id(1), [said, refusal('', '2026-11-29T11:00:00.000Z')]);
    const { agents, refusals, skippedLines } = await look();
    expect({ agents, refusals, skippedLines }).toEqual({
      agents: [],
      refusals: [{ agent: 'coordinator', atMs: Date.parse('2026-11-29T11:00:00Z'), text: '' }],
      skippedLines: 0,
    });
  });
});
