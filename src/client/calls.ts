// One request to fleetd and its checked reply, with a time limit on the whole.
import type { z } from 'zod';
import { FleetError } from '../common/errors.ts';
import { apiPrefix } from '../contract/reply.ts';
import { answered, bodyOf, connectionError, type FleetdAddress, openRequest, unpack } from './transport.ts';

interface Call<T> {
  method: 'GET' | 'POST';
  path: string;
  body?: unknown;
  reply: z.ZodType<T>;
}

const defaultTimeoutMs = 30_000;

/** The two ways to ask: the reply is checked against its schema. */
export interface Calls {
  get<T>(path: string, reply: z.ZodType<T>): Promise<T>;
  post<T>(path: string, body: unknown, reply: z.ZodType<T>): Promise<T>;
}

/**
 * Calls reject with a FleetError, as FleetClient says.
 * @param timeoutMs for one whole call
 */
export function createCalls(address: FleetdAddress, timeoutMs = defaultTimeoutMs) {
  const where = 'socketPath' in address ? address.socketPath : address.url;

  const open = (method: string, path: string, signal: AbortSignal, headers: Record<string, string>) =>
    openRequest(address, { method, path: `${apiPrefix}${path}`, signal, headers });

  async function call<T>({ method, path, body, reply }: Call<T>): Promise<T> {
    const signal = AbortSignal.timeout(timeoutMs);
    const payload = body === undefined ? undefined : JSON.stringify(body);
    const outgoing = open(method, path, signal, {
      accept: 'application/json',
      ...(payload !== undefined && {
        'content-type': 'application/json',
        'content-length': String(Buffer.byteLength(payload)),
      }),
    });
    outgoing.end(payload);
    try {
      const response = await answered(outgoing);
      return unpack(await bodyOf(response), response.statusCode ?? 0, reply, where);
    } catch (error) {
      if (!signal.aborted) throw connectionError(error, where);
      throw new FleetError({
        code: 'FLEETD_TIMEOUT',
        class: 'unavailable',
        message: `Expected an answer from fleetd within ${timeoutMs / 1000} s, got none.`,
        mend: `${method === 'GET' ? 'Try again' : 'It may have been done: look at `fleet status` before trying again'}; if this repeats, read fleetd's log.`,
        cause: error,
      });
    } finally {
      outgoing.destroy();
    }
  }

  const get = <T>(path: string, reply: z.ZodType<T>) => call({ method: 'GET', path, reply });
  const post = <T>(path: string, body: unknown, reply: z.ZodType<T>) =>
    call({ method: 'POST', path, body, reply });
  return { get, post, open, where };
}
