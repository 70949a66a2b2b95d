// Slack, as far as the real Slack plugin of OpenClaw can tell: its Web API and socket mode on loopback. What
// people say is put in with `say`; what the bot posts is read from `posts`.
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

export interface SlackPost {
  channel: string;
  text: string;
  /** ts of the thread it answers in */
  thread: string | null;
}

export interface MockSlack {
  /** value of SLACK_API_URL */
  url: string;
  posts: SlackPost[];
  /** the bot's socket connections */
  sockets(): number;
  /** A human writes; in a channel the bot is mentioned. @returns the ts of the message */
  say(message: { user: string; channel: string; text: string; thread?: string }): string;
  close(): Promise<void>;
}

const bot = 'UBOT';
const scopes =
  'chat:write,im:history,channels:history,app_mentions:read,users:read,reactions:write,assistant:write';

/** @param channels id → name */
export async function startMockSlack(channels: Record<string, string>): Promise<MockSlack> {
  const posts: SlackPost[] = [];
  const open = new Set<Duplex>();
  let serial = 100;
  const ts = () => `${Math.floor(Date.now() / 1000)}.${String(++serial).padStart(6, '0')}`;
  const user = (id: string) => ({
    id,
    team_id: 'T1',
    name: id.toLowerCase(),
    real_name: id,
    is_bot: id === bot,
    profile: { display_name: id.toLowerCase(), real_name: id },
  });
  const channel = (id: string) =>
    id.startsWith('D')
      ? { id, is_im: true, user: 'U1' }
      : { id, name: channels[id] ?? id, is_channel: true, is_member: true };

  const answers: Record<string, (asked: Record<string, string>) => object> = {
    'auth.test': () => ({
      url: 'https://mock.example/',
      team: 'Mock',
      team_id: 'T1',
      user: 'fleet',
      user_id: bot,
      bot_id: 'BBOT',
      app_id: 'A1',
    }),
    'apps.connections.open': () => ({ url: `ws://127.0.0.1:${port}/link` }),
    'users.info': (asked) => ({ user: user(asked.user ?? '') }),
    'users.list': () => ({ members: ['U1', 'U2', bot].map(user), response_metadata: { next_cursor: '' } }),
    'conversations.info': (asked) => ({ channel: channel(asked.channel ?? '') }),
    'conversations.list': () => ({
      channels: Object.keys(channels).map(channel),
      response_metadata: { next_cursor: '' },
    }),
    'conversations.open': () => ({ channel: { id: 'D1' } }),
    'conversations.replies': () => ({ messages: [], has_more: false }),
    'conversations.history': () => ({ messages: [], has_more: false }),
    'bots.info': () => ({ bot: { id: 'BBOT', app_id: 'A1', name: 'fleet', user_id: bot } }),
    'chat.postMessage': (asked) => {
      posts.push({ channel: asked.channel ?? '', text: asked.text ?? '', thread: asked.thread_ts ?? null });
      return { channel: asked.channel, ts: ts(), message: { text: asked.text } };
    },
    'chat.update': (asked) => ({ channel: asked.channel, ts: asked.ts, text: asked.text }),
  };

  const server = createServer(async (incoming, response) => {
    let raw = '';
    for await (const chunk of incoming.setEncoding('utf8')) raw += chunk;
    const method = (incoming.url ?? '').replace(/^\/api\//, '').replace(/\?.*/, '');
    const asked: Record<string, string> = incoming.headers['content-type']?.includes('json')
      ? JSON.parse(raw || '{}')
      : Object.fromEntries(new URLSearchParams(raw));
    response.setHeader('content-type', 'application/json');
    response.setHeader('x-oauth-scopes', scopes);
    response.end(JSON.stringify({ ok: true, ...answers[method]?.(asked) }));
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex) => {
    const accept = createHash('sha1')
      .update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      .digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    open.add(socket);
    socket.on('error', () => open.delete(socket));
    socket.on('close', () => open.delete(socket));
    readFrames(socket, (opcode, payload) => {
      if (opcode === 8) socket.end(frame(8, payload));
      if (opcode === 9) socket.write(frame(10, payload));
    });
    const hello = {
      type: 'hello',
      num_connections: 1,
      debug_info: { host: 'mock' },
      connection_info: { app_id: 'A1' },
    };
    socket.write(frame(1, Buffer.from(JSON.stringify(hello))));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}/api/`,
    posts,
    sockets: () => open.size,
    say({ user: from, channel: where, text, thread }) {
      const at = ts();
      const direct = where.startsWith('D');
      const event = {
        type: direct ? 'message' : 'app_mention',
        user: from,
        team: 'T1',
        channel: where,
        channel_type: direct ? 'im' : 'channel',
        text: direct ? text : `<@${bot}> ${text}`,
        ts: at,
        event_ts: at,
        ...(thread && { thread_ts: thread }),
      };
      const envelope = {
        type: 'events_api',
        envelope_id: `e${++serial}`,
        accepts_response_payload: false,
        payload: {
          token: 't',
          team_id: 'T1',
          api_app_id: 'A1',
          type: 'event_callback',
          event_id: `Ev${serial}`,
          event_time: 1,
          authorizations: [{ team_id: 'T1', user_id: bot, is_bot: true }],
          event,
        },
      };
      for (const socket of open) socket.write(frame(1, Buffer.from(JSON.stringify(envelope))));
      return at;
    },
    close: () =>
      new Promise((resolve) => {
        for (const socket of open) socket.destroy();
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** One unmasked frame, as servers send it (RFC 6455 §5.2). */
function frame(opcode: number, payload: Buffer): Buffer {
  const head =
    payload.length < 126
      ? Buffer.from([0x80 | opcode, payload.length])
      : Buffer.from([0x80 | opcode, 126, payload.length >> 8, payload.length & 0xff]);
  return Buffer.concat([head, payload]);
}

/** Masked frames of a client, whole ones below 64 KiB: all that the Slack plugin sends. */
function readFrames(socket: Duplex, onFrame: (opcode: number, payload: Buffer) => void): void {
  let rest = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    for (;;) {
      if (rest.length < 6) return;
      const short = (rest[1] ?? 0) & 0x7f;
      const at = short === 126 ? 4 : 2;
      const length = short === 126 ? rest.readUInt16BE(2) : short;
      if (rest.length < at + 4 + length) return;
      const mask = rest.subarray(at, at + 4);
      const payload = Buffer.from(
        rest.subarray(at + 4, at + 4 + length).map((byte, i) => byte ^ (mask[i % 4] ?? 0)),
      );
      onFrame((rest[0] ?? 0) & 0x0f, payload);
      rest = rest.subarray(at + 4 + length);
    }
  });
}
