// What is written down of a new snapshot: a product's trouble and its end, mail, and what became of the session.
import type { ProductSnapshot } from '../../contract/runtime/snapshot.ts';
import type { NewEvent } from '../../journal/events.ts';
import type { Journal, SessionRow } from '../../journal/journal.ts';
import { mailReceived, recovered, trouble } from '../../journal/product-facts.ts';
import { stopping } from '../../journal/session-facts.ts';
import { reconcile } from './reconcile.ts';
import { isSessionTrouble } from './session-troubles.ts';

const outcomeOf = { finished: 'done', died: 'failed', 'cut-off': 'requeued' } as const;

/** In this order; nothing is written here. */
export function conclude(
  journal: Pick<Journal, 'trouble' | 'hasMail'>,
  name: string,
  snapshot: ProductSnapshot,
  session: SessionRow | null,
): NewEvent[] {
  return [...troubleOf(journal, name, snapshot), ...found(journal, name, snapshot, session)];
}

function troubleOf(journal: Pick<Journal, 'trouble'>, name: string, snapshot: ProductSnapshot): NewEvent[] {
  const known = journal.trouble(name);
  const { health, error } = snapshot;
  if (health === 'ok') {
    if (known === null || isSessionTrouble(known.code)) return [];
    return [recovered(name, `${name} answers again.`)];
  }
  if (!error || error.code === known?.code) return [];
  return [trouble(name, error)];
}

function found(
  journal: Pick<Journal, 'hasMail'>,
  name: string,
  snapshot: ProductSnapshot,
  session: SessionRow | null,
): NewEvent[] {
  return reconcile(snapshot, session, (id) => journal.hasMail(name, id)).flatMap((finding): NewEvent[] => {
    if (finding.kind === 'mail') return [mailReceived(name, session?.objective, finding.mail)];
    if (session === null) return [];
    return [stopping(session, finding.why, outcomeOf[finding.kind])];
  });
}
