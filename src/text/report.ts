// A stretch of the fleet's time in words: fleetd's own, which name products and objectives.
import type { ReportView } from '../contract/reports.ts';
import { paragraphs, type Surface, sentence } from './layout.ts';

export function reportText(surface: Surface, { since, until, lines }: ReportView): string {
  const at = (iso: string) => iso.slice(0, 16).replace('T', ' ');
  return paragraphs(
    sentence(surface, `From ${at(since)} to ${at(until)} UTC.`),
    lines.map((line) =>
      line.startsWith('- ') ? `- ${surface.line(line.slice(2), 300)}` : surface.line(line, 300),
    ),
  );
}
