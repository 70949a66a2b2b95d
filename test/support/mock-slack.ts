// Slack, as far as the real Slack plugin of OpenClaw can tell: its Web API and socket mode. What people say is put in
// with `say`, the buttons they press with `press`; what the bot posts is read from `posts`. Run as a program it is a
// service beside a gateway in a container, and takes the same three by HTTP (`remoteMockSlack`).
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { acceptSocket, frame, readFrames } from './websocket.ts';

export interface SlackPost {
  channel: string;
  text: string;
  /** ts of the thread it answers in */
  thread: string | null;
  ts: string;
  /** buttons under it */
  buttons: { label: string; action: string; block: string; value: string }[];
}

export interface SlackMessage {
  user: string;
  /** `C…`, or `D…` for a direct message */
  channel: string;
  text: string;
  thread?: string;
}

export interface MockSlack {
  /** value of SLACK_API_URL */
  url: string;
  posts: SlackPost[];
  /** the bot's socket connections */
  sockets(): number;
  /** A human writes; in a channel the bot is mentioned. @returns the ts of the message */
  say(message: SlackMessage): string;
  /** A human presses a button of a post. */
  press(user: string, post: SlackPost, label: string): void;
  close(): Promise<void>;
}

const bot = 'UBOT';
const scopes =
  'chat:write,im:history,channels:history,app_mentions:read,users:read,reactions:write,assistant:write';

/** @param channels id → name; @param options.port 0: a free one */
export async function startMockSlack(
  channels: Record<string, string>,
  options: { port: number; host: string } = { port: 0, host: '127.0.0.1' },
): Promise<MockSlack> {
  const posts: SlackPost[] = [];
  const open = new Set<Duplex>();
  let serial = 100;
  /** as the gateway reaches this server */
  let host = '';
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
    'apps.connections.open': () => ({ url: `ws://${host}/link` }),
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
      const at = ts();
      posts.push({
        channel: asked.channel ?? '',
        text: asked.text ?? '',
        thread: asked.thread_ts ?? null,
        ts: at,
        buttons: buttonsOf(asked.blocks),
      });
      return { channel: asked.channel, ts: at, message: { text: asked.text } };
    },
    /** what only the one who pressed a button sees */
    response: (asked) => {
      posts.push({ channel: 'private', text: asked.text ?? '', thread: null, ts: ts(), buttons: [] });
      return {};
    },
    'chat.update': (asked) => ({ channel: asked.channel, ts: asked.ts, text: asked.text }),
  };

  const server = createServer(async (incoming, response) => {
    let raw = '';
    for await (const chunk of incoming.setEncoding('utf8')) raw += chunk;
    if (incoming.url?.startsWith('/api/')) host = incoming.headers.host ?? '';
    const method = (incoming.url ?? '').replace(/^\/api\//, '').replace(/\?.*/, '');
    const asked: Record<string, string> = incoming.headers['content-type']?.includes('json')
      ? JSON.parse(raw || '{}')
      : Object.fromEntries(new URLSearchParams(raw));
    response.setHeader('content-type', 'application/json');
    response.setHeader('x-oauth-scopes', scopes);
    const reply = method.startsWith('/control/') ? control(method, raw) : answers[method]?.(asked);
    response.end(JSON.stringify({ ok: true, ...reply }));
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex) => {
    acceptSocket(request, socket);
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
  await new Promise<void>((resolve) => server.listen(options.port, options.host, resolve));
  const { port } = server.address() as AddressInfo;

  const envelope = (type: string, payload: object) => {
    const whole = { type, envelope_id: randomUUID(), accepts_response_payload: false, payload };
    for (const socket of open) socket.write(frame(1, Buffer.from(JSON.stringify(whole))));
  };
  const slack: MockSlack = {
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
      envelope('events_api', {
        token: 't',
        team_id: 'T1',
        api_app_id: 'A1',
        type: 'event_callback',
        // OpenClaw remembers what it has seen, longer than a mock that is started again.
        event_id: `Ev${randomUUID()}`,
        event_time: 1,
        authorizations: [{ team_id: 'T1', user_id: bot, is_bot: true }],
        event,
      });
      return at;
    },
    press(from, { channel: where, ts: at, thread, text, buttons }, label) {
      const button = buttons.find((one) => one.label === label);
      if (button === undefined)
        throw new Error(
          `Expected a button "${label}", got ${buttons.map((one) => one.label).join(', ') || 'none'}.`,
        );
      envelope('interactive', {
        type: 'block_actions',
        team: { id: 'T1' },
        api_app_id: 'A1',
        user: { id: from, team_id: 'T1', username: from.toLowerCase() },
        trigger_id: randomUUID(),
        response_url: `http://${host}/api/response`,
        channel: { id: where },
        container: {
          type: 'message',
          message_ts: at,
          channel_id: where,
          ...(thread && { thread_ts: thread }),
        },
        message: { ts: at, text, ...(thread && { thread_ts: thread }) },
        actions: [
          {
            type: 'button',
            action_id: button.action,
            block_id: button.block,
            value: button.value,
            text: { type: 'plain_text', text: label },
            action_ts: ts(),
          },
        ],
      });
    },
    close: () =>
      new Promise((resolve) => {
        for (const socket of open) socket.destroy();
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };

  /** The same by HTTP, for a test on the other side of a container's wall. */
  function control(path: string, raw: string): object {
    if (path === '/control/posts') return { posts, sockets: open.size };
    if (path === '/control/say') return { ts: slack.say(JSON.parse(raw)) };
    const { user: from, post, label } = JSON.parse(raw) as { user: string; post: SlackPost; label: string };
    slack.press(from, post, label);
    return {};
  }
  return slack;
}

interface Block {
  type: string;
  block_id?: string;
  elements?: { type: string; action_id?: string; value?: string; text?: { text: string } }[];
}

/** @param blocks JSON, as Slack's Web API takes it in a form */
function buttonsOf(blocks: string | undefined): SlackPost['buttons'] {
  const all = (typeof blocks === 'string' ? JSON.parse(blocks) : (blocks ?? [])) as Block[];
  return all.flatMap(({ block_id = '', elements = [] }) =>
    elements
      .filter(({ type }) => type === 'button')
      .map(({ text, action_id, value }) => ({
        label: text?.text ?? '',
        action: action_id ?? '',
        block: block_id,
        value: value ?? '',
      })),
  );
}

export interface RemoteMockSlack {
  posts(): Promise<SlackPost[]>;
  sockets(): Promise<number>;
  say(message: SlackMessage): Promise<string>;
  press(user: string, post: SlackPost, label: string): Promise<void>;
}

/** @param origin e.g. http://127.0.0.1:41802 */
export function remoteMockSlack(origin: string): RemoteMockSlack {
  const ask = async (what: string, body: object = {}) => {
    const answer = await fetch(`${origin}/control/${what}`, { method: 'POST', body: JSON.stringify(body) });
    return (await answer.json()) as { posts: SlackPost[]; sockets: number; ts: string };
  };
  return {
    posts: async () => (await ask('posts')).posts,
    sockets: async () => (await ask('posts')).sockets,
    say: async (message) => (await ask('say', message)).ts,
    press: async (user, post, label) => void (await ask('press', { user, post, label })),
  };
}

// Only in the container, where its port is known.
if (process.env.MOCK_SLACK_PORT)
  await startMockSlack(JSON.parse(process.env.MOCK_SLACK_CHANNELS ?? '{}'), {
    port: Number(process.env.MOCK_SLACK_PORT),
    host: '0.0.0.0',
  });
