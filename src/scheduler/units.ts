// Numbers as the sentences of this folder say them.

export function gib(bytes: number): string {
  return `${Number((bytes / 1_073_741_824).toFixed(2))} GiB`;
}

export function cores(amount: number): string {
  const rounded = Number(amount.toFixed(2));
  return `${rounded} ${rounded === 1 ? 'core' : 'cores'}`;
}

export function usd(amount: number): string {
  return `$${amount.toFixed(2)}`;
}

/** `in about 12 min`; `now` for what is due. */
export function fromNow(ms: number): string {
  if (ms <= 0) return 'now';
  return `in about ${span(ms)}`;
}

/** A length of time to one unit: `40 s`, `12 min`, `5 h`, `3 days`. */
export function span(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1000));
  if (seconds < 90) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} days`;
}

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
