// Pure: what a new snapshot means. Evidence in, findings out; nothing is done here.
//
// A coordinator is alive when its row says booting or working AND its tmux session is listed; `working`
// alone proves nothing (a dead one keeps it until the next `ov status`). It finished when it says so
// ("Run complete" mail to the operator) or closed its run; it died when it is gone and its run is still open.
import type { Mail, ProductSnapshot } from '../runtime/protocol.ts';
import type { SessionRow } from './journal.ts';

export type Finding =
  | { kind: 'mail'; mail: Mail }
  | { kind: 'finished'; why: string; result: string | null }
  | { kind: 'died'; why: string };

export function coordinatorAlive(snapshot: ProductSnapshot): boolean {
  const c = snapshot.coordinator;
  return c?.tmuxAlive === true && (c.state === 'booting' || c.state === 'working');
}

/** The final mail of a session: it names our objective, or names none. */
export function isRunComplete(mail: Mail, objective: string): boolean {
  if (!/^\s*(re:\s*)*run complete/i.test(mail.subject)) return false;
  const named = /\[(obj-\d+)(?:\.\d+)?\]/.exec(`${mail.subject}\n${mail.body}`);
  return named === null || named[1] === objective;
}

/**
 * @param session   the live session of this product, or null
 * @param isKnown   whether a mail id is already in the journal
 */
export function reconcile(
  snapshot: ProductSnapshot,
  session: SessionRow | null,
  isKnown: (mailId: string) => boolean,
): Finding[] {
  if (snapshot.health !== 'ok') return [];
  const findings: Finding[] = [];
  const fresh = snapshot.operatorMail.filter((mail) => !isKnown(mail.id));
  for (const mail of fresh) findings.push({ kind: 'mail', mail });
  if (session?.state !== 'running') return findings;

  const since = session.startingAtMs;
  const final = fresh.find(
    (m) =>
      isRunComplete(m, session.objective) &&
      // One that names no objective may be of an earlier session. (Clocks jump: a name is worth more than a time.)
      (m.subject.includes(session.objective) || Date.parse(m.createdAt) >= since - 1000),
  );
  if (final) {
    findings.push({
      kind: 'finished',
      why: 'The coordinator reported that the run is complete.',
      result: final.body,
    });
  } else if (!coordinatorAlive(snapshot)) {
    const c = snapshot.coordinator;
    if (c !== null && c.state === 'completed' && snapshot.runId === null) {
      findings.push({
        kind: 'finished',
        why: 'The coordinator closed its run without a final mail.',
        result: null,
      });
    } else {
      findings.push({
        kind: 'died',
        why: `The coordinator is gone (${c === null ? 'no row' : `state ${c.state}, tmux session ${c.tmuxAlive ? 'there' : 'gone'}`}) and its run was not closed.`,
      });
    }
  }
  return findings;
}
