// What the API says when it does not answer, in its own words and headers, as Claude Code 2.1 is known to take them.

export const faults = {
  overloaded: () => error(529, 'overloaded_error', 'Overloaded'),
  internal: () => error(500, 'api_error', 'Internal server error'),
  unauthorised: () => error(401, 'authentication_error', 'invalid x-api-key'),
  forbidden: () => error(403, 'permission_error', 'Your account does not have access to Claude.'),
  rateLimit: () =>
    error(429, 'rate_limit_error', 'This request would exceed the rate limit for your organization.', {
      'retry-after': '2',
    }),
  /** A subscription's window is used up. @param resetAtS epoch seconds of its reset */
  usageLimit: (resetAtS: number) =>
    error(
      429,
      'rate_limit_error',
      "This request would exceed your account's rate limit. Please try again later.",
      {
        'anthropic-ratelimit-unified-status': 'rejected',
        'anthropic-ratelimit-unified-reset': String(resetAtS),
        'anthropic-ratelimit-unified-representative-claim': 'five_hour',
        'anthropic-ratelimit-unified-fallback': 'none',
        'anthropic-ratelimit-unified-overage-status': 'rejected',
        'anthropic-ratelimit-unified-5h-reset': String(resetAtS),
        'anthropic-ratelimit-unified-5h-utilization': '1.0',
        'x-should-retry': 'false',
      },
    ),
  noCredit: () =>
    error(
      400,
      'invalid_request_error',
      'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.',
    ),
  noModel: (model: string) => error(404, 'not_found_error', `model: ${model}`),
  tooLong: () => error(400, 'invalid_request_error', 'prompt is too long: 213462 tokens > 200000 maximum'),
  /** What a proxy in between says. */
  html: (): Fault => ({
    kind: 'answer',
    status: 502,
    headers: { 'content-type': 'text/html' },
    body: '<html><body>502 Bad Gateway</body></html>',
  }),
  /** A stream that begins and then holds an error in place of an answer. */
  brokenStream: (): Fault => ({ kind: 'broken-stream' }),
  /** The connection ends without a word. */
  reset: (): Fault => ({ kind: 'reset' }),
} as const;

export type Fault =
  | { kind: 'answer'; status: number; headers: Record<string, string>; body: string }
  | { kind: 'broken-stream' }
  | { kind: 'reset' };

function error(status: number, type: string, message: string, headers: Record<string, string> = {}): Fault {
  return {
    kind: 'answer',
    status,
    headers: { 'content-type': 'application/json', 'request-id': 'req_scripted', ...headers },
    body: JSON.stringify({ type: 'error', error: { type, message }, request_id: 'req_scripted' }),
  };
}
