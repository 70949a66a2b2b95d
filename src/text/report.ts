// A stretch of the fleet's time in words: fleetd's own, which name products and objectives.
import { usd } from '../common/units.ts';
import type { ReportView, Spending } from '../contract/reports.ts';
import { paragraphs, rows, type Surface, sentence } from './layout.ts';

export function reportText(surface: Surface, { since, until, lines }: ReportView): string {
  const at = (iso: string) => iso.slice(0, 16).replace('T', ' ');
  return paragraphs(
    sentence(surface, `From ${at(since)} to ${at(until)} UTC.`),
    lines.map((line) =>
      line.startsWith('- ') ? `- ${surface.line(line.slice(2), 300)}` : surface.line(line, 300),
    ),
  );
}

/** A line per day, what each product took of it beside it. */
export function spendingText(surface: Surface, { since, spent }: Spending): string {
  if (spent.length === 0) return sentence(surface, `Nothing ran since ${since.slice(0, 10)}.`);
  const days = [...Map.groupBy(spent, ({ day }) => day)];
  return paragraphs(
    sentence(surface, `Since ${since.slice(0, 10)}, by UTC days: ${costOf(spent)}.`),
    rows(
      surface,
      days.map(([day, cells]) => ({
        name: day,
        state: '',
        tone: 'dim',
        head: costOf(cells),
        notes: [
          {
            text: cells.map((cell) => `${surface.line(cell.product, 60)} ${costOf([cell])}`).join(', '),
            tone: 'dim',
          },
        ],
      })),
    ),
  );
}

/** `$1.20`, `at least $1.20`, `not known` */
export function costOf(cells: Spending['spent']): string {
  const known = cells.flatMap(({ costUsd }) => costUsd ?? []);
  const partly = cells.some(({ unpriced }) => unpriced > 0);
  if (known.length === 0) return 'not known';
  return `${partly ? 'at least ' : ''}${usd(known.reduce((a, b) => a + b, 0))}`;
}
