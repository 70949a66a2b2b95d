// What `status` and `coordinator status` do before they answer: hold every row against the processes and
// write the state that is true (FACTS: thresholds are fixed at 5 and 10 minutes).
import { isAlive } from '../processes.ts';
import type { AgentSession, AgentState, SessionStore } from '../stores/sessions.ts';

const staleMs = 300_000;
const zombieMs = 600_000;
/** Never judged by time: a hung or logged-out coordinator is `working` for ever. */
const persistent = new Set(['coordinator', 'orchestrator', 'monitor']);

/** @param tmuxSessions names of the live sessions; writes and answers changed states, in place */
export function reconcile(store: SessionStore, sessions: AgentSession[], tmuxSessions: Set<string>): void {
  for (const session of sessions) {
    if (session.state === 'completed') continue;
    const state = trueState(session, tmuxSessions, Date.now());
    if (state === session.state) continue;
    store.setState(session.agentName, state);
    session.state = state;
  }
}

export function trueState(session: AgentSession, tmuxSessions: Set<string>, nowMs: number): AgentState {
  const idleMs = nowMs - Date.parse(session.lastActivity);
  const headless = session.tmuxSession === '';
  const spawnPerTurn = headless && session.pid === null;
  const tmuxDead = !headless && !tmuxSessions.has(session.tmuxSession);
  const pidDead = session.pid !== null && !isAlive(session.pid);
  if (!spawnPerTurn) {
    if (tmuxDead || (headless && pidDead)) {
      const active =
        session.state === 'working' || session.state === 'booting' || session.state === 'stalled';
      // Long silent and gone: overstory assumes that it finished.
      return idleMs > staleMs && active ? 'completed' : 'zombie';
    }
    if (session.state === 'zombie' || pidDead) return 'zombie';
  }
  if (persistent.has(session.capability)) return session.state === 'booting' ? 'working' : session.state;
  if (idleMs > zombieMs) return 'zombie';
  if (idleMs > staleMs) return 'stalled';
  return session.state === 'booting' || session.state === 'stalled' ? 'working' : session.state;
}
