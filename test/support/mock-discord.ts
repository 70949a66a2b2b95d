// Discord, as far as OpenClaw's plugin can tell: its REST API and its gateway. A thread is a channel with a parent.
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Conversation } from './chat-conversation.ts';
import { buttonOf, type ChatPost, type MockChat } from './mock-chat.ts';
import { acceptSocket, frame, readFrames } from './websocket.ts';

const guild = '100000000000000001';
const bot = {
  id: '900000000000000001',
  username: 'fleet',
  discriminator: '0',
  global_name: 'Fleet',
  bot: true,
};
const application = { id: bot.id, flags: 1 << 18 };

interface Component {
  type: number;
  content?: string;
  label?: string;
  custom_id?: string;
  components?: Component[];
}

interface Answered {
  content?: string;
  flags?: number;
  components?: Component[];
}

/** All of a message's parts, the outer ones first. */
const parts = (components: Component[] = []): Component[] =>
  components.flatMap((one) => [one, ...parts(one.components)]);

/**
 * @param channels ids → names; what is not among them is a direct message
 * @param threads ids of threads → ids of their channels
 */
export async function startMockDiscord(
  channels: Record<string, string>,
  threads: Record<string, string>,
): Promise<MockChat & { calls: string[] }> {
  const posts: ChatPost[] = [];
  const calls: string[] = [];
  const open = new Set<Duplex>();
  /** of the open ones, where the bot has said who it is */
  const listening = new Set<Duplex>();
  /** person → their direct messages, and back */
  const direct = new Map<string, string>();
  const sent = new Map<string, object>();
  /** token of an interaction → where it was */
  const pressedIn = new Map<string, string>();
  const commands = new Map<string, { name: string; options?: { name: string }[] }>();
  let serial = 0;
  let events = 0;
  const id = () => String(((BigInt(Date.now()) - 1420070400000n) << 22n) + BigInt(++serial));

  const person = (of: string) =>
    of === bot.id
      ? bot
      : { id: of, username: `person_${of.slice(-3)}`, discriminator: '0', global_name: null, bot: false };
  const channel = (of: string) => {
    if (threads[of])
      return {
        id: of,
        type: 11,
        guild_id: guild,
        parent_id: threads[of],
        name: 'a thread',
        thread_metadata: {},
      };
    if (channels[of])
      return { id: of, type: 0, guild_id: guild, name: channels[of], permission_overwrites: [] };
    return { id: of, type: 1, recipients: [person(direct.get(of) ?? bot.id)] };
  };
  const guilds = () => ({
    id: guild,
    name: 'A server',
    owner_id: bot.id,
    channels: Object.keys(channels).map(channel),
    threads: Object.keys(threads).map(channel),
    roles: [{ id: guild, name: '@everyone', permissions: '1071698660929' }],
    members: [{ user: bot, roles: [] }],
    member_count: 3,
    presences: [],
    voice_states: [],
  });
  const message = (where: string, from: string, content: string) => ({
    id: id(),
    channel_id: where,
    author: person(from),
    content,
    timestamp: new Date().toISOString(),
    edited_timestamp: null,
    ...{ tts: false, mention_everyone: false, mentions: [], mention_roles: [], attachments: [], embeds: [] },
    ...{ pinned: false, type: 0, flags: 0, components: [] },
    ...(channel(where).type !== 1 && {
      guild_id: guild,
      member: { roles: [], joined_at: new Date(0).toISOString(), deaf: false, mute: false },
    }),
  });

  function post(where: string, body: { content?: string; components?: Component[] }): object {
    const all = parts(body.components);
    const text = [body.content, ...all.map(({ content }) => content)].filter(Boolean).join('\n');
    const posted = { ...message(where, bot.id, text), components: body.components ?? [] };
    sent.set(posted.id, posted);
    posts.push({
      id: posted.id,
      place: threads[where] ?? direct.get(where) ?? where,
      thread: threads[where] ? where : null,
      text,
      buttons: all
        .filter(({ type }) => type === 2)
        .map(({ label = '', custom_id = '' }) => ({ label, value: custom_id })),
    });
    return posted;
  }

  function directOf(user: string): string {
    const known = [...direct].find(([, of]) => of === user)?.[0];
    if (known !== undefined) return known;
    const made = id();
    direct.set(made, user);
    return made;
  }

  /** To an interaction: for all to see, or for who pressed alone. */
  function answered(by: string, token: string, body: { data?: Answered } & Answered): object | null {
    const { content, flags = 0, components } = body.data ?? body;
    const where = pressedIn.get(token) ?? '';
    if (content && (flags & 64) === 0) post(where, { content, ...(components && { components }) });
    else if (content) posts.push({ id: id(), place: 'private', thread: null, text: content, buttons: [] });
    return by === 'interactions' ? null : message(where, bot.id, content ?? '');
  }

  /** null: nothing to say */
  function answer(method: string, path: string, body: Record<string, unknown>): object | null {
    const [first, second, third] = path.split('/');
    if (path === 'gateway/bot')
      return {
        url: `ws://127.0.0.1:${port()}`,
        shards: 1,
        session_start_limit: { total: 1000, remaining: 1000, reset_after: 0, max_concurrency: 1 },
      };
    if (path === 'users/@me') return bot;
    if (path.endsWith('applications/@me')) return { ...application, bot };
    if (path === 'users/@me/channels') return channel(directOf(String(body.recipient_id)));
    if (first === 'users') return person(second ?? '');
    if (first === 'applications') {
      for (const one of [body].flat() as unknown as { name?: string }[])
        if (one.name) commands.set(one.name, one as { name: string });
      return method === 'GET' ? [] : method === 'PUT' ? (body as object) : { id: id(), ...body };
    }
    if (first === 'channels' && third === undefined) return channel(second ?? '');
    if (first === 'channels' && path.endsWith('/messages'))
      return method === 'POST' ? post(second ?? '', body) : [];
    if (first === 'guilds' && third === undefined) return guilds();
    if (first === 'guilds' && third === 'channels') return guilds().channels;
    if (first === 'guilds' && third === 'roles') return guilds().roles;
    if (first === 'guilds' && third === 'members')
      return { user: person(path.split('/')[3] ?? ''), roles: [] };
    if (first === 'interactions' || first === 'webhooks') return answered(first, third ?? '', body);
    return null;
  }

  const server = createServer(async (request, response) => {
    let raw = '';
    for await (const chunk of request.setEncoding('utf8')) raw += chunk;
    const path = (request.url ?? '').replace(/^\/api\/v\d+\//, '').replace(/\?.*/, '');
    calls.push(`${request.method} ${path}`);
    const json = request.headers['content-type']?.includes('json') && raw !== '';
    const reply = answer(request.method ?? 'GET', path, json ? JSON.parse(raw) : {});
    if (reply === null) response.writeHead(204).end();
    else response.setHeader('content-type', 'application/json').end(JSON.stringify(reply));
  });
  server.on('upgrade', (request, socket: Duplex) => {
    acceptSocket(request, socket);
    open.add(socket);
    socket.on('error', () => open.delete(socket));
    socket.on('close', () => {
      open.delete(socket);
      listening.delete(socket);
    });
    const tell = (whole: object) => socket.write(frame(1, Buffer.from(JSON.stringify(whole))));
    const happens = (t: string, d: object) => tell({ op: 0, t, s: ++events, d });
    readFrames(socket, (opcode, payload) => {
      if (opcode === 8) socket.end(frame(8, payload));
      if (opcode !== 1) return;
      const { op } = JSON.parse(payload.toString()) as { op: number };
      if (op === 1) tell({ op: 11 });
      if (op === 2 || op === 6) listening.add(socket);
      if (op === 6) happens('RESUMED', {});
      if (op !== 2) return;
      happens('READY', {
        v: 10,
        user: bot,
        guilds: [{ id: guild, unavailable: true }],
        session_id: randomUUID(),
        resume_gateway_url: `ws://127.0.0.1:${port()}`,
        application,
      });
      happens('GUILD_CREATE', guilds());
    });
    tell({ op: 10, d: { heartbeat_interval: 40_000 } });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const port = () => (server.address() as AddressInfo).port;
  const happens = (t: string, d: object) => {
    const whole = Buffer.from(JSON.stringify({ op: 0, t, s: ++events, d }));
    for (const socket of listening) socket.write(frame(1, whole));
  };
  const interacts = (user: string, where: string, type: 2 | 3, data: object, about?: object) => {
    const token = randomUUID();
    pressedIn.set(token, where);
    happens('INTERACTION_CREATE', {
      ...{ id: id(), application_id: bot.id, type, token, version: 1, data, entitlements: [] },
      ...{ channel_id: where, channel: channel(where), locale: 'en-US', app_permissions: '1071698660929' },
      ...(channel(where).type === 1
        ? { user: person(user) }
        : { guild_id: guild, member: { user: person(user), roles: [], permissions: '0' } }),
      ...(about && { message: about }),
    });
  };
  /** A person's id is the place of their direct messages. */
  const whereOf = (place: string, thread: string | null | undefined) =>
    thread ?? (channels[place] ? place : directOf(place));

  return {
    url: `http://127.0.0.1:${port()}/api/v10`,
    posts,
    calls,
    listens: () => listening.size > 0,
    say({ user, place, thread, text }) {
      const where = whereOf(place, thread);
      const [, name = '', rest = ''] = /^\/(\w+) ?(.*)/s.exec(text) ?? [];
      const command = commands.get(name);
      // What Discord itself takes for one of its commands never comes as a message.
      if (command) {
        const [option] = command.options ?? [];
        const options = option && rest ? [{ type: 3, name: option.name, value: rest }] : [];
        interacts(user, where, 2, { id: id(), type: 1, name, options });
        return;
      }
      const mentioned = name === '' && channel(where).type !== 1;
      happens('MESSAGE_CREATE', {
        ...message(where, user, mentioned ? `<@${bot.id}> ${text}` : text),
        ...(mentioned && { mentions: [bot] }),
      });
    },
    press(user, post, label) {
      const data = { component_type: 2, custom_id: buttonOf(post, label) };
      interacts(user, whereOf(post.place, post.thread), 3, data, sent.get(post.id));
    },
    close: () =>
      new Promise((resolve) => {
        for (const socket of open) socket.destroy();
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

export async function inDiscord(install: (stateDir: string) => Promise<void>): Promise<Conversation> {
  const place = '300000000000000001';
  const thread = '300000000000000007';
  const approver = '200000000000000111';
  const chat = await startMockDiscord({ [place]: 'dev' }, { [thread]: place });
  const places = [`${guild}/${place}#dev`];
  return {
    kind: 'discord',
    chat,
    options: { users: [approver, '200000000000000222'], places, api: chat.url },
    env: {
      DISCORD_BOT_TOKEN: 'OTAwMDAwMDAwMDAwMDAwMDAx.not-a.token',
      DISCORD_API_URL: chat.url,
      DISCORD_CHANNELS: places.join(),
    },
    install,
    people: { approver, other: '200000000000000222', stranger: '200000000000000333' },
    place,
    target: '#dev',
    thread,
    session: `agent:meta-coordinator:discord:channel:${thread}`,
    mention: `<@${approver}>`,
    direct: { place: approver, session: `agent:meta-coordinator:discord:direct:${approver}` },
    command: (words) => `\`/fleet ${words}\``,
  };
}
