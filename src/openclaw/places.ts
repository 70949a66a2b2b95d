// Where people are: session keys of OpenClaw, channels of products.yaml, and what can be sent to.
import { type ChannelKind, isChatKind } from '../common/chats.ts';
import type { NoticeView } from '../contract/notices.ts';
import type { ChatPlace } from './chats/chat.ts';
import { chatSetups } from './chats/index.ts';
import { agentId } from './gateway-config.ts';

/** One place a message can go. */
export interface Destination {
  kind: ChannelKind;
  /** as the outbound adapter of its chat takes it; webchat: a session key */
  to: string;
  /** null: at the top */
  thread: string | null;
}

/** What this gateway says of its chats and sessions. */
export interface Reach {
  isOn(kind: ChannelKind): boolean;
  /** where the last words of a session came from, by OpenClaw's own record of it; null: it has none */
  recorded(sessionKey: string): ChatPlace | null;
  /** of the gateway, for places that are named there */
  env: Record<string, string | undefined>;
}

const keyOfSession = /^agent:[^:]+:([a-z]+):(channel|group|direct|dm|slash):(.+)$/i;

/** What commands look like where this session is read. @param sessionKey null: not known */
export function channelOf(sessionKey: string | null): ChannelKind {
  const kind = keyOfSession.exec(sessionKey ?? '')?.[1] ?? '';
  return isChatKind(kind) ? kind : 'webchat';
}

/** The product's channels, and the thread in which the objective was asked for. WebChat stands in for a chat that is off. */
export function destinations(batch: NoticeView[], mainSession: string, reach: Reach): Destination[] {
  const webchat: Destination = { kind: 'webchat', to: mainSession, thread: null };
  const found: Destination[] = [];
  for (const { channels, thread } of batch) {
    const asked = thread === null ? null : placeOfSession(thread, reach);
    if (asked) found.push(asked);
    for (const { kind, target } of channels) {
      const place =
        kind === 'webchat' || target === null ? null : chatSetups[kind].placeOf(target, reach.env);
      if (place === null) found.push(webchat);
      // In the thread is in the channel.
      else if (asked?.kind !== kind || asked.to.toLowerCase() !== place.to.toLowerCase())
        found.push({ kind, ...place });
    }
  }
  const reachable = found.map((to) => (reach.isOn(to.kind) ? to : webchat));
  if (reachable.length === 0) reachable.push(webchat);
  return [...new Map(reachable.map((to) => [JSON.stringify(to).toLowerCase(), to])).values()];
}

/** The chats that these would go to and that are off, each with where. */
export function unreached(batch: NoticeView[], reach: Reach): { kind: ChannelKind; where: string }[] {
  const all = batch.flatMap(({ channels, thread }) => {
    const asked = thread === null ? null : placeOfSession(thread, reach);
    return [
      ...(asked ? [{ kind: asked.kind, where: `${asked.kind}:${asked.to}` }] : []),
      ...channels.map(({ kind, target }) => ({ kind, where: `${kind}:${target}` })),
    ];
  });
  const off = all.filter(({ kind }) => !reach.isOn(kind));
  return [...new Map(off.map((one) => [one.where, one])).values()];
}

/**
 * `agent:…:slack:channel:c1:thread:1700000000.000100` and `agent:…:slack:direct:u1` → the thread or the person; a
 * session of WebChat → itself. Null: nobody reads there (a turn of a monitor, a one-shot).
 */
function placeOfSession(sessionKey: string, { recorded }: Reach): Destination | null {
  const [, kind = '', where = '', id = ''] = keyOfSession.exec(sessionKey) ?? [];
  if (isChatKind(kind)) {
    const { placeOfSession: read } = chatSetups[kind];
    // A command by a chat's own slash has a session of who typed it.
    const person = /^(?:d|slash)/i.test(where);
    const place = read ? read(person ? 'direct' : where, id) : recorded(sessionKey);
    return place && { kind, ...place };
  }
  const webchat = new RegExp(
    `^agent:${agentId}:(?!subagent:|cron:|monitor:|[a-z]+:(?:channel|group|direct|dm|slash):)`,
  );
  return webchat.test(sessionKey) ? { kind: 'webchat', to: sessionKey, thread: null } : null;
}
