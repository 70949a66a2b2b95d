// Who may ask the dashboard. It listens on TCP, so every page of every browser on this machine can knock:
// the token proves the operator, Host and Origin prove that the browser meant us.
import { createHmac } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { type Clock, systemClock } from '../common/clock.ts';
import { FleetError } from '../common/errors.ts';
import { sameText } from '../common/same-text.ts';

const cookieDays = 30;
/** A token chosen by a human may be guessed, by a program on this machine. */
const maxWrong = 10;
const triesMs = 60_000;
/** Names by which a machine calls itself. Another name that resolves to us is DNS rebinding. */
const ownNames = new Set(['localhost', '127.0.0.1', '[::1]']);

export interface Guard {
  /** Refuses other hosts, and anything but reading from other origins; sets the headers of every reply. */
  boundary: MiddlewareHandler;
  /** Whether the request carries the operator's cookie. */
  isOperator(c: Context): boolean;
  /** Sets the cookie when the token is right. later: too many were wrong, and this one was not looked at */
  login(c: Context, token: string): 'in' | 'wrong' | 'later';
}

/** @param token what the operator presents once; the cookie is derived from it, so it outlives a restart */
export function createGuard(token: string, clock: Clock = systemClock): Guard {
  let wrong = 0;
  let sinceMs = clock.nowMs();
  const cookie = createHmac('sha256', token).update('fleet dashboard cookie 1').digest('hex');
  // Browsers keep cookies by host and not by port: two fleets on one machine need two names.
  const cookieName = `fleet_${cookie.slice(0, 8)}`;

  return {
    async boundary(c, next) {
      const host = c.req.header('host') ?? '';
      if (!ownNames.has(URL.parse(`http://${host}`)?.hostname ?? ''))
        return c.text(
          `Expected to be asked as localhost, got Host ${JSON.stringify(host.slice(0, 100))}.\n`,
          421,
        );
      const reads = c.req.method === 'GET' || c.req.method === 'HEAD';
      if (!reads && c.req.header('origin') !== `http://${host}`)
        return c.text('Expected a request from a page of the dashboard itself, got another origin.\n', 403);
      await next();
      const { headers } = c.res;
      // What is no page of ours has a stricter one.
      if (!headers.has('content-security-policy'))
        headers.set(
          'content-security-policy',
          "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        );
      headers.set('x-content-type-options', 'nosniff');
      headers.set('x-frame-options', 'DENY');
      headers.set('cross-origin-opener-policy', 'same-origin');
      headers.set('cross-origin-resource-policy', 'same-origin');
      // not no-referrer: that takes the Origin away from our own forms
      headers.set('referrer-policy', 'same-origin');
    },
    isOperator: (c) => sameText(getCookie(c, cookieName) ?? '', cookie),
    login(c, presented) {
      const atMs = clock.nowMs();
      if (atMs - sinceMs >= triesMs) [sinceMs, wrong] = [atMs, 0];
      if (wrong >= maxWrong) return 'later';
      if (!sameText(presented, token)) {
        wrong += 1;
        return 'wrong';
      }
      setCookie(c, cookieName, cookie, {
        httpOnly: true,
        sameSite: 'Strict',
        path: '/',
        maxAge: cookieDays * 86_400,
      });
      return 'in';
    },
  };
}

/** @throws FleetError TOKEN_TOO_SHORT for one that could be guessed */
export function acceptToken(token: string): string {
  if (token.length >= 16) return token;
  throw new FleetError({
    code: 'TOKEN_TOO_SHORT',
    message: `Expected a FLEET_OPERATOR_TOKEN of at least 16 characters, got ${token.length}.`,
    mend: 'Set a longer one (`openssl rand -hex 24`), or none: one is then made and kept.',
  });
}
