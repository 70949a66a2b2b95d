// Names as people type them, and the one they probably meant.
import { FleetError } from '../common/errors.ts';

/** `#7`, `7`, `OBJ-7` → `obj-7` */
export function objectiveId(typed: string): string {
  const id = typed.trim().toLowerCase();
  return /^#?\d+$/.test(id) ? `obj-${id.replace('#', '')}` : id;
}

/** `3`, `#3`, `gate-3`, `3:` → 3. Throws BAD_USAGE. */
export function gateNumber(typed: string): number {
  const [, digits] = /^(?:gate)?[-#\s]*(\d{1,9})[:,.]?$/i.exec(typed.trim()) ?? [];
  if (digits !== undefined) return Number(digits);
  throw new FleetError({
    code: 'BAD_USAGE',
    message: `Expected the number of a gate, got ${JSON.stringify(typed.slice(0, 40))}.`,
    mend: 'List them with `fleet gates`.',
  });
}

/** `Product-A:` → `product-a` */
export const productName = (typed: string) =>
  typed
    .trim()
    .toLowerCase()
    .replace(/(?<=[a-z0-9])[:,.;]+$/, '');

/** The known name that is most like what was typed; null when none is. */
export function nearest(typed: string, known: string[]): string | null {
  const word = typed.toLowerCase();
  const within = known.filter(
    (name) => word.length > 0 && (name.startsWith(word) || name.endsWith(`-${word}`)),
  );
  if (within.length === 1) return within[0] ?? null;
  let best: string | null = null;
  let least = Math.max(1, Math.ceil(word.length * 0.4)) + 1;
  for (const name of known) {
    const far = distance(word, name);
    if (far < least) {
      best = name;
      least = far;
    }
  }
  return best;
}

/** Levenshtein's, with swapped neighbours as one mistake. */
function distance(a: string, b: string): number {
  const table = Array.from({ length: a.length + 1 }, (_, i) => [i, ...Array<number>(b.length).fill(0)]);
  const at = (i: number, j: number) => table[i]?.[j] ?? Number.POSITIVE_INFINITY;
  for (let i = 0; i <= a.length; i++)
    for (let j = 0; j <= b.length; j++) {
      const row = table[i];
      if (!row) continue;
      if (i === 0 || j === 0) {
        row[j] = i + j;
        continue;
      }
      row[j] = Math.min(
        at(i - 1, j) + 1,
        at(i, j - 1) + 1,
        at(i - 1, j - 1) + Number(a[i - 1] !== b[j - 1]),
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
          ? at(i - 2, j - 2) + 1
          : Number.POSITIVE_INFINITY,
      );
    }
  return at(a.length, b.length);
}
