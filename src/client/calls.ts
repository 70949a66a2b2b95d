// One request to fleetd and its checked reply, with a time limit on the whole.
import { FleetError } from '../common/errors.ts';
import { apiPrefix, type Call, contractDigest, contractHeader } from '../contract/calls.ts';
import type { CallName } from '../contract/routes.ts';
import {
  answered,
  bodyOf,
  type Checks,
  connectionError,
  type FleetdAddress,
  openRequest,
  placeOf,
  query,
  segment,
  unpack,
} from './transport.ts';

const defaultTimeoutMs = 30_000;

export type Given = string | number | Record<string, unknown> | undefined;

/** Calls reject with a FleetError, as FleetClient says. */
export function createCalls(
  address: FleetdAddress,
  { timeoutMs = defaultTimeoutMs, believes = false }: { timeoutMs?: number; believes?: boolean },
) {
  const open = (method: string, path: string, signal: AbortSignal, headers: Record<string, string>) =>
    openRequest(address, { method, path: `${apiPrefix}${path}`, signal, headers });

  /** @param given the parts of the route's path in their order, then its query or body */
  async function call(name: CallName, { method, path, waitMs = 0 }: Call, given: Given[]): Promise<unknown> {
    const { filled, asked } = fill(path, given);
    const limitMs = Math.max(timeoutMs, waitMs);
    const signal = AbortSignal.timeout(limitMs);
    const payload = method === 'POST' ? JSON.stringify(asked) : undefined;
    const outgoing = open(method, method === 'GET' ? filled + query(asked) : filled, signal, {
      accept: 'application/json',
      ...(payload !== undefined && {
        'content-type': 'application/json',
        'content-length': String(Buffer.byteLength(payload)),
      }),
    });
    outgoing.end(payload);
    try {
      const response = await answered(outgoing);
      const body = await bodyOf(response);
      const known = believes && response.headers[contractHeader] === contractDigest;
      const checks = known ? null : await checksOf(name);
      return unpack(body, response.statusCode ?? 0, checks, placeOf(address));
    } catch (error) {
      if (!signal.aborted) throw connectionError(error, placeOf(address));
      throw new FleetError({
        code: 'FLEETD_TIMEOUT',
        message: `Expected an answer from fleetd within ${limitMs / 1000} s, got none.`,
        mend: `${method === 'GET' ? 'Try again' : 'It may have been done: look at `fleet status` before trying again'}; if this repeats, read fleetd's log.`,
        cause: error,
      });
    } finally {
      outgoing.destroy();
    }
  }

  /** The bytes of a stream; rejects with what was said instead. */
  async function stream(path: string, headers: Record<string, string>, signal: AbortSignal) {
    const outgoing = open('GET', path, signal, headers);
    outgoing.end();
    try {
      const response = await answered(outgoing);
      if (response.statusCode === 200) return response;
      const refused = await checksOf(null);
      return unpack<never>(await bodyOf(response), response.statusCode ?? 0, refused, placeOf(address));
    } catch (error) {
      throw connectionError(error, placeOf(address));
    }
  }

  return { call, stream };
}

/** Loaded when something is checked: most of what starts checks nothing. @param name null: of a reply that says no */
async function checksOf(name: CallName | null): Promise<Checks> {
  const { replyChecks } = await import('../contract/checks.ts');
  return replyChecks(name);
}

/** Throws BAD_NAME. */
function fill(path: string, given: Given[]) {
  const rest = [...given];
  const filled = path.replace(/:\w+/g, () => {
    const part = rest.shift();
    return typeof part === 'number' ? String(part) : segment(String(part));
  });
  const [asked = {}] = rest as Record<string, string | number | undefined>[];
  return { filled, asked };
}
