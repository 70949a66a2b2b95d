// Telegram's Bot API, as far as OpenClaw's plugin can tell: long polling, and what a bot sends.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Conversation } from './chat-conversation.ts';
import { buttonOf, type ChatPost, type MockChat } from './mock-chat.ts';

const bot = { id: 900, is_bot: true, first_name: 'Fleet', username: 'fleet_bot' };

interface Sent {
  chat_id: number | string;
  text?: string;
  message_thread_id?: number;
  reply_markup?: { inline_keyboard?: { text: string; callback_data?: string }[][] };
}

export interface MockTelegram extends MockChat {
  /** every method that was called, in order */
  calls: { method: string; body: Record<string, unknown> }[];
}

/** A place that begins with `-` is a forum: a group with topics. People are called as their ids. */
export async function startMockTelegram(): Promise<MockTelegram> {
  const posts: ChatPost[] = [];
  const calls: MockTelegram['calls'] = [];
  const updates: { update_id: number }[] = [];
  let serial = 1000;
  let wake = () => {};
  const closing = new AbortController();

  const user = (id: string) => ({
    id: Number(id),
    is_bot: false,
    first_name: `P${id}`,
    username: `person_${id}`,
  });
  const chat = (id: string) =>
    id.startsWith('-')
      ? { id: Number(id), type: 'supergroup', title: `Group ${id}`, is_forum: true }
      : { id: Number(id), type: 'private', first_name: `P${id}` };
  const seconds = () => Math.floor(Date.now() / 1000);
  const message = (place: string, thread: string | undefined | null) => ({
    message_id: ++serial,
    date: seconds(),
    chat: chat(place),
    ...(thread && { message_thread_id: Number(thread), is_topic_message: true }),
  });
  const happens = (update: object): void => {
    updates.push({ update_id: ++serial, ...update });
    wake();
  };

  async function getUpdates({ offset = 0, timeout = 0 }: Record<string, number>): Promise<object[]> {
    while (updates.length > 0 && (updates[0]?.update_id ?? 0) < offset) updates.shift();
    if (updates.length === 0 && timeout > 0)
      await new Promise<void>((resolve) => {
        wake = resolve;
        AbortSignal.any([closing.signal, AbortSignal.timeout(timeout * 1000)]).onabort = () => resolve();
      });
    return [...updates];
  }

  function sendMessage({ chat_id, text = '', message_thread_id, reply_markup }: Sent): object {
    const place = String(chat_id);
    const thread = message_thread_id === undefined ? null : String(message_thread_id);
    const sent = { ...message(place, thread), from: bot, text };
    posts.push({
      id: String(sent.message_id),
      place,
      thread,
      text,
      buttons: (reply_markup?.inline_keyboard ?? [])
        .flat()
        .map(({ text: label, callback_data = '' }) => ({ label, value: callback_data })),
    });
    return sent;
  }

  async function answer(method: string, body: Record<string, unknown>): Promise<unknown> {
    if (method === 'getMe') return { ...bot, can_join_groups: true, has_topics_enabled: false };
    if (method === 'getUpdates') return getUpdates(body as Record<string, number>);
    if (method === 'sendMessage') return sendMessage(body as unknown as Sent);
    if (method === 'getChat') return chat(String(body.chat_id));
    return true;
  }

  const server = createServer(async (request, response) => {
    let raw = '';
    for await (const chunk of request.setEncoding('utf8')) raw += chunk;
    const method = /^\/bot[^/]+\/(\w+)/.exec(request.url ?? '')?.[1] ?? '';
    const body = raw === '' ? {} : (JSON.parse(raw) as Record<string, unknown>);
    if (method !== 'getUpdates') calls.push({ method, body });
    const result = await answer(method, body);
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ ok: true, result }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    posts,
    calls,
    // It keeps what nobody has asked for yet.
    listens: () => true,
    say({ user: from, place, thread, text }) {
      // A command is one by itself; before it a mention would hide it.
      const command = /^\/\w+/.exec(text)?.[0];
      const mention = place.startsWith('-') && command === undefined ? `@${bot.username} ` : '';
      const entity = command
        ? { type: 'bot_command', offset: 0, length: command.length }
        : { type: 'mention', offset: 0, length: bot.username.length + 1 };
      happens({
        message: {
          ...message(place, thread),
          from: user(from),
          text: mention + text,
          ...((command || mention) && { entities: [entity] }),
        },
      });
    },
    press(from, post, label) {
      happens({
        callback_query: {
          id: String(++serial),
          from: user(from),
          chat_instance: '1',
          message: {
            ...message(post.place, post.thread),
            message_id: Number(post.id),
            from: bot,
            text: post.text,
          },
          data: buttonOf(post, label),
        },
      });
    },
    close: () =>
      new Promise((resolve) => {
        closing.abort();
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

const group = '-1001234567890';

export async function inTelegram(): Promise<Conversation> {
  const chat = await startMockTelegram();
  return {
    kind: 'telegram',
    chat,
    options: { users: ['111', '222'], places: [group], api: chat.url },
    env: { TELEGRAM_BOT_TOKEN: '900:not-a-token' },
    people: { approver: '111', other: '222', stranger: '333' },
    place: group,
    thread: '7',
    session: `agent:meta-coordinator:telegram:group:${group}:topic:7`,
    mention: '@person_111',
    direct: { place: '111', session: 'agent:meta-coordinator:telegram:direct:111' },
    command: (words) => `<code>/fleet ${words}</code>`,
  };
}
