// What an answer of a forge that is none means, by status and headers; the same for all three.
import { FleetError } from '../common/errors.ts';
import { inOneLineOf } from '../common/one-line.ts';

/** Nothing is asked of this forge before then. */
export class RateLimited extends FleetError {
  readonly resetAtMs: number;

  constructor(host: string, resetAtMs: number) {
    super({
      code: 'FORGE_RATE_LIMITED',
      message: `Expected ${host} to take a request, got its limit, until ${new Date(resetAtMs).toISOString()}.`,
      mend: 'Nothing to do: it is tried again then.',
    });
    this.resetAtMs = resetAtMs;
  }
}

interface Answer {
  /** 0: there was none */
  status: number;
  headers: Record<string, string | undefined>;
  /** its own words */
  says: string;
}

/** A limit that does not say when it ends. */
const unknownResetMs = 60_000;

/**
 * @param did     what was asked, e.g. `open a pull request`
 * @param nowMs   for limits that say how long, not until when
 * @returns RateLimited, or FleetError FORGE_UNAUTHORIZED, FORGE_FORBIDDEN, FORGE_NOT_FOUND, FORGE_REFUSED, FORGE_UNAVAILABLE
 */
export function forgeFault(
  host: string,
  did: string,
  { status, headers, says }: Answer,
  nowMs: number,
): FleetError {
  const words = inOneLineOf(says);
  const got = status === 0 ? words : `${status}${words === '' ? '' : `: ${words}`}`;
  const fault = (
    code:
      | 'FORGE_UNAUTHORIZED'
      | 'FORGE_FORBIDDEN'
      | 'FORGE_NOT_FOUND'
      | 'FORGE_REFUSED'
      | 'FORGE_UNAVAILABLE',
    mend: string,
  ): FleetError => new FleetError({ code, message: `Expected ${host} to ${did}, got ${got}.`, mend });

  // GitHub answers 403 to its limits, and says so in these headers; others 429.
  const spent = headers['x-ratelimit-remaining'] === '0' || headers['retry-after'] !== undefined;
  if (status === 429 || (status === 403 && spent)) return new RateLimited(host, resetOf(headers, nowMs));
  if (status === 401)
    return fault('FORGE_UNAUTHORIZED', 'The token is not valid there: make a new one and set its variable.');
  if (status === 403)
    return fault(
      'FORGE_FORBIDDEN',
      'Give the token the right to write pull requests (for `intake:` issues, too) of that repository.',
    );
  if (status === 404 || status === 410)
    return fault(
      'FORGE_NOT_FOUND',
      'Check the address in products.yaml; a private repository that the token may not read looks the same.',
    );
  if (status >= 400 && status < 500)
    return fault(
      'FORGE_REFUSED',
      'Mend what the forge says, then ask again: `fleet deliver` for an objective, `fleet import` for issues.',
    );
  return fault('FORGE_UNAVAILABLE', 'Nothing to do: it is tried again.');
}

function resetOf(headers: Answer['headers'], nowMs: number): number {
  const after = headers['retry-after'];
  const seconds = Number(after);
  if (after !== undefined && Number.isFinite(seconds)) return nowMs + seconds * 1_000;
  if (after !== undefined && !Number.isNaN(Date.parse(after))) return Date.parse(after);
  const at = Number(headers['x-ratelimit-reset'] ?? headers['ratelimit-reset']);
  return Number.isFinite(at) && at > 0 ? Math.max(nowMs, at * 1_000) : nowMs + unknownResetMs;
}
