// Times as a human says them, of UTC.
import { FleetError } from '../../common/errors.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** `yesterday`, `today` (by UTC), `12h`, `7d`, or an ISO time. @throws FleetError SINCE_INVALID */
export function sinceMs(text: string, nowMs: number): number {
  const said = text.trim().toLowerCase();
  const today = nowMs - (nowMs % dayMs);
  if (said === 'today') return today;
  if (said === 'yesterday') return today - dayMs;
  const [, n, unit] = /^(\d{1,4})\s*(h|d)$/.exec(said) ?? [];
  if (n !== undefined) return nowMs - Number(n) * (unit === 'h' ? hourMs : dayMs);
  const at = /^\d{4}-\d\d-\d\d/.test(said) ? Date.parse(text.trim()) : Number.NaN;
  if (!Number.isNaN(at)) return at;
  throw new FleetError({
    code: 'SINCE_INVALID',
    message: `Expected yesterday, today, hours (12h), days (7d) or a date, got ${JSON.stringify(text.slice(0, 40))}.`,
    mend: 'For example `fleet report --since yesterday`.',
  });
}

/** Likewise; a day counts to its end. */
export function untilMs(text: string, nowMs: number): number {
  const at = sinceMs(text, nowMs);
  return /^(today|yesterday|\d{4}-\d\d-\d\d)$/i.test(text.trim()) ? at + dayMs : at;
}
