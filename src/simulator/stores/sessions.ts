// sessions.db: one row per agent name (the last one of that name) and one per run, in overstory's own schema.
import type { DatabaseSync } from 'node:sqlite';
import { openDatabase } from './database.ts';

/** `working` covers headless workers in 0.10.3: in_turn and between_turns came with 0.11. */
export type AgentState = 'booting' | 'working' | 'completed' | 'stalled' | 'zombie';

/** An agent as `status --json` shows it; the order of keys is the recorded one. */
export interface AgentSession {
  id: string;
  agentName: string;
  capability: string;
  worktreePath: string;
  branchName: string;
  taskId: string;
  /** '' for headless workers and for every terminal state */
  tmuxSession: string;
  state: AgentState;
  pid: number | null;
  parentAgent: string | null;
  depth: number;
  runId: string | null;
  startedAt: string;
  lastActivity: string;
  escalationLevel: number;
  stalledSince: string | null;
  transcriptPath: string | null;
  claudeSessionId?: string;
}

export interface Run {
  id: string;
  startedAt: string;
  completedAt: string | null;
  agentCount: number;
  coordinatorSessionId: string | null;
  coordinatorName: string | null;
  status: 'active' | 'completed' | 'failed';
}

const schema = `
CREATE TABLE IF NOT EXISTS sessions (
  id TEXT PRIMARY KEY, agent_name TEXT NOT NULL UNIQUE, capability TEXT NOT NULL, worktree_path TEXT NOT NULL,
  branch_name TEXT NOT NULL, task_id TEXT NOT NULL, tmux_session TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'booting',
  pid INTEGER, parent_agent TEXT, depth INTEGER NOT NULL DEFAULT 0, run_id TEXT, started_at TEXT NOT NULL,
  last_activity TEXT NOT NULL, escalation_level INTEGER NOT NULL DEFAULT 0, stalled_since TEXT,
  transcript_path TEXT, prompt_version TEXT, claude_session_id TEXT);
CREATE TABLE IF NOT EXISTS runs (
  id TEXT PRIMARY KEY, started_at TEXT NOT NULL, completed_at TEXT, agent_count INTEGER NOT NULL DEFAULT 0,
  coordinator_session_id TEXT, coordinator_name TEXT, status TEXT NOT NULL DEFAULT 'active');`;

const agentColumns = `id, agent_name AS agentName, capability, worktree_path AS worktreePath, branch_name AS branchName,
  task_id AS taskId, tmux_session AS tmuxSession, state, pid, parent_agent AS parentAgent, depth, run_id AS runId,
  started_at AS startedAt, last_activity AS lastActivity, escalation_level AS escalationLevel,
  stalled_since AS stalledSince, transcript_path AS transcriptPath, claude_session_id AS claudeSessionId`;
const runColumns = `id, started_at AS startedAt, completed_at AS completedAt, agent_count AS agentCount,
  coordinator_session_id AS coordinatorSessionId, coordinator_name AS coordinatorName, status`;

export class SessionStore implements Disposable {
  readonly #db: DatabaseSync;

  constructor(root: string) {
    this.#db = openDatabase(root, 'sessions.db', schema);
  }

  [Symbol.dispose](): void {
    this.#db.close();
  }

  all(): AgentSession[] {
    return this.#agents('ORDER BY started_at ASC');
  }

  byName(name: string): AgentSession | null {
    return this.#agents('WHERE agent_name = ?', name)[0] ?? null;
  }

  /** Rows of that run and rows of no run. */
  inRun(runId: string): AgentSession[] {
    return this.#agents('WHERE run_id = ? OR run_id IS NULL ORDER BY started_at ASC', runId);
  }

  /** Replaces any earlier row of that name. */
  put(session: AgentSession): void {
    this.#db.prepare('DELETE FROM sessions WHERE agent_name = ?').run(session.agentName);
    this.#db
      .prepare(
        `INSERT INTO sessions (id, agent_name, capability, worktree_path, branch_name, task_id, tmux_session, state, pid,
         parent_agent, depth, run_id, started_at, last_activity, claude_session_id) VALUES (${'?, '.repeat(14)}?)`,
      )
      .run(
        session.id,
        session.agentName,
        session.capability,
        session.worktreePath,
        session.branchName,
        session.taskId,
        session.tmuxSession,
        session.state,
        session.pid,
        session.parentAgent,
        session.depth,
        session.runId,
        session.startedAt,
        session.lastActivity,
        session.claudeSessionId ?? null,
      );
    if (session.runId !== null)
      this.#db.prepare('UPDATE runs SET agent_count = agent_count + 1 WHERE id = ?').run(session.runId);
  }

  /** Terminal states lose their tmux session's name, whether or not the session still lives (0.10.3). */
  setState(agentName: string, state: AgentState): void {
    const terminal = state === 'completed' || state === 'zombie';
    this.#db
      .prepare(`UPDATE sessions SET state = ?${terminal ? ", tmux_session = ''" : ''} WHERE agent_name = ?`)
      .run(state, agentName);
  }

  setPid(agentName: string, pid: number): void {
    this.#db.prepare('UPDATE sessions SET pid = ? WHERE agent_name = ?').run(pid, agentName);
  }

  /** Moves lastActivity to now, as overstory's hooks do at each tool use. */
  touch(agentName: string): void {
    this.#db
      .prepare('UPDATE sessions SET last_activity = ? WHERE agent_name = ?')
      .run(new Date().toISOString(), agentName);
  }

  putRun(run: Run): void {
    this.#db
      .prepare(
        'INSERT INTO runs (id, started_at, completed_at, agent_count, coordinator_session_id, coordinator_name, status) VALUES (?, ?, ?, ?, ?, ?, ?)',
      )
      .run(
        run.id,
        run.startedAt,
        run.completedAt,
        run.agentCount,
        run.coordinatorSessionId,
        run.coordinatorName,
        run.status,
      );
  }

  runs(): Run[] {
    return this.#db
      .prepare(`SELECT ${runColumns} FROM runs ORDER BY started_at DESC`)
      .all() as unknown as Run[];
  }

  runById(id: string): Run | null {
    const row = this.#db.prepare(`SELECT ${runColumns} FROM runs WHERE id = ?`).get(id);
    return row === undefined ? null : (row as unknown as Run);
  }

  completeRun(id: string): void {
    this.#db
      .prepare("UPDATE runs SET status = 'completed', completed_at = ? WHERE id = ?")
      .run(new Date().toISOString(), id);
  }

  clear(): void {
    this.#db.exec('DELETE FROM sessions; DELETE FROM runs;');
  }

  #agents(where: string, ...values: string[]): AgentSession[] {
    const rows = this.#db.prepare(`SELECT ${agentColumns} FROM sessions ${where}`).all(...values);
    return rows.map((row) => {
      const { claudeSessionId, ...rest } = row as unknown as AgentSession & {
        claudeSessionId: string | null;
      };
      return claudeSessionId === null ? { ...rest } : { ...rest, claudeSessionId };
    });
  }
}
