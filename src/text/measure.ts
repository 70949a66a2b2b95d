// Quantities as people say them. Inputs carry their unit in the name.

/** `45 s`, `12 min`, `3 h 5 min`, `2 d 4 h` */
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

/** `512 MiB`, `1.2 GiB` */
export function bytes(count: number): string {
  const mib = count / 1024 / 1024;
  if (mib >= 1000) return `${(mib / 1024).toFixed(1)} GiB`;
  return mib >= 1 || count === 0 ? `${Math.round(mib)} MiB` : `${Math.ceil(count / 1024)} KiB`;
}

export const cores = (count: number) => `${count.toFixed(1)} ${count === 1 ? 'core' : 'cores'}`;
export const usd = (amount: number) => `$${amount.toFixed(2)}`;

/** `1 mail`, `2 mails` */
export const count = (n: number, noun: string) => `${n} ${noun}${n === 1 ? '' : 's'}`;
