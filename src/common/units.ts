// Quantities as people say them, the same everywhere. Inputs carry their unit in the name.

const minuteMs = 60_000;

/** `45 s`, `12 min`, `1 h 30 min`, `2 d 4 h` */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
  return hours % 24 ? `${Math.floor(hours / 24)} d ${hours % 24} h` : `${hours / 24} d`;
}

/** Since an ISO time; null when that is no time. */
export function since(iso: string | null, nowMs: number): string | null {
  const ms = iso === null ? Number.NaN : Date.parse(iso);
  return Number.isNaN(ms) ? null : duration(nowMs - ms);
}

/** `in about 12 min`, from a minute on to whole minutes; `now` for what is due. */
export function fromNow(ms: number): string {
  if (ms <= 0) return 'now';
  return `in about ${duration(ms < minuteMs ? Math.max(1_000, ms) : Math.round(ms / minuteMs) * minuteMs)}`;
}

/** `1`, `0.25`: at most two decimals, and none that say nothing. */
export const decimal = (amount: number): string => String(Number(amount.toFixed(2)));

/** `300 KiB`, `512 MiB`, `1.25 GiB`, `8 GiB` */
export function bytes(count: number): string {
  const mib = count / 1024 ** 2;
  if (mib >= 1000) return `${decimal(mib / 1024)} GiB`;
  return mib >= 1 || count === 0 ? `${Math.round(mib)} MiB` : `${Math.ceil(count / 1024)} KiB`;
}

/** `1 core`, `0.8 cores` */
export function cores(amount: number): string {
  const said = decimal(amount);
  return `${said} ${said === '1' ? 'core' : 'cores'}`;
}

/** `$1.20` */
export const usd = (amount: number): string => `$${amount.toFixed(2)}`;

/** As a sentence begins. */
export const capitalised = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

/** `1 mail`, `2 mails` */
export const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;

/** `a`, `a and b`, `a, b and c`, `a, b, c and 4 more`. */
export function list(items: readonly string[]): string {
  if (items.length > 4) return `${items.slice(0, 3).join(', ')} and ${items.length - 3} more`;
  const last = items.at(-1) ?? '';
  return items.length < 2 ? last : `${items.slice(0, -1).join(', ')} and ${last}`;
}

/** `2026-11-29 05:59 UTC`: a moment for a log, the same on every machine. */
export function clockText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
