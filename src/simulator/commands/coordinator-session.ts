// The row of the coordinator that lives, if one does.
import { OvFailure } from '../cli/failure.ts';
import type { AgentSession, SessionStore } from '../stores/sessions.ts';

/** The one agent name a coordinator has in every project. */
export const agentName = 'coordinator';

export function active(store: SessionStore): AgentSession | null {
  const session = store.byName(agentName);
  return session === null || session.state === 'completed' || session.state === 'zombie' ? null : session;
}

export function mustBeActive(store: SessionStore): AgentSession {
  const session = active(store);
  if (session === null) throw new OvFailure('No active coordinator session found', 'AGENT_ERROR');
  return session;
}
