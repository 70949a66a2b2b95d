// A client of the real gateway's WebSocket protocol (version 4), as an owner's device: what WebChat does,
// without a browser.
import { createHash, generateKeyPairSync, randomUUID, sign } from 'node:crypto';

const role = 'operator';
// operator.admin makes it the owner: with commands.ownerAllowFrom set, a lesser client may not use commands.
const scopes = ['operator.admin', 'operator.read', 'operator.write', 'operator.approvals'];
const client = { id: 'cli', version: '0.0.1', platform: 'linux', mode: 'cli' };

export interface GatewayEvent {
  event: string;
  payload: Record<string, unknown>;
}

interface ChatPayload {
  runId?: string;
  state?: string;
  errorMessage?: string;
  message?: { content?: { text?: string }[] };
}

interface Frame {
  type: string;
  id?: string;
  event?: string;
  ok?: boolean;
  payload?: Record<string, unknown>;
  error?: { message?: string };
}

export interface GatewayClient {
  call(method: string, params: unknown): Promise<Record<string, unknown>>;
  /**
   * Sends one message to a session as WebChat does and resolves with the text of the final answer.
   * Throws when the run ends in an error or does not end in `timeoutMs`.
   */
  chat(sessionKey: string, message: string, timeoutMs?: number): Promise<string>;
  events: GatewayEvent[];
  close(): void;
}

/** An Ed25519 identity: a loopback gateway pairs it by itself at the first connect. */
function newDevice() {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const raw = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32);
  return {
    id: createHash('sha256').update(raw).digest('hex'),
    publicKey: raw.toString('base64url'),
    sign: (text: string) => sign(null, Buffer.from(text), privateKey).toString('base64url'),
  };
}

/** @param url `http://127.0.0.1:<port>` of a gateway that is ready */
export async function connectGateway(url: string, token: string): Promise<GatewayClient> {
  const device = newDevice();
  const socket = new WebSocket(url.replace(/^http/, 'ws'));
  const pending = new Map<string, PromiseWithResolvers<Record<string, unknown>>>();
  const events: GatewayEvent[] = [];
  const listeners = new Set<() => void>();

  const call = (method: string, params: unknown) => {
    const id = randomUUID();
    const waiting = Promise.withResolvers<Record<string, unknown>>();
    pending.set(id, waiting);
    socket.send(JSON.stringify({ type: 'req', id, method, params }));
    return waiting.promise;
  };

  const hello = Promise.withResolvers<void>();
  socket.onclose = ({ code, reason }) => {
    const error = new Error(`The gateway closed the connection: ${code} ${reason}`);
    hello.reject(error);
    for (const { reject } of pending.values()) reject(error);
  };
  socket.onerror = () => hello.reject(new Error(`Cannot connect to ${url}`));
  socket.onmessage = ({ data }) => {
    const frame = JSON.parse(String(data)) as Frame;
    if (frame.type === 'event' && frame.event === 'connect.challenge') {
      const { nonce, ts } = frame.payload as { nonce: string; ts: number };
      const signed = [
        'v3',
        device.id,
        client.id,
        client.mode,
        role,
        scopes.join(','),
        ts,
        token,
        nonce,
        client.platform,
        '',
      ];
      call('connect', {
        minProtocol: 4,
        maxProtocol: 4,
        client,
        role,
        scopes,
        caps: ['tool-events'],
        auth: { token },
        device: {
          id: device.id,
          publicKey: device.publicKey,
          signature: device.sign(signed.join('|')),
          signedAt: ts,
          nonce,
        },
      }).then(() => hello.resolve(), hello.reject);
    } else if (frame.type === 'event') {
      events.push({ event: frame.event ?? '', payload: frame.payload ?? {} });
      for (const listener of listeners) listener();
    } else if (frame.type === 'res' && frame.id) {
      const waiting = pending.get(frame.id);
      pending.delete(frame.id);
      if (frame.ok) waiting?.resolve(frame.payload ?? {});
      else waiting?.reject(new Error(frame.error?.message ?? 'The gateway gave an error without a message'));
    }
  };
  await hello.promise;

  async function chat(sessionKey: string, message: string, timeoutMs = 60_000): Promise<string> {
    const runId = randomUUID();
    const ended = Promise.withResolvers<ChatPayload>();
    const listener = () => {
      const final = events.find(
        ({ event, payload }) =>
          event === 'chat' &&
          payload.runId === runId &&
          ['final', 'error', 'aborted'].includes(String(payload.state)),
      );
      if (final) ended.resolve(final.payload);
    };
    listeners.add(listener);
    const timer = setTimeout(
      () =>
        ended.reject(
          new Error(`Expected an answer to ${JSON.stringify(message)} within ${timeoutMs} ms, got none`),
        ),
      timeoutMs,
    );
    try {
      await call('chat.send', { sessionKey, message, idempotencyKey: runId });
      const { state, errorMessage, message: answer } = await ended.promise;
      const text = (answer?.content ?? []).map((block) => block.text ?? '').join('');
      if (state !== 'final')
        throw new Error(`Expected a final answer, got ${state}: ${errorMessage ?? text}`);
      return text;
    } finally {
      clearTimeout(timer);
      listeners.delete(listener);
    }
  }

  return { call, chat, events, close: () => socket.close() };
}

/** One question to the agent, in a fresh session of its own: connects, asks, closes. */
export async function askAgent(gateway: { url: string; token: string }, question: string): Promise<string> {
  const connected = await connectGateway(gateway.url, gateway.token);
  try {
    return await connected.chat(`agent:meta-coordinator:ask-${randomUUID().slice(0, 8)}`, question);
  } finally {
    connected.close();
  }
}
