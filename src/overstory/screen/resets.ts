// When a usage limit ends, out of the words that Claude Code chose for it: "resets 8:50pm (Europe/Berlin)",
// "resets Oct 3, 9am", "You will regain access on 2026-12-01 at 00:00 UTC". Zones are Intl's; there is no table here.

export interface Moment {
  atMs: number;
  /** IANA name; the process's own where the text names none */
  zone: string;
}

interface Wall {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const month = `(?<name>${months.join('|')})[a-z]*`;
// Not the day of "5 Nov" or of "05/11".
const clock = String.raw`(?<hour>\d{1,2})(?:[:.](?<minute>\d{2}))?(?![\d/.:])(?! ?(?:${months.join('|')}))(?: ?(?<half>[ap])\.?m\b\.?)?`;
const zoneName = String.raw`(?: ?\((?<zone>[A-Za-z][\w+\-/: ]*)\)| ?\b(?<short>UTC|GMT|[A-Z]{2,4}T)\b)?`;
const after = `(?:resets?|reset at|regain access|try again|available again|until)(?: (?:at|on))? ?[:·∙]? ?`;
const day = String.raw`(?<day>\d{1,2})(?:st|nd|rd|th)?`;

/** The narrow before the wide: a clock alone would match the day of a date. */
const forms: readonly RegExp[] = [
  String.raw`${after}(?<iso>\d{4}-\d{2}-\d{2}T[\d:.]+(?:Z|[+-]\d{2}:\d{2}))`,
  String.raw`${after}(?<year>\d{4})-(?<month>\d{2})-(?<day>\d{2})(?:(?:,? at |[T ]|, )${clock})?${zoneName}`,
  String.raw`${after}(?:\w{3,9},? )?${month} ${day}(?:,? (?<year>\d{4}))?(?:(?:,| at|, at)? ${clock})?${zoneName}`,
  String.raw`${after}${day}\.? ${month}(?:,? (?<year>\d{4}))?(?:(?:,| at|, at)? ${clock})?${zoneName}`,
  `${after}${clock}${zoneName},? (?:on )?${month} ${day}`,
  `${after}(?<weekday>${weekdays.join('|')})[a-z]*(?:,?(?: at)? ${clock})?${zoneName}`,
  `${after}(?<tomorrow>tomorrow)(?:(?: at|,)? ${clock})?${zoneName}`,
  `${after}${clock}${zoneName} (?<tomorrow>tomorrow)`,
  `${after}(?:today(?: at|,)? )?${clock}${zoneName}`,
].map((form) => new RegExp(form, 'i'));
const inWhile =
  /(?:resets?|again) in (?:(?<days>\d+) ?d\w*)? ?(?:(?<hours>\d+) ?h\w*)? ?(?:(?<minutes>\d+) ?m\w*)?/i;
const epoch = /limit reached\|(?<seconds>\d{10})\b/;

/**
 * @param text    one line, wrapped lines joined by a space
 * @param saidMs  when it was shown, ms since epoch: a clock without a date is the next one after it
 * @param zone    for a text that names none
 * @returns null where it says no time
 */
export function resetOf(text: string, saidMs: number, zone = ownZone()): Moment | null {
  const seconds = epoch.exec(text)?.groups?.seconds;
  if (seconds !== undefined) return { atMs: Number(seconds) * 1000, zone };
  const span = inWhile.exec(text)?.groups;
  if (span && (span.days ?? span.hours ?? span.minutes) !== undefined) {
    const minutes = Number(span.days ?? 0) * 1440 + Number(span.hours ?? 0) * 60 + Number(span.minutes ?? 0);
    return { atMs: saidMs + minutes * 60_000, zone };
  }
  for (const form of forms) {
    const said = form.exec(text)?.groups;
    if (!said) continue;
    if (said.iso !== undefined) return { atMs: Date.parse(said.iso), zone: 'UTC' };
    const where = [zoneOf(said.zone ?? said.short ?? ''), zone].find(isZone) ?? 'UTC';
    const atMs = momentOf(said, saidMs, where);
    if (atMs !== null) return { atMs, zone: where };
  }
  return null;
}

/** `2026-12-01T00:00:00+01:00[Europe/Berlin]` */
export function isoInZone({ atMs, zone }: Moment): string {
  const minutes = Math.round(offsetMs(atMs, zone) / 60_000);
  const two = (n: number) => String(n).padStart(2, '0');
  const local = new Date(atMs + minutes * 60_000).toISOString().slice(0, 19);
  const offset = `${minutes < 0 ? '-' : '+'}${two(Math.trunc(Math.abs(minutes) / 60))}:${two(Math.abs(minutes) % 60)}`;
  return `${local}${offset}[${zone}]`;
}

const ownZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Intl takes names and offsets: "UTC+2" is "+02:00" to it. */
function zoneOf(said: string): string {
  const name = said.replaceAll(' ', '');
  const [, sign, hours, minutes = '00'] = /^(?:UTC|GMT)([+-])(\d{1,2})(?::?(\d{2}))?$/i.exec(name) ?? [];
  return hours === undefined ? name : `${sign}${hours.padStart(2, '0')}:${minutes}`;
}

function isZone(name: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en-US', { timeZone: name }));
  } catch {
    return false;
  }
}

function momentOf(said: Record<string, string | undefined>, saidMs: number, zone: string): number | null {
  const hour = Number(said.hour ?? 0);
  const minute = Number(said.minute ?? 0);
  const half = said.half?.toLowerCase();
  if (hour > (half ? 12 : 23) || minute > 59) return null;
  const today = wallOf(saidMs, zone);
  const at = { ...today, hour: half ? (hour % 12) + (half === 'p' ? 12 : 0) : hour, minute };
  if (said.day !== undefined) {
    const month = said.name ? months.indexOf(said.name.toLowerCase()) + 1 : Number(said.month);
    const day = Number(said.day);
    const inYear = (year: number) => utcOf({ ...at, year, month, day }, zone);
    if (month < 1 || month > 12 || day < 1 || day > 31) return null;
    if (said.year !== undefined) return inYear(Number(said.year));
    const thisYear = inYear(today.year);
    return thisYear >= saidMs - dayMs ? thisYear : inYear(today.year + 1);
  }
  const on = (days: number) => utcOf({ ...at, day: today.day + days }, zone);
  if (said.tomorrow !== undefined) return on(1);
  if (said.weekday !== undefined) {
    const now = new Date(Date.UTC(today.year, today.month - 1, today.day)).getUTCDay();
    const ahead = (weekdays.indexOf(said.weekday.toLowerCase().slice(0, 3)) - now + 7) % 7;
    return on(ahead) > saidMs ? on(ahead) : on(ahead + 7);
  }
  // A minute back: the moment itself is still on the screen while it passes.
  return on(0) >= saidMs - 60_000 ? on(0) : on(1);
}

const dayMs = 86_400_000;

function wallOf(atMs: number, zone: string): Wall {
  const local = new Date(atMs + offsetMs(atMs, zone));
  return {
    year: local.getUTCFullYear(),
    month: local.getUTCMonth() + 1,
    day: local.getUTCDate(),
    hour: local.getUTCHours(),
    minute: local.getUTCMinutes(),
  };
}

/** What a wall clock there shows as a moment; one that is left out in spring is the hour after. */
function utcOf({ year, month, day, hour, minute }: Wall, zone: string): number {
  const asUtc = Date.UTC(year, month - 1, day, hour, minute);
  const first = asUtc - offsetMs(asUtc, zone);
  return asUtc - offsetMs(first, zone);
}

function offsetMs(atMs: number, zone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(atMs);
  const of = (type: string) => Number(parts.find((part) => part.type === type)?.value);
  const local = Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'));
  return local - Math.floor(atMs / 1000) * 1000;
}
