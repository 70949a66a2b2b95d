// The client's HTTP: one connection per call (a kept-alive one may be closed under the next request, and on
// a unix socket a new one is free), a size cap, and every failure named.
import type { ClientRequest, IncomingMessage } from 'node:http';
import { FleetError } from '../common/errors.ts';
import type { replyChecks } from '../contract/checks.ts';

export type Checks = ReturnType<typeof replyChecks>;
type Reply = ReturnType<Checks['form']['parse']>;

/** Where fleetd listens: its unix socket (a function is asked at each call), or `http://host:port` with the operator's token. */
export type FleetdAddress = { socketPath: string | (() => string) } | { url: string; token: string };

/** As errors name it. */
export function placeOf(address: FleetdAddress): string {
  if ('url' in address) return address.url;
  return typeof address.socketPath === 'string' ? address.socketPath : address.socketPath();
}

/** `import` of node:http reads all its exports, some of which load all of undici: 35 ms of every `fleet …`. */
const { request } = process.getBuiltinModule('node:http');
const { connect } = process.getBuiltinModule('node:net');

const maxReplyBytes = 64 * 1024 * 1024;

export function openRequest(
  address: FleetdAddress,
  call: { method: string; path: string; signal: AbortSignal; headers: Record<string, string> },
): ClientRequest {
  if ('socketPath' in address) {
    const path = placeOf(address);
    // Our own connection: an agent would be made for it and thrown away.
    return request({ ...call, socketPath: path, host: 'fleetd', createConnection: () => connect({ path }) });
  }
  const common = { ...call, agent: false as const };
  const url = URL.parse(call.path, address.url);
  if (url?.protocol !== 'http:')
    throw new FleetError({
      code: 'BAD_ADDRESS',
      message: `Expected fleetd's address as http://host:port, got ${address.url}.`,
      mend: 'Correct the address.',
    });
  return request(url, { ...common, headers: { ...call.headers, authorization: `Bearer ${address.token}` } });
}

/** The response, or the error that came instead. */
export function answered(outgoing: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    outgoing.on('response', resolve);
    // stays on for the life of the request: an error after the response is reported by the response too
    outgoing.on('error', reject);
  });
}

/** The whole body as text. Throws FLEETD_REPLY_TOO_LARGE without reading further than the cap. */
export async function bodyOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxReplyBytes)
      throw new FleetError({
        code: 'FLEETD_REPLY_TOO_LARGE',
        message: `Expected a reply of at most ${maxReplyBytes / 1024 / 1024} MiB, got more.`,
        mend: 'Ask for less (one product, a lower limit); if it was one product, report this as a defect.',
      });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/**
 * What the reply says. Throws the error that fleetd sent, or FLEETD_REPLY_INVALID.
 * @param checks null: it is believed
 */
export function unpack<T>(body: string, status: number, checks: Checks | null, where: string): T {
  const invalid = (got: string) =>
    new FleetError({
      code: 'FLEETD_REPLY_INVALID',
      message: `Expected a reply of fleetd from ${where}, got ${got}.`,
      mend: 'Check that fleetd listens there and is of the same version as this client: restart it after an upgrade.',
    });
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    throw invalid(`HTTP ${status} with ${JSON.stringify(body.slice(0, 80))}`);
  }
  const reply = checks ? checks.form.safeParse(parsed) : { success: true as const, data: parsed as Reply };
  if (!reply.success) throw invalid(`HTTP ${status} with JSON that is no reply`);
  if (!reply.data.ok) throw FleetError.from(reply.data.error);
  const data = checks ? checks.data.safeParse(reply.data.data) : reply;
  if (data.success) return (checks ? data.data : reply.data.data) as T;
  const issue = data.error.issues[0];
  throw invalid(`data where ${issue?.path.join('.') || 'the whole'} is wrong (${issue?.message})`);
}

const notThere: Record<string, string> = {
  ENOENT: 'there is no such socket',
  ECONNREFUSED: 'nothing listens there',
  ENOTSOCK: 'that is not a socket',
  EACCES: 'this user may not open it',
  EPERM: 'this user may not open it',
  EINVAL: 'that cannot be the path of a socket (107 bytes at most)',
  ENAMETOOLONG: 'that cannot be the path of a socket (107 bytes at most)',
};

/** What a failed connection means. */
export function connectionError(error: unknown, where: string): FleetError {
  if (error instanceof FleetError) return error;
  const { code, syscall, message } = error as NodeJS.ErrnoException;
  if ((code && code in notThere) || syscall === 'connect' || syscall === 'getaddrinfo') {
    const denied = code === 'EACCES' || code === 'EPERM';
    return new FleetError({
      code: 'FLEETD_UNREACHABLE',
      message: `Expected fleetd at ${where}, but ${notThere[code ?? ''] ?? message}.`,
      mend: denied
        ? 'Run this as the user that runs fleetd, or inside its container: `docker compose exec fleetd fleet …`.'
        : 'Start it (`docker compose up -d`, or `npm start` for the trial), or say where it is with --socket or FLEET_SOCKET.',
      cause: error,
    });
  }
  return new FleetError({
    code: 'FLEETD_LOST',
    message: `Expected a whole reply from fleetd at ${where}, but the connection broke (${code ?? message}).`,
    mend: 'What was asked may have been done: look at `fleet status` before asking again.',
    cause: error,
  });
}

/** `?a=b` of what is not undefined; nothing when there is nothing. */
export function query(fields: Record<string, string | number | undefined>): string {
  const given = new URLSearchParams();
  for (const [key, value] of Object.entries(fields)) if (value !== undefined) given.set(key, String(value));
  return given.size > 0 ? `?${given}` : '';
}

/** A product's name or an objective's id as part of a path: others could name another route. */
export function segment(name: string): string {
  if (/^[a-z0-9][a-z0-9.-]{0,80}$/i.test(name)) return name;
  throw new FleetError({
    code: 'BAD_NAME',
    message: `Expected the name of a product or objective, got ${JSON.stringify(name.slice(0, 80))}.`,
    mend: 'See the names with `fleet products` and the objectives with `fleet queue`.',
  });
}
