// A list as aligned columns under their names. What stands in a cell may be of somebody else: one line, cut.
import { cut, pad, type Surface, widthOf } from './layout.ts';

/** Of a column that is not the last. */
const widest = 40;
/** Of the last, however narrow the terminal. */
const leastLast = 12;

/**
 * @param head   names of the columns
 * @param cells  a row for each thing, as wide as head; an empty one shows as `-`
 * @returns lines without blanks at their ends, each at most as wide as the surface
 */
export function tableLines(surface: Surface, head: string[], cells: string[][]): string[] {
  const last = head.length - 1;
  const shown = cells.map((row) =>
    row.map((cell, i) =>
      cell.trim() === '' ? '-' : surface.line(cell, i === last ? surface.columns : widest),
    ),
  );
  const widths = head.map((name, i) => Math.max(widthOf(name), ...shown.map((row) => widthOf(row[i] ?? ''))));
  const before = widths.slice(0, last).reduce((sum, width) => sum + width + 2, 0);
  const room = Math.max(leastLast, surface.columns - before);
  const laid = (row: string[]) =>
    row
      .map((cell, i) => (i === last ? cut(cell, room) : pad(cell, widths[i] ?? 0)))
      .join('  ')
      .trimEnd();
  return [surface.paint('dim', laid(head.map((name) => name.toUpperCase()))), ...shown.map(laid)];
}
