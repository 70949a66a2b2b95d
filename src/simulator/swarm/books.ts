// What overstory's books have of a worker: what it says and uses, and how its turn ended.
import { EventStore } from '../stores/ledgers.ts';
import { SessionStore } from '../stores/sessions.ts';

/** What a worker says and uses, as overstory's books have it of a headless one. */
export function step(
  root: string,
  agentName: string,
  what: { says: string } | { uses: string; args: Record<string, string> },
): void {
  using store = new SessionStore(root);
  const session = store.byName(agentName);
  using events = new EventStore(root);
  const of = { runId: session?.runId ?? null, agentName, sessionId: session?.claudeSessionId };
  if ('says' in what) {
    const data = JSON.stringify({ type: 'assistant_message', text: what.says });
    events.record({ ...of, eventType: 'progress', data });
    return;
  }
  const data = JSON.stringify({ type: 'tool_use', name: what.uses, input: what.args });
  const toolArgs = JSON.stringify(what.args);
  events.record({ ...of, eventType: 'tool_start', toolName: what.uses, toolArgs, data });
}

/** What came of a worker's turn. */
export function record(root: string, agentName: string, level: 'info' | 'error', result: string): void {
  using store = new SessionStore(root);
  const session = store.byName(agentName);
  using events = new EventStore(root);
  const data = JSON.stringify({ type: 'result', result, isError: level === 'error' });
  events.record({
    runId: session?.runId ?? null,
    agentName,
    sessionId: session?.claudeSessionId,
    eventType: 'result',
    level,
    data,
  });
}
