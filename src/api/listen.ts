// How fleetd listens, on its sockets and for the dashboard: whoever connects may be hostile, so connections, bodies
// that are on their way and answers that nobody reads have bounds. Each listener has its own: one that is
// swamped takes nothing from the others.
import { chmodSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { createAdaptorServer, type HttpBindings } from '@hono/node-server';
import type { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { FleetError } from '../common/errors.ts';
import { tooLargeMend } from './request.ts';

/** Whoever connects and then says nothing is let go; nobody can use up the descriptors. */
const headersMs = 10_000;
const requestMs = 30_000;
const maxConnections = 1_024;
/** Bytes of requests that are being received or answered. */
const maxHeld = 32 * 1024 ** 2;
/** Bytes of answers that their readers have not taken. */
const maxUnread = 64 * 1024 ** 2;
/** The longest body that is read: an objective of 256 KiB, were each of its characters escaped. */
export const maxBodyBytes = 2 * 1024 ** 2;

/** Refuses a longer body. @param what  of a sentence: `a form` */
export const bodyWithin = (maxSize: number, what: string) =>
  bodyLimit({
    maxSize,
    onError: () => {
      throw new FleetError({
        code: 'TEXT_TOO_LARGE',
        message: `Expected ${what} of at most ${maxSize} bytes, got more.`,
        mend: tooLargeMend,
      });
    },
  });

/** A server that answers 503 BUSY where it would have to hold more than the bounds. */
export function boundedServer(app: Hono): Server {
  const open = new Map<ServerResponse, number>();
  const unread = () => [...open.keys()].reduce((sum, { writableLength }) => sum + writableLength, 0);
  let held = 0;
  const server = createAdaptorServer({
    fetch(request, env) {
      const { incoming, outgoing } = env as HttpBindings;
      const bytes = bodyBytes(incoming);
      if (held + bytes > maxHeld || unread() > maxUnread) return busy();
      held += bytes;
      open.set(outgoing, bytes);
      outgoing.once('close', () => {
        if (open.delete(outgoing)) held -= bytes;
      });
      return app.fetch(request, env);
    },
    serverOptions: {
      headersTimeout: headersMs,
      requestTimeout: requestMs,
      connectionsCheckingInterval: headersMs / 2,
    },
  }) as Server;
  server.maxConnections = maxConnections;
  return server;
}

/** What a body may take in memory. One that says it is too long takes nothing: it is refused unread. */
function bodyBytes({ method, headers }: IncomingMessage): number {
  if (method === 'GET' || method === 'HEAD') return 0;
  const said = Number(headers['content-length'] ?? maxBodyBytes);
  if (!Number.isSafeInteger(said)) return maxBodyBytes;
  return said > maxBodyBytes ? 0 : said;
}

function busy(): Response {
  const error = new FleetError({
    code: 'BUSY',
    message: 'Expected fewer and shorter requests at once, got more than fleetd holds in memory.',
    mend: 'Try again in a moment; if this stays, look for a program that asks and does not read.',
  });
  return Response.json(
    { ok: false, error: error.toJSON() },
    { status: 503, headers: { connection: 'close' } },
  );
}

/**
 * Listens on a unix socket. A stale socket file is replaced, a live one is not.
 * @param who  anybody: whoever can enter its folder; owner: this user only
 * @throws FleetError SOCKET_IN_USE, SOCKET_PATH_TOO_LONG, SOCKET_UNUSABLE
 */
export async function listenOnSocket(
  app: Hono,
  path: string,
  who: 'anybody' | 'owner' = 'anybody',
): Promise<Server> {
  if (Buffer.byteLength(path) > 103) {
    throw new FleetError({
      code: 'SOCKET_PATH_TOO_LONG',
      message: `Expected a socket path of at most 103 bytes (a limit of the system), got ${Buffer.byteLength(path)}: ${path}.`,
      mend: 'Choose a shorter folder.',
    });
  }
  mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
  if (existsSync(path)) {
    if (await answers(path)) {
      throw new FleetError({
        code: 'SOCKET_IN_USE',
        message: `Expected to be the only fleetd on ${path}, got one that answers there.`,
        mend: 'Stop the other fleetd, or choose another folder for this one.',
      });
    }
    rmSync(path);
  }
  const server = boundedServer(app);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(
        new FleetError({
          code: 'SOCKET_UNUSABLE',
          message: `Cannot listen on ${path}: ${cause.message}.`,
          mend: 'Check that its folder exists and may be written.',
          cause,
        }),
      ),
    );
    // Made under this mask: nobody else gets in before chmod.
    const before = process.umask(0o177);
    try {
      server.listen(path, resolve);
    } finally {
      process.umask(before);
    }
  });
  if (who === 'anybody') chmodSync(path, 0o666);
  return server;
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
