// The three small books beside sessions and mail: merge queue, metrics (costs) and events.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { openDatabase } from './database.ts';

/** As `merge` shows an entry. */
export interface MergeEntry {
  branchName: string;
  taskId: string;
  agentName: string;
  filesModified: string[];
  enqueuedAt: string;
  status: 'pending' | 'merging' | 'merged' | 'conflict' | 'failed';
  resolvedTier: 'clean-merge' | 'auto-resolve' | 'ai-resolve' | 'reimagine' | null;
}

const queueSchema = `CREATE TABLE IF NOT EXISTS merge_queue (
  id INTEGER PRIMARY KEY AUTOINCREMENT, branch_name TEXT NOT NULL, task_id TEXT NOT NULL, agent_name TEXT NOT NULL,
  files_modified TEXT NOT NULL DEFAULT '[]', enqueued_at TEXT NOT NULL, status TEXT NOT NULL DEFAULT 'pending',
  resolved_tier TEXT);`;

export class MergeQueue implements Disposable {
  readonly #db: DatabaseSync;

  constructor(root: string) {
    this.#db = openDatabase(root, 'merge-queue.db', queueSchema);
  }

  [Symbol.dispose](): void {
    this.#db.close();
  }

  list(status?: MergeEntry['status']): MergeEntry[] {
    const rows = this.#db
      .prepare(
        `SELECT branch_name AS branchName, task_id AS taskId, agent_name AS agentName, files_modified AS filesModified,
         enqueued_at AS enqueuedAt, status, resolved_tier AS resolvedTier FROM merge_queue ORDER BY id`,
      )
      .all();
    return rows
      .map(
        (row) => ({ ...row, filesModified: JSON.parse(String(row.filesModified)) }) as unknown as MergeEntry,
      )
      .filter((entry) => status === undefined || entry.status === status);
  }

  enqueue(entry: Pick<MergeEntry, 'branchName' | 'taskId' | 'agentName' | 'filesModified'>): void {
    this.#db
      .prepare(
        'INSERT INTO merge_queue (branch_name, task_id, agent_name, files_modified, enqueued_at) VALUES (?, ?, ?, ?, ?)',
      )
      .run(
        entry.branchName,
        entry.taskId,
        entry.agentName,
        JSON.stringify(entry.filesModified),
        new Date().toISOString(),
      );
  }

  settle(branchName: string, status: MergeEntry['status'], tier: MergeEntry['resolvedTier']): void {
    this.#db
      .prepare('UPDATE merge_queue SET status = ?, resolved_tier = ? WHERE branch_name = ?')
      .run(status, tier, branchName);
  }

  clear(): void {
    this.#db.exec('DELETE FROM merge_queue');
  }
}

/** As `costs` shows a session. What it cost is in the transcripts, as for the fleet: here it is unknown. */
export interface SessionMetrics {
  agentName: string;
  taskId: string;
  capability: string;
  startedAt: string;
  completedAt: string | null;
  durationMs: number;
  exitCode: number | null;
  mergeResult: string | null;
  parentAgent: string | null;
  inputTokens: number;
  outputTokens: number;
  cacheReadTokens: number;
  cacheCreationTokens: number;
  estimatedCostUsd: number | null;
  modelUsed: string | null;
  runId: string | null;
}

const metricsSchema = `CREATE TABLE IF NOT EXISTS sessions (
  agent_name TEXT NOT NULL, task_id TEXT NOT NULL, capability TEXT NOT NULL, started_at TEXT NOT NULL,
  completed_at TEXT, duration_ms INTEGER NOT NULL DEFAULT 0, exit_code INTEGER, merge_result TEXT, parent_agent TEXT,
  input_tokens INTEGER NOT NULL DEFAULT 0, output_tokens INTEGER NOT NULL DEFAULT 0,
  cache_read_tokens INTEGER NOT NULL DEFAULT 0, cache_creation_tokens INTEGER NOT NULL DEFAULT 0,
  estimated_cost_usd REAL, model_used TEXT, run_id TEXT, PRIMARY KEY (agent_name, task_id));`;

export class MetricsStore implements Disposable {
  readonly #db: DatabaseSync;

  constructor(root: string) {
    this.#db = openDatabase(root, 'metrics.db', metricsSchema);
  }

  static exists(root: string): boolean {
    return existsSync(join(root, '.overstory', 'metrics.db'));
  }

  [Symbol.dispose](): void {
    this.#db.close();
  }

  list(): SessionMetrics[] {
    return this.#db
      .prepare(
        `SELECT agent_name AS agentName, task_id AS taskId, capability, started_at AS startedAt,
         completed_at AS completedAt, duration_ms AS durationMs, exit_code AS exitCode, merge_result AS mergeResult,
         parent_agent AS parentAgent, input_tokens AS inputTokens, output_tokens AS outputTokens,
         cache_read_tokens AS cacheReadTokens, cache_creation_tokens AS cacheCreationTokens,
         estimated_cost_usd AS estimatedCostUsd, model_used AS modelUsed, run_id AS runId
         FROM sessions ORDER BY started_at DESC`,
      )
      .all() as unknown as SessionMetrics[];
  }

  /** One row per agent and task. */
  record(metrics: Pick<SessionMetrics, 'agentName' | 'taskId' | 'capability' | 'startedAt' | 'runId'>): void {
    const now = new Date();
    this.#db
      .prepare(
        `INSERT INTO sessions (agent_name, task_id, capability, started_at, completed_at, duration_ms, run_id)
         VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (agent_name, task_id) DO UPDATE SET
         started_at = excluded.started_at, completed_at = excluded.completed_at,
         duration_ms = excluded.duration_ms, run_id = excluded.run_id`,
      )
      .run(
        metrics.agentName,
        metrics.taskId,
        metrics.capability,
        metrics.startedAt,
        now.toISOString(),
        now.getTime() - Date.parse(metrics.startedAt),
        metrics.runId,
      );
  }

  clear(): void {
    this.#db.exec('DELETE FROM sessions');
  }
}

/** As `feed` and `errors` show an event; createdAt has no Z. */
export interface StoredEvent {
  id: number;
  runId: string | null;
  agentName: string;
  sessionId: string | null;
  eventType: string;
  toolName: string | null;
  toolArgs: string | null;
  toolDurationMs: number | null;
  level: 'info' | 'error';
  data: string | null;
  createdAt: string;
}

const eventsSchema = `CREATE TABLE IF NOT EXISTS events (
  id INTEGER PRIMARY KEY AUTOINCREMENT, run_id TEXT, agent_name TEXT NOT NULL, session_id TEXT, event_type TEXT NOT NULL,
  tool_name TEXT, tool_args TEXT, tool_duration_ms INTEGER, level TEXT NOT NULL DEFAULT 'info', data TEXT,
  created_at TEXT NOT NULL);`;

export class EventStore implements Disposable {
  readonly #db: DatabaseSync;

  constructor(root: string) {
    this.#db = openDatabase(root, 'events.db', eventsSchema);
  }

  [Symbol.dispose](): void {
    this.#db.close();
  }

  record(event: Pick<StoredEvent, 'runId' | 'agentName' | 'eventType'> & Partial<StoredEvent>): void {
    this.#db
      .prepare(
        'INSERT INTO events (run_id, agent_name, session_id, event_type, tool_name, tool_args, level, data, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
      )
      .run(
        event.runId,
        event.agentName,
        event.sessionId ?? null,
        event.eventType,
        event.toolName ?? null,
        event.toolArgs ?? null,
        event.level ?? 'info',
        event.data ?? null,
        new Date().toISOString().slice(0, -1),
      );
  }

  /** The newest `limit`, oldest of them first. */
  list(limit: number, level: StoredEvent['level'] | null): StoredEvent[] {
    const rows = this.#db
      .prepare(
        `SELECT id, run_id AS runId, agent_name AS agentName, session_id AS sessionId, event_type AS eventType,
         tool_name AS toolName, tool_args AS toolArgs, tool_duration_ms AS toolDurationMs, level, data,
         created_at AS createdAt FROM events WHERE level = coalesce(?, level) ORDER BY id DESC LIMIT ?`,
      )
      .all(level, limit);
    return (rows as unknown as StoredEvent[]).reverse();
  }
}
