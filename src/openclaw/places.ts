// Where people are: session keys of OpenClaw, channels of products.yaml, and what can be sent to.
import type { NoticeView } from '../contract/notices.ts';
import { agentId } from './gateway-config.ts';

/** One place a message can go. */
export interface Destination {
  kind: 'slack' | 'webchat';
  /** slack: `channel:C1`, `channel:#name` or `user:U1`; webchat: a session key */
  to: string;
  /** slack: ts of the thread's first message */
  thread: string | null;
}

/** What commands look like where this session is read. @param sessionKey null: not known */
export const channelOf = (sessionKey: string | null): Destination['kind'] =>
  sessionKey?.includes(':slack:') ? 'slack' : 'webchat';

/** The product's channels, and the thread in which the objective was asked for. Without Slack, WebChat. */
export function destinations(batch: NoticeView[], mainSession: string, slackOn: boolean): Destination[] {
  const found: Destination[] = [];
  for (const { channels, thread } of batch) {
    const asked = thread === null ? null : threadOf(thread);
    if (asked) found.push(asked);
    for (const { kind, target } of channels) {
      if (kind === 'webchat' || target === null)
        found.push({ kind: 'webchat', to: mainSession, thread: null });
      // In the thread is in the channel.
      else if (asked?.kind !== 'slack' || asked.to.toLowerCase() !== slackTarget(target).toLowerCase())
        found.push({ kind: 'slack', to: slackTarget(target), thread: null });
    }
  }
  const reachable = found.map((to) =>
    to.kind === 'slack' && !slackOn ? { kind: 'webchat' as const, to: mainSession, thread: null } : to,
  );
  if (reachable.length === 0) reachable.push({ kind: 'webchat', to: mainSession, thread: null });
  return [...new Map(reachable.map((to) => [JSON.stringify(to).toLowerCase(), to])).values()];
}

const slackTarget = (target: string) =>
  /^[UW][A-Z0-9]+$/.test(target) ? `user:${target}` : `channel:${target}`;

/**
 * `agent:…:slack:channel:c1:thread:1700000000.000100` and `agent:…:slack:direct:u1` → the thread or the person; a
 * session of WebChat → itself. Null: nobody reads there (a turn of a monitor, a one-shot).
 */
function threadOf(sessionKey: string): Destination | null {
  const [, where = '', id, thread] =
    /:slack:(channel|group|direct|dm):([a-z0-9]+)(?::thread:([\d.]+))?$/i.exec(sessionKey) ?? [];
  if (id !== undefined) {
    const to = /^d/i.test(where) ? `user:${id.toUpperCase()}` : `channel:${id.toUpperCase()}`;
    return { kind: 'slack', to, thread: thread ?? null };
  }
  const webchat = new RegExp(`^agent:${agentId}:(?!subagent:|cron:|monitor:|slack:)`).test(sessionKey);
  return webchat ? { kind: 'webchat', to: sessionKey, thread: null } : null;
}
