// Events → current-state tables. The only place that writes them. Every statement changes only rows in the
// state it expects, so applying an event to the wrong state is caught (see `expectOne`) and not absorbed.
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { applyAccount } from './accounts/apply.ts';
import { applyArtifacts } from './artifacts/apply.ts';
import { applyBlueprint } from './blueprint/apply.ts';
import { fleetScope, type JournalEvent } from './events.ts';
import { applyGate } from './gates/apply.ts';
import { applyIssue } from './issues/apply.ts';
import { applyLesson } from './lessons/apply.ts';
import { applyIntervention } from './monitor/apply.ts';
import { applyMove, endMovesOf } from './moves/apply.ts';
import { applyObjective } from './objective-apply.ts';
import { applyNotice } from './outbox/apply.ts';
import { applyPullRequest } from './pull-requests/apply.ts';
import { prepared } from './reader.ts';
import { applyRecurring } from './recurring/apply.ts';
import { applySession } from './session-apply.ts';

const json = (value: unknown): string => JSON.stringify(value);

/** Applies one event inside the caller's transaction. Throws if the event does not fit the state. */
export function apply(db: DatabaseSync, event: JournalEvent): void {
  const { product, objective, atMs } = event;
  const expectOne = (sql: string, ...values: SQLInputValue[]): void => {
    const { changes } = prepared(db, sql).run(...values);
    if (changes !== 1)
      throw new Error(`Expected ${event.kind} to change one row, got ${changes} (event ${event.seq})`);
  };

  switch (event.kind) {
    case 'objective.queued':
    case 'objective.requeued':
    case 'objective.ended':
      applyObjective(db, event, expectOne);
      return;
    case 'session.starting':
    case 'session.running':
    case 'session.stopping':
    case 'session.ended':
    case 'session.spent':
    case 'session.marked':
    case 'session.measured':
      applySession(db, event, expectOne);
      return;
    case 'decision.wait':
      expectOne(
        `UPDATE objectives SET wait_rule = ? WHERE id = ? AND state = 'queued'`,
        event.data.rule,
        objective,
      );
      return;
    case 'decision.relief':
      expectOne(
        'INSERT INTO reliefs (rule, scope, since_ms) VALUES (?, ?, ?)',
        event.data.rule,
        product ?? fleetScope,
        atMs,
      );
      return;
    case 'decision.relieved':
      expectOne('DELETE FROM reliefs WHERE rule = ? AND scope = ?', event.data.rule, product ?? fleetScope);
      return;
    case 'control.changed':
      for (const { scope, key, after } of event.data.changes) {
        if (after === null) expectOne('DELETE FROM overrides WHERE scope = ? AND key = ?', scope, key);
        else
          expectOne(
            `INSERT INTO overrides (scope, key, value, since_ms) VALUES (?, ?, ?, ?)
             ON CONFLICT (scope, key) DO UPDATE SET value = excluded.value, since_ms = excluded.since_ms`,
            scope,
            key,
            json(after),
            atMs,
          );
      }
      if (event.data.verb === 'resume') db.prepare('DELETE FROM breakers WHERE product = ?').run(product);
      return;
    case 'pull-request.delivered':
    case 'pull-request.moved':
    case 'pull-request.checked':
    case 'pull-request.remarked':
    case 'pull-request.failed':
    case 'pull-request.ended':
      applyPullRequest(db, event, expectOne);
      return;
    case 'artifacts.kept':
    case 'artifacts.removed':
      applyArtifacts(event, expectOne);
      return;
    case 'issue.taken':
    case 'issue.closed':
      applyIssue(event, expectOne);
      return;
    case 'action.intended': {
      const d = event.data;
      expectOne(
        `INSERT INTO actions (id, kind, product, objective, session, args, state, intended_at_ms)
         VALUES (?, ?, ?, ?, ?, ?, 'intended', ?)`,
        d.action,
        d.kind,
        product,
        objective,
        d.session,
        json(d.args),
        atMs,
      );
      if (d.kind === 'coordinator.send')
        expectOne('UPDATE objectives SET messages = messages + 1 WHERE id = ?', objective);
      return;
    }
    case 'action.settled':
      expectOne(
        `UPDATE actions SET state = CASE WHEN state = 'abandoned' AND ?1 = 'uncertain' THEN state ELSE ?1 END,
           result = ?2, error = ?3, settled_at_ms = ?4
         WHERE id = ?5 AND state IN ('intended', 'uncertain', 'abandoned')`,
        event.data.state,
        json(event.data.result),
        json(event.data.error),
        atMs,
        event.data.action,
      );
      return;
    case 'mail.received':
      expectOne(
        'INSERT INTO mail (product, id, objective, mail, received_at_ms) VALUES (?, ?, ?, ?, ?)',
        product,
        event.data.mail.id,
        objective,
        json(event.data.mail),
        atMs,
      );
      return;
    case 'product.trouble':
      expectOne(
        `INSERT INTO troubles (product, error, since_ms) VALUES (?, ?, ?)
         ON CONFLICT (product) DO UPDATE SET error = excluded.error`,
        product,
        json(event.data.error),
        atMs,
      );
      return;
    case 'product.placed':
      expectOne(
        `INSERT INTO placements (product, runtime, epoch, since_ms, made) VALUES (?, ?, ?, ?, 0)
         ON CONFLICT (product) DO UPDATE SET runtime = excluded.runtime, epoch = excluded.epoch,
           since_ms = excluded.since_ms, made = 0 WHERE excluded.epoch > placements.epoch`,
        product,
        event.data.runtime,
        event.data.epoch,
        atMs,
      );
      return;
    case 'product.displaced':
      expectOne(
        `UPDATE placements SET runtime = '', since_ms = ?, made = 0 WHERE product = ? AND epoch = ?`,
        atMs,
        product,
        event.data.epoch,
      );
      return;
    case 'product.moving':
    case 'product.stays':
    case 'product.moved':
      applyMove(event, expectOne);
      return;
    case 'runtime.forgotten':
      endMovesOf(db, event.data.runtime);
      return;
    case 'product.made':
      if (event.data.error === null)
        db.prepare('UPDATE placements SET made = 1 WHERE product = ?').run(product);
      return;
    case 'product.recovered':
      expectOne('DELETE FROM troubles WHERE product = ?', product);
      return;
    case 'gate.opened':
    case 'gate.resolved':
    case 'gate.withdrawn':
    case 'gate.delivered':
    case 'gate.verified':
    case 'operator-mail.counted':
      applyGate(event, expectOne);
      return;
    case 'intervention.asked':
    case 'intervention.begun':
    case 'intervention.ended':
      applyIntervention(event, expectOne);
      return;
    case 'notice.posted':
    case 'notice.sent':
      applyNotice(db, event, expectOne);
      return;
    case 'recurring.set':
    case 'recurring.seen':
    case 'recurring.paused':
    case 'recurring.resumed':
    case 'recurring.due':
      applyRecurring(event, expectOne);
      return;
    case 'blueprint.drafted':
    case 'blueprint.applied':
    case 'blueprint.deleted':
      applyBlueprint(db, event, expectOne);
      return;
    case 'lesson.kept':
    case 'lesson.deleted':
    case 'lesson.recorded':
    case 'proposal.made':
    case 'proposal.decided':
      applyLesson(event, expectOne);
      return;
    case 'account.closed':
    case 'account.tried':
    case 'account.opened':
    case 'account.share':
    case 'worker.limited':
    case 'session.limited':
    case 'session.woken':
    case 'session.unlimited':
      applyAccount(event, expectOne);
      return;
    case 'runtime.connected':
    case 'runtime.lost':
    case 'runtime.upgraded':
    case 'worker.lost':
    case 'merge.failed':
    case 'session.cautioned':
    case 'session.reported':
    case 'work.accepted':
    case 'work.sent-back':
    case 'work.reverted':
    case 'clock.jumped':
    case 'delivery.hurried':
    case 'issues.looked':
    case 'registry.changed':
    case 'registry.problem':
    case 'fleetd.started':
    case 'fleetd.stopped':
    case 'budget.ask':
      return; // facts for the log only
  }
}
