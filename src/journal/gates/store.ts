// Reads of the gates' tables.
import type { DatabaseSync } from 'node:sqlite';
import { kept } from '../kept.ts';
import { prepared } from '../reader.ts';
import type { GateKind, GateSeverity, Question, Resolution, Verdict } from './events.ts';

export interface GateRow {
  n: number;
  product: string | null;
  objective: string | null;
  kind: GateKind;
  severity: GateSeverity;
  question: Question;
  state: 'open' | Verdict | 'withdrawn';
  /** null while open and when withdrawn */
  resolution: Resolution | null;
  /** why it was withdrawn */
  withdrawn: string | null;
  /** read: heard. The word is older than the difference, and is in files and on the API */
  delivery: 'pending' | 'sent' | 'read' | 'lost' | null;
  answerMail: string | null;
  askedAtMs: number;
  resolvedAtMs: number | null;
  deliveredAtMs: number | null;
}

type Row = Record<string, unknown>;

function gateOf(r: Row): GateRow {
  const state = r.state as GateRow['state'];
  const said = r.resolution === null ? null : JSON.parse(String(r.resolution));
  return {
    n: r.n as number,
    product: r.product as string | null,
    objective: r.objective as string | null,
    kind: r.kind as GateKind,
    severity: r.severity as GateSeverity,
    question: JSON.parse(String(r.question)) as Question,
    state,
    resolution: state === 'withdrawn' ? null : (said as Resolution | null),
    withdrawn: state === 'withdrawn' ? (said as { why: string }).why : null,
    delivery: r.delivery as GateRow['delivery'],
    answerMail: r.answer_mail as string | null,
    askedAtMs: r.asked_at_ms as number,
    resolvedAtMs: r.resolved_at_ms as number | null,
    deliveredAtMs: r.delivered_at_ms as number | null,
  };
}

export function gateStore(db: DatabaseSync) {
  const many = (sql: string, ...values: (string | number | null)[]): GateRow[] =>
    prepared(db, sql)
      .all(...values)
      .map(gateOf);
  const open = kept(db, ['gates'], (): readonly GateRow[] =>
    many(`SELECT * FROM gates WHERE state = 'open' ORDER BY n`),
  );
  return {
    gate(n: number): GateRow | null {
      return many('SELECT * FROM gates WHERE n = ?', n)[0] ?? null;
    },
    nextGateNumber(): number {
      return Number(prepared(db, 'SELECT coalesce(max(n), 0) + 1 AS n FROM gates').get()?.n);
    },
    /** In order of asking; of one product, or all. */
    openGates: (product: string | null = null): readonly GateRow[] =>
      product === null ? open() : open().filter((gate) => gate.product === product),
    /** The latest that are no longer open, newest first. */
    closedGates(limit: number): GateRow[] {
      return many(
        `SELECT * FROM gates WHERE state <> 'open' ORDER BY resolved_at_ms DESC, n DESC LIMIT ?`,
        limit,
      );
    },
    /** Those that were open at some time since then, newest first; of one product or of all. */
    openSince(sinceMs: number, product: string | null, limit: number): GateRow[] {
      return many(
        `SELECT * FROM gates WHERE (state = 'open' OR resolved_at_ms >= ?1)
           AND (?2 IS NULL OR product = ?2) ORDER BY n DESC LIMIT ?3`,
        sinceMs,
        product,
        limit,
      );
    },
    /** Asks whether the work of an objective is taken, or sent back for its checks. */
    openOf(objective: string, kind: 'review' | 'checks'): GateRow | null {
      return (
        many(`SELECT * FROM gates WHERE objective = ? AND kind = ? AND state = 'open'`, objective, kind)[0] ??
        null
      );
    },
    /** Of an objective, in order of asking. */
    gatesOf(objective: string): GateRow[] {
      return many('SELECT * FROM gates WHERE objective = ? ORDER BY n', objective);
    },
    /** Asked by one of these mails of a product. */
    gatesOfMail(product: string, mail: readonly string[]): GateRow[] {
      return many(
        'SELECT * FROM gates WHERE product = ? AND mail IN (SELECT value FROM json_each(?))',
        product,
        JSON.stringify(mail),
      );
    },
    gateOfMail(product: string, mail: string): GateRow | null {
      return (
        many(
          'SELECT * FROM gates WHERE product = ? AND mail = ? ORDER BY n DESC LIMIT 1',
          product,
          mail,
        )[0] ?? null
      );
    },
    /** Whether the operator has spoken in this thread: answered a gate whose question stands in it, or begun it. */
    isAnsweredThread(product: string, thread: string): boolean {
      return (
        db
          .prepare(
            `SELECT 1 FROM gates WHERE product = ?1 AND state IN ('approved','rejected','answered')
               AND (mail = ?2 OR mail IN (SELECT id FROM mail WHERE product = ?1 AND json_extract(mail, '$.threadId') = ?2))
             UNION ALL
             SELECT 1 FROM actions WHERE product = ?1 AND kind IN ('coordinator.send','gate.answer')
               AND ?2 IN (json_extract(result, '$.id'), json_extract(result, '$.reply')) LIMIT 1`,
          )
          .get(product, thread) !== undefined
      );
    },
    /** Whether just this was being asked at that event: open since then, or closed only later. (Clocks jump.) */
    wasAsked(product: string, digest: string, seq: number): boolean {
      return (
        db
          .prepare(
            `SELECT 1 FROM gates WHERE product = ? AND json_extract(question, '$.digest') = ?
               AND (state = 'open' OR EXISTS (SELECT 1 FROM events WHERE seq > ?
                 AND kind IN ('gate.resolved', 'gate.withdrawn') AND json_extract(data, '$.gate') = gates.n)) LIMIT 1`,
          )
          .get(product, digest, seq) !== undefined
      );
    },
    /** Whether the session began after the gate was opened: another one asked. */
    wasAskedBefore(gate: GateRow, session: number): boolean {
      const seqOf = (kind: string, key: string, value: number) =>
        Number(
          db
            .prepare(
              `SELECT seq FROM events WHERE product = ? AND kind = ? AND json_extract(data, '$.${key}') = ?`,
            )
            .get(gate.product, kind, value)?.seq ?? 0,
        );
      return seqOf('session.starting', 'session', session) > seqOf('gate.opened', 'gate', gate.n);
    },
    /** Of those that were open in this time, as far as it lies in it; in order of asking. */
    waits(
      fromMs: number,
      toMs: number,
    ): { n: number; product: string | null; objective: string | null; ms: number }[] {
      return prepared(
        db,
        `SELECT n, product, objective, asked_at_ms, resolved_at_ms FROM gates
         WHERE asked_at_ms < ?2 AND coalesce(resolved_at_ms, ?2) > ?1 ORDER BY n`,
      )
        .all(fromMs, toMs)
        .map((r) => ({
          n: r.n as number,
          product: r.product as string | null,
          objective: r.objective as string | null,
          ms:
            Math.min(toMs, (r.resolved_at_ms as number | null) ?? toMs) -
            Math.max(fromMs, r.asked_at_ms as number),
        }));
    },
    /** Answers not yet sent (pending) or not yet heard (sent), oldest first. */
    undelivered(): GateRow[] {
      return many(`SELECT * FROM gates WHERE delivery IN ('pending','sent') ORDER BY +n`);
    },
    /** Ids of mail in the operator's name that were there before, or were told as foreign; null: never looked. */
    countedOperatorMail(product: string): Set<string> | null {
      const looked = prepared(
        db,
        `SELECT 1 FROM events WHERE kind = 'operator-mail.counted' AND product = ? LIMIT 1`,
      ).get(product);
      if (looked === undefined) return null;
      return new Set(
        db
          .prepare('SELECT id FROM operator_mail WHERE product = ?')
          .all(product)
          .map((r) => String(r.id)),
      );
    },
    /** Ids and marks of what the fleet sent to a product: results of its sends, and marks of those in flight. */
    ownOperatorMail(product: string): { ids: Set<string>; inFlight: string[] } {
      const sent = prepared(
        db,
        `SELECT json_extract(result, '$.id') AS id, json_extract(result, '$.reply') AS reply FROM actions
         WHERE product = ? AND json_extract(result, '$.id') IS NOT NULL`,
      ).all(product);
      const ids = new Set(
        sent.flatMap(({ id, reply }) => [id, reply].filter((one) => typeof one === 'string')),
      );
      const undone = prepared(db, `SELECT id FROM actions WHERE product = ? AND state <> 'done'`).all(
        product,
      );
      const inFlight = undone.map(({ id }) => `[${String(id)}]`);
      return { ids, inFlight };
    },
  };
}
