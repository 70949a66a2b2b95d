// mail.db: every message between operator, coordinator and workers, in overstory's own schema.

import { randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { openDatabase } from './database.ts';

export const mailTypes = [
  'status',
  'question',
  'result',
  'error',
  'worker_done',
  'worker_died',
  'merge_ready',
  'merged',
  'merge_failed',
  'escalation',
  'health_check',
  'dispatch',
  'assign',
  'decision_gate',
] as const;
export const mailPriorities = ['low', 'normal', 'high', 'urgent'] as const;

/** A message as `mail list --json` shows it; the order of keys is the recorded one. */
export interface MailMessage {
  id: string;
  from: string;
  to: string;
  subject: string;
  body: string;
  type: string;
  priority: string;
  threadId: string | null;
  /** JSON text */
  payload: string | null;
  read: boolean;
  createdAt: string;
}

export interface MailFilter {
  from?: string;
  to?: string;
  type?: string;
  unread?: boolean;
}

export type Draft = Pick<MailMessage, 'from' | 'to' | 'subject' | 'body'> &
  Partial<Pick<MailMessage, 'type' | 'priority' | 'threadId' | 'payload'>>;

const schema = `
CREATE TABLE IF NOT EXISTS messages (
  id TEXT PRIMARY KEY, from_agent TEXT NOT NULL, to_agent TEXT NOT NULL, subject TEXT NOT NULL, body TEXT NOT NULL,
  type TEXT NOT NULL DEFAULT 'status', priority TEXT NOT NULL DEFAULT 'normal', thread_id TEXT, payload TEXT,
  read INTEGER NOT NULL DEFAULT 0, created_at TEXT NOT NULL DEFAULT (datetime('now')));
CREATE INDEX IF NOT EXISTS idx_inbox ON messages(to_agent, read);`;
const columns =
  'id, from_agent AS "from", to_agent AS "to", subject, body, type, priority, thread_id AS threadId, payload, read, created_at AS createdAt';

export class MailStore implements Disposable {
  readonly #db: DatabaseSync;

  constructor(root: string) {
    this.#db = openDatabase(root, 'mail.db', schema);
  }

  static exists(root: string): boolean {
    return existsSync(join(root, '.overstory', 'mail.db'));
  }

  [Symbol.dispose](): void {
    this.#db.close();
  }

  /** Newest first, all of them: overstory has no limit here. */
  list(filter: MailFilter): MailMessage[] {
    const wheres: string[] = [];
    const values: SQLInputValue[] = [];
    const add = (where: string, value: SQLInputValue | undefined) => {
      if (value === undefined) return;
      wheres.push(where);
      values.push(value);
    };
    add('from_agent = ?', filter.from);
    add('to_agent = ?', filter.to);
    add('type = ?', filter.type);
    if (filter.unread) add('read = ?', 0);
    const where = wheres.length === 0 ? '' : `WHERE ${wheres.join(' AND ')}`;
    const rows = this.#db
      .prepare(`SELECT ${columns} FROM messages ${where} ORDER BY created_at DESC, rowid DESC`)
      .all(...values);
    return rows.map((row) => ({ ...row, read: row.read === 1 }) as unknown as MailMessage);
  }

  byId(id: string): MailMessage | null {
    const row = this.#db.prepare(`SELECT ${columns} FROM messages WHERE id = ?`).get(id);
    return row === undefined ? null : ({ ...row, read: row.read === 1 } as unknown as MailMessage);
  }

  send(draft: Draft): string {
    const id = messageId();
    this.#db
      .prepare(
        'INSERT INTO messages (id, from_agent, to_agent, subject, body, type, priority, thread_id, payload, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      )
      .run(
        id,
        draft.from,
        draft.to,
        draft.subject,
        draft.body,
        draft.type ?? 'status',
        draft.priority ?? 'normal',
        draft.threadId ?? null,
        draft.payload ?? null,
        new Date().toISOString(),
      );
    return id;
  }

  /** To the other party, with the original's type and thread. */
  reply(original: MailMessage, from: string, body: string): string {
    return this.send({
      from,
      to: from === original.from ? original.to : original.from,
      subject: `Re: ${original.subject}`,
      body,
      type: original.type,
      priority: original.priority,
      threadId: original.threadId ?? original.id,
    });
  }

  markRead(id: string): void {
    this.#db.prepare('UPDATE messages SET read = 1 WHERE id = ?').run(id);
  }

  /** Unread mail of one agent, oldest first, marked read. */
  take(agent: string): MailMessage[] {
    const messages = this.list({ to: agent, unread: true }).reverse();
    for (const message of messages) this.markRead(message.id);
    return messages;
  }

  /** @returns how many went */
  purge(filter: { agent?: string }): number {
    const result =
      filter.agent === undefined
        ? this.#db.prepare('DELETE FROM messages').run()
        : this.#db
            .prepare('DELETE FROM messages WHERE from_agent = ? OR to_agent = ?')
            .run(filter.agent, filter.agent);
    return Number(result.changes);
  }
}

function messageId(): string {
  const letters = 'abcdefghijklmnopqrstuvwxyz0123456789';
  return `msg-${Array.from({ length: 12 }, () => letters[randomInt(letters.length)]).join('')}`;
}
