// See README.md.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Answer, MessagesRequest } from '../../../src/simulator/demo/wire.ts';

/** A request of any protocol, as the Messages API would have it. */
export interface Asked extends MessagesRequest {
  model: string;
  system: string;
}

export interface Refusal {
  status: number;
  headers?: Record<string, string>;
  body: unknown;
}

export interface Protocol {
  /** of the request that asks for an answer */
  path: RegExp;
  /** The key that came with a request; null: none. */
  keyOf(request: IncomingMessage): string | null;
  /** @throws Error saying what breaks the protocol */
  read(body: unknown, path: string): Asked;
  send(response: ServerResponse, asked: Asked, answer: Answer, sequence: number): void;
  refusals: {
    key(): Refusal;
    limit(): Refusal;
    model(name: string): Refusal;
    broken(why: string): Refusal;
  };
  /** What else it serves, e.g. a list of its models; null: nothing there. */
  also?(path: string, body: unknown, model: string): Refusal | null;
}

export interface ProviderServer extends AsyncDisposable {
  /** `http://127.0.0.1:<port>` */
  url: string;
  asked: Asked[];
  /** why requests were refused for breaking the protocol */
  broken: string[];
  /** How it takes what comes from now on: as used up, as of a wrong key, as for a model that it does not have. */
  mood: 'well' | keyof Pick<Protocol['refusals'], 'key' | 'limit' | 'model'>;
  /** All that came, e.g. `POST /v1/messages`. */
  paths: string[];
}

/**
 * @param theirs the only model that it has, and the only key that it takes; null: it takes any, or none
 */
export async function openProviderServer(
  protocol: Protocol,
  answer: (asked: Asked) => Answer,
  theirs: { model: string; key: string | null },
): Promise<ProviderServer> {
  const asked: Asked[] = [];
  const broken: string[] = [];
  const paths: string[] = [];
  const server = createServer(async (request, response) => {
    let raw = '';
    for await (const chunk of request.setEncoding('utf8')) raw += chunk;
    const path = request.url ?? '';
    paths.push(`${request.method} ${path}`);
    const refuse = ({ status, headers, body }: Refusal) => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(JSON.stringify(body));
    };
    const body = raw === '' ? null : (JSON.parse(raw) as unknown);
    if (request.method !== 'POST' || !protocol.path.test(path))
      return refuse(
        protocol.also?.(path, body, theirs.model) ?? { status: 404, body: { error: `No ${path} here` } },
      );
    const wrongKey = theirs.key !== null && protocol.keyOf(request) !== theirs.key;
    if (wrongKey || served.mood === 'key') return refuse(protocol.refusals.key());
    if (served.mood === 'limit') return refuse(protocol.refusals.limit());
    try {
      const one = protocol.read(body, path);
      if (one.model !== theirs.model || served.mood === 'model')
        return refuse(protocol.refusals.model(one.model));
      asked.push(one);
      protocol.send(response, one, answer(one), asked.length);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      broken.push(why);
      refuse(protocol.refusals.broken(why));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const served: ProviderServer = {
    mood: 'well',
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    broken,
    paths,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return served;
}

export const bearer = ({ headers }: IncomingMessage): string | null =>
  /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1] ?? null;

/** @throws Error saying `what`, unless it holds */
export function hold(condition: unknown, what: string): asserts condition {
  if (!condition) throw new Error(what);
}

/** @returns what sends one event of a stream; with a name where the protocol has one */
export function eventStream(response: ServerResponse) {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  return (data: unknown, name?: string) =>
    response.write(
      `${name === undefined ? '' : `event: ${name}\n`}data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`,
    );
}

/** A text as it comes: in pieces. */
export const pieces = (text: string): string[] => text.match(/\S+\s*|\s+/g) ?? [];
