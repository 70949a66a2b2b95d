// What `ov costs` and `ov costs --live` together say a session has cost.
import { describe, expect, it } from 'vitest';
import { spendOf } from '../../src/fleet/session/spend.ts';

const sinceMs = Date.parse('2026-11-20T10:00:00.000Z');
const at = (minutes: number) => new Date(sinceMs + minutes * 60_000).toISOString();

const row = (agentName: string, fields: object = {}) => ({
  agentName,
  taskId: '',
  capability: 'coordinator',
  startedAt: at(1),
  completedAt: null,
  durationMs: 0,
  inputTokens: 100,
  outputTokens: 50,
  cacheReadTokens: 9_999,
  cacheCreationTokens: 9_999,
  estimatedCostUsd: 1 as number | null,
  modelUsed: 'opus' as string | null,
  runId: null,
  ...fields,
});
const live = (agentName: string, fields: object = {}) => ({
  agentName,
  inputTokens: 300,
  outputTokens: 50,
  estimatedCostUsd: 2,
  modelUsed: 'opus' as string | null,
  snapshotAt: at(5),
  sessionStartedAt: at(1),
  ...fields,
});

describe('spendOf', () => {
  it('knows nothing of nothing: unknown, not zero', () => {
    expect(spendOf({ sessions: [] }, { agents: [] }, sinceMs)).toEqual({ costUsd: null, tokens: null });
    const without = row('coordinator', {
      estimatedCostUsd: null,
      modelUsed: null,
      inputTokens: 0,
      outputTokens: 0,
    });
    expect(spendOf({ sessions: [without] }, { agents: [] }, sinceMs)).toEqual({
      costUsd: null,
      tokens: null,
    });
  });

  it('counts an agent once that both know, by what it has come to', () => {
    expect(spendOf({ sessions: [row('coordinator')] }, { agents: [live('coordinator')] }, sinceMs)).toEqual({
      costUsd: 2,
      tokens: 350,
    });
    const ended = row('coordinator', { estimatedCostUsd: 3, inputTokens: 500 });
    expect(spendOf({ sessions: [ended] }, { agents: [live('coordinator')] }, sinceMs)).toEqual({
      costUsd: 3,
      tokens: 550,
    });
  });

  it('adds up agents and tasks of one name, and leaves out what was before this session', () => {
    const sessions = [
      row('coordinator'),
      row('lead-1', { taskId: 'a' }),
      row('lead-1', { taskId: 'b' }),
      row('coordinator', { taskId: 'old', startedAt: at(-60) }),
    ];
    const agents = [
      live('scout-1'),
      live('lead-9', { snapshotAt: at(-60) }),
      live('lead-8', { sessionStartedAt: at(-60) }),
    ];
    expect(spendOf({ sessions }, { agents }, sinceMs)).toEqual({ costUsd: 5, tokens: 800 });
  });

  it('takes the 0 of a model without a price for unknown, and still counts its tokens', () => {
    expect(
      spendOf({ sessions: [] }, { agents: [live('coordinator', { estimatedCostUsd: 0 })] }, sinceMs),
    ).toEqual({ costUsd: null, tokens: 350 });
  });
});
