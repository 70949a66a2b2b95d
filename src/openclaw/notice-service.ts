// The service that runs while the gateway does: notices to channels, by OpenClaw's own means.
import { setTimeout as delay } from 'node:timers/promises';
import { callGatewayFromCli } from 'openclaw/plugin-sdk/gateway-runtime';
import type { OpenClawPluginApi } from 'openclaw/plugin-sdk/plugin-entry';
import { deliveryContextFromSession, getSessionEntry } from 'openclaw/plugin-sdk/session-store-runtime';
import { appendAssistantMirrorMessageByIdentity } from 'openclaw/plugin-sdk/session-transcript-runtime';
import { z } from 'zod';
import type { FleetClient } from '../client/client.ts';
import { type ChannelKind, type ChatKind, chatKinds, chats } from '../common/chats.ts';
import type { Button } from './buttons.ts';
import { chatSetups } from './chats/index.ts';
import { agentId, mainSessionKey } from './gateway-config.ts';
import { deliverNotices, marksOf } from './notices.ts';
import type { Destination, Reach } from './places.ts';
import { forWebChat } from './webchat-length.ts';

export function noticeService(api: OpenClawPluginApi, connect: () => FleetClient) {
  let stopping: AbortController | null = null;
  let running: Promise<void> = Promise.resolve();
  return {
    id: 'meta-coordinator-notices',
    start(): void {
      const stop = new AbortController();
      stopping = stop;
      running = deliverNotices(
        {
          connect,
          channels: {
            reach: () => reachOf(api),
            told: (session) => told(api, session),
            send: (to, text, buttons, key) => send(api, to, text, buttons, key),
          },
          mainSession: mainSessionKey,
          log: (line) => api.logger.warn(line),
          pause: (ms, signal) => delay(ms, undefined, { signal }).catch(() => {}),
        },
        stop.signal,
      );
    },
    async stop(): Promise<void> {
      stopping?.abort();
      // A long poll that is open ends with the process; nothing is lost by not waiting for it.
      await Promise.race([running, delay(500)]);
    },
  };
}

/** WebChat, and the chats that this gateway has on and whose plugin can send. */
async function reachOf(api: OpenClawPluginApi): Promise<Reach> {
  const found = await Promise.all(
    chatKinds.map(async (kind) => ((await outboundOf(api, kind)) ? [kind] : [])),
  );
  const on = new Set<ChannelKind>(['webchat', ...found.flat()]);
  return {
    isOn: (kind) => on.has(kind),
    env: process.env,
    recorded(sessionKey) {
      const { to, threadId } = deliveryContextFromSession(getSessionEntry({ agentId, sessionKey })) ?? {};
      return to === undefined ? null : { to, thread: threadId === undefined ? null : String(threadId) };
    },
  };
}

async function outboundOf(api: OpenClawPluginApi, kind: ChatKind) {
  const { channels } = api.runtime.config.current() as {
    channels?: Partial<Record<ChatKind, { enabled?: boolean }>>;
  };
  return channels?.[kind]?.enabled ? await api.runtime.channel.outbound.loadAdapter(kind) : undefined;
}

/**
 * @param buttons not in WebChat, which has none for what no model wrote
 * @param key of the message: WebChat takes each once
 */
export async function send(
  api: OpenClawPluginApi,
  { kind, to, thread }: Destination,
  text: string,
  buttons: Button[],
  key: string,
): Promise<void> {
  if (kind === 'webchat') return note(api, to, forWebChat(text, 'events'), key);
  const outbound = await outboundOf(api, kind);
  if (outbound?.sendText === undefined) throw new Error(`${chats[kind].title} is off in this gateway`);
  const cfg = api.runtime.config.current() as Parameters<typeof outbound.sendText>[0]['cfg'];
  const message = { cfg, to, threadId: thread };
  if (buttons.length === 0 || outbound.sendPayload === undefined || chatSetups[kind].pressed === null) {
    await outbound.sendText({ ...message, text });
    return;
  }
  const asked = await withButtons(outbound, message, text, buttons);
  if (asked) await outbound.sendPayload({ ...message, text, payload: asked });
  else {
    // Too long for a message with buttons: they come under it.
    await outbound.sendText({ ...message, text });
    const under = 'Your answer:';
    const payload = await withButtons(outbound, message, under, buttons);
    if (payload) await outbound.sendPayload({ ...message, text: under, payload });
  }
}

type Outbound = NonNullable<Awaited<ReturnType<typeof outboundOf>>>;
type Payload = Parameters<NonNullable<Outbound['sendPayload']>>[0]['payload'];

/** As OpenClaw's own core does it; null: the chat does not take it in one message. */
async function withButtons(
  { renderPresentation }: Outbound,
  message: Omit<Parameters<NonNullable<Outbound['sendPayload']>>[0], 'payload' | 'text'>,
  text: string,
  buttons: Button[],
): Promise<Payload | null> {
  const presentation = {
    blocks: [
      {
        type: 'buttons' as const,
        buttons: buttons.map(({ label, value }) => ({
          label,
          action: { type: 'callback' as const, value },
          // Who may not answer must not use it up.
          reusable: true,
        })),
      },
    ],
  };
  const payload = { text, presentation };
  if (renderPresentation === undefined) return payload;
  return renderPresentation({ payload, presentation, ctx: { ...message, text, payload } });
}

/**
 * A note in the transcript, seen at once by an open WebChat; said again under its key, it changes nothing. Not by
 * `chat.inject`: an open WebChat shows what that brings twice.
 */
async function note(
  api: OpenClawPluginApi,
  sessionKey: string,
  text: string,
  idempotencyKey: string,
): Promise<void> {
  const known = () => getSessionEntry({ agentId, sessionKey })?.sessionId;
  if (known() === undefined) await createSession(sessionKey);
  const sessionId = known();
  if (sessionId === undefined) throw new Error(`Expected a session ${sessionKey}, got none`);
  const config = api.runtime.config.current();
  const message = { agentId, sessionKey, sessionId, text, idempotencyKey, config };
  const noted = await appendAssistantMirrorMessageByIdentity(message);
  if (!noted.ok) throw new Error(`WebChat did not take it: ${noted.reason}`);
}

const keyed = z.object({ idempotencyKey: z.string() });

/** Of the latest 200 messages: between a note and its receipt a gateway writes a few. */
async function told(api: OpenClawPluginApi, sessionKey: string): Promise<string[]> {
  const { messages } = await api.runtime.subagent.getSessionMessages({ sessionKey, limit: 200 });
  return messages.flatMap((message) => {
    const read = keyed.safeParse(message);
    return read.success ? marksOf(read.data.idempotencyKey) : [];
  });
}

/**
 * Nobody has opened WebChat yet: the session it will open is made for the first note. Needs operator.admin: the
 * gateway asks itself.
 */
const createSession = (key: string) =>
  callGatewayFromCli(
    'sessions.create',
    { json: true, timeout: '10000' },
    { key, agentId },
    { progress: false },
  );
