// What comes again, and when.

import { count } from '../common/units.ts';
import type { RecurringView } from '../contract/recurring.ts';
import { paragraphs, type Row, rows, type Surface, sentence } from './layout.ts';

export function recurringText(surface: Surface, all: RecurringView[]): string {
  if (all.length === 0)
    return sentence(
      surface,
      `Nothing recurs. Set something up with ${surface.command('every "0 9 * * 1-5" product-a …')}, or \`recurring:\` in products.yaml.`,
    );
  return paragraphs(
    sentence(surface, `${count(all.length, 'objective')} ${all.length === 1 ? 'recurs' : 'recur'}:`),
    rows(
      surface,
      all.map((one) => row(surface, one)),
    ),
  );
}

/** `2026-11-30 09:00 Europe/Berlin` */
function local(iso: string, timeZone: string): string {
  const parts = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' });
  return `${parts.format(new Date(iso))}`;
}

/** `next 2026-12-01 09:00, 2026-12-02 09:00 (Europe/Berlin)`, or `paused` */
export const nextRuns = (one: RecurringView): string =>
  one.paused
    ? 'paused'
    : `next ${one.next.map((iso) => local(iso, one.timeZone)).join(', ') || 'never'} (${one.timeZone})`;

function row(surface: Surface, one: RecurringView): Row {
  const past = [
    one.lastObjective ? `last ${surface.line(one.lastObjective, 40)}` : '',
    `${count(one.runs, 'run')} so far`,
    one.skipped > 0 ? `${one.skipped} skipped` : '',
    one.missedRuns > 0
      ? `${one.missedRuns} missed (${one.missed === 'once' ? 'made up for once' : 'not made up for'})`
      : '',
  ].filter(Boolean);
  return {
    name: surface.line(one.name, 50),
    state: surface.line(one.product, 50),
    tone: one.paused ? 'warn' : 'good',
    head: `${surface.line(one.every, 60)}, ${nextRuns(one)}`,
    quote: one.objective,
    notes: [
      { text: `${past.join(', ')}; set in ${one.from}`, tone: 'dim' },
      ...(one.cautions ?? []).map((caution) => ({
        text: `As it is now: ${surface.line(caution, 600)}`,
        tone: 'warn' as const,
      })),
    ],
  };
}
