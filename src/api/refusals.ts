// Refusals as they are logged: each, but of one kind not more than a human reads. The log has an end too: whoever is
// refused without end would otherwise push out of it what was refused before.
import type { Logger } from 'pino';

/** Of one kind, in one window. */
const mostLines = 50;
const windowMs = 60_000;

export interface Refusals {
  /** @param kind one of few: an error code, never foreign text */
  log(kind: string, fields: object, message: string): void;
}

export function refusalLog(log: Logger, nowMs: () => number = Date.now): Refusals {
  const seen = new Map<string, { sinceMs: number; lines: number }>();
  return {
    log(kind, fields, message) {
      const now = nowMs();
      const known = seen.get(kind);
      const window = known && now - known.sinceMs < windowMs ? known : { sinceMs: now, lines: 0 };
      const leftOut = known && known !== window ? Math.max(0, known.lines - mostLines) : 0;
      if (leftOut > 0) log.warn({ code: kind, leftOut }, `${leftOut} more were refused with ${kind}`);
      seen.set(kind, window);
      window.lines += 1;
      if (window.lines <= mostLines) log.warn(fields, message);
      else if (window.lines === mostLines + 1)
        log.warn({ code: kind }, `further ones with ${kind} are counted, not logged, for a minute`);
    },
  };
}
