// The service that runs while the gateway does: notices to channels, by OpenClaw's own means.
import { setTimeout as delay } from 'node:timers/promises';
import { callGatewayFromCli } from 'openclaw/plugin-sdk/gateway-runtime';
import type { OpenClawPluginApi } from 'openclaw/plugin-sdk/plugin-entry';
import type { FleetClient } from '../api/client.ts';
import type { Button } from './buttons.ts';
import { agentId, mainSessionKey } from './gateway-config.ts';
import { deliverNotices } from './notices.ts';
import type { Destination } from './places.ts';

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
            slackOn: async () => (await slackOutbound(api)) !== undefined,
            send: (to, text, buttons) => send(api, to, text, buttons),
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

const slackOutbound = async (api: OpenClawPluginApi) => {
  const { channels } = api.runtime.config.current() as { channels?: { slack?: { enabled?: boolean } } };
  return channels?.slack?.enabled ? await api.runtime.channel.outbound.loadAdapter('slack') : undefined;
};

/** @param buttons Slack only; WebChat has none for what no model wrote */
export async function send(
  api: OpenClawPluginApi,
  { kind, to, thread }: Destination,
  text: string,
  buttons: Button[] = [],
): Promise<void> {
  if (kind === 'webchat') return note(to, text);
  const slack = await slackOutbound(api);
  if (slack?.sendText === undefined) throw new Error('Slack is off in this gateway');
  const cfg = api.runtime.config.current() as Parameters<typeof slack.sendText>[0]['cfg'];
  const message = { cfg, to, text, threadId: thread };
  if (buttons.length === 0 || slack.sendPayload === undefined) await slack.sendText(message);
  else
    await slack.sendPayload({
      ...message,
      payload: {
        text,
        presentation: {
          blocks: [
            {
              type: 'buttons',
              buttons: buttons.map(({ label, value }) => ({ label, action: { type: 'callback', value } })),
            },
          ],
        },
      },
    });
}

/** A note in the transcript, seen at once by an open WebChat. Needs operator.admin: the gateway asks itself. */
async function note(sessionKey: string, message: string): Promise<void> {
  const ask = (method: string, params: unknown) =>
    callGatewayFromCli(method, { json: true, timeout: '10000' }, params, { progress: false });
  try {
    await ask('chat.inject', { sessionKey, message });
  } catch (error) {
    if (!String(error).includes('session not found')) throw error;
    // Nobody has opened WebChat yet: the session it will open is made for the first note.
    await ask('sessions.create', { key: sessionKey, agentId });
    await ask('chat.inject', { sessionKey, message });
  }
}
