// Pure: what a new snapshot means. Evidence in, findings out; nothing is done here.
// Whether the coordinator lives, finished or died is said by session/liveness.ts; here, what to record.
import type { Mail, ProductSnapshot } from '../../contract/runtime/snapshot.ts';
import type { SessionRow } from '../../journal/journal.ts';
import { coordinatorAlive, liveness } from './liveness.ts';

export { coordinatorAlive };

/** No screen is judged here. */
const never = { screenConfirmMs: Number.POSITIVE_INFINITY, hungAfterMs: Number.POSITIVE_INFINITY };

export type Finding =
  | { kind: 'mail'; mail: Mail }
  | { kind: 'finished'; why: string; result: string | null }
  | { kind: 'died' | 'cut-off'; why: string };

/** The final mail of a session: it names our objective, or names none. */
export function isRunComplete(mail: Mail, objective: string): boolean {
  if (!/^\s*(re:\s*)*run complete/i.test(mail.subject)) return false;
  const named = /\[(obj-\d+)(?:\.\d+)?\]/.exec(`${mail.subject}\n${mail.body}`);
  return named === null || named[1] === objective;
}

/** The same, where one that names no objective may be of an earlier session. (Clocks jump: a name is worth more than a time.) */
export const isFinalMail = (
  mail: Mail,
  { objective, startingAtMs }: Pick<SessionRow, 'objective' | 'startingAtMs'>,
): boolean =>
  isRunComplete(mail, objective) &&
  (mail.subject.includes(objective) || Date.parse(mail.createdAt) >= startingAtMs - 1000);

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
  // One without a coordinator is looked after by act/direct.
  if (session?.state !== 'running' || session.direct !== null) return findings;

  const final = fresh.find((mail) => isFinalMail(mail, session));
  const nowMs = snapshot.observedAtMs;
  const { state, because } = liveness(
    { snapshot, finalMail: final !== undefined, screen: null, nowMs },
    never,
  );
  if (state === 'finished') findings.push({ kind: 'finished', why: because, result: final?.body ?? null });
  if (state === 'died' || state === 'cut-off') findings.push({ kind: state, why: because });
  // A start that came late, or a human, has put another coordinator in its place: that one knows of no objective.
  const there = snapshot.coordinator?.sessionId;
  const replaced = there && session.overstorySession && there !== session.overstorySession;
  if (replaced && !['finished', 'died', 'cut-off'].includes(state))
    findings.push({
      kind: 'died',
      why: 'The coordinator was replaced by another one, which has no objective.',
    });
  return findings;
}
