// Where what an objective made begins and ends: pure, of its sessions.
import type { SessionRow } from './sessions.ts';

/** Of sessions that followed one another: from the base of the first to the head of the last. */
export interface Stretch extends Pick<SessionRow, 'tips'> {
  base: string;
  /** null: its session is at work */
  head: string | null;
}

/** What lies between two stretches was made by others: the human's commits, or another objective's session. */
export function stretchesOf(sessions: SessionRow[]): Stretch[] {
  const found: Stretch[] = [];
  for (const { baseCommit, headCommit, state, tips } of sessions) {
    if (baseCommit === null || (headCommit === null && state === 'ended')) continue;
    const last = found.at(-1);
    if (last?.head === baseCommit) {
      last.head = headCommit;
      last.tips = [...last.tips, ...tips];
    } else found.push({ base: baseCommit, head: headCommit, tips });
  }
  return found;
}
