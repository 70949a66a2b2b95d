// A fleetd that answers what a test tells it to, on a real unix socket: canned views, and the ways in which
// a server can misbehave.
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Received {
  method: string;
  /** path and query */
  path: string;
  headers: IncomingMessage['headers'];
  body: unknown;
}

type Handler = (response: ServerResponse, received: Received) => void;

export interface FakeFleetd extends AsyncDisposable {
  socketPath: string;
  folder: string;
  received: Received[];
  /** Answers `METHOD /v1/path` (query ignored); a later call replaces an earlier one. */
  on(route: string, handler: Handler): void;
  /** Drops every open connection in mid-reply. */
  drop(): void;
}

export const reply =
  (data: unknown): Handler =>
  (response) =>
    response.end(JSON.stringify({ ok: true, data }));

export const refuse =
  (status: number, error: unknown): Handler =>
  (response) => {
    response.statusCode = status;
    response.end(JSON.stringify({ ok: false, error }));
  };

/** Never answers. */
export const hang: Handler = () => {};

export const garbage =
  (text: string): Handler =>
  (response) =>
    response.end(text);

/** Promises more than it sends and hangs up. */
export const half: Handler = (response) => {
  response.writeHead(200, { 'content-length': '1000' });
  response.write('{"ok":true,"data":{"pro', () => response.destroy());
};

/** `megabytes` of white space, as fast as they are taken; `sent.bytes` says how far it got. */
export const flood =
  (megabytes: number, sent: { bytes: number }): Handler =>
  (response) => {
    const chunk = Buffer.alloc(1024 * 1024, ' ');
    let left = megabytes;
    const more = () => {
      while (left > 0 && !response.destroyed) {
        left--;
        sent.bytes += chunk.length;
        if (!response.write(chunk)) {
          response.once('drain', more);
          return;
        }
      }
      response.end();
    };
    more();
  };

export async function fakeFleetd(): Promise<FakeFleetd> {
  const folder = mkdtempSync(join(tmpdir(), 'fleetd-'));
  const socketPath = join(folder, 'f.sock');
  const handlers = new Map<string, Handler>();
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const path = request.url ?? '';
    const one = {
      method: request.method ?? '',
      path,
      headers: request.headers,
      body: text ? JSON.parse(text) : undefined,
    };
    received.push(one);
    const handler = handlers.get(`${one.method} ${path.split('?')[0]}`);
    if (handler) handler(response, one);
    else
      refuse(404, {
        code: 'ROUTE_UNKNOWN',
        class: 'not-found',
        message: `No ${one.method} ${path}.`,
        mend: 'Tell the fake.',
        product: null,
      })(response, one);
  });
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  return {
    socketPath,
    folder,
    received,
    on: (route, handler) => handlers.set(route, handler),
    drop: () => server.closeAllConnections(),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
