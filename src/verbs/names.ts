// Names as people type them, and the one they probably meant.
import { distance } from '../common/edit-distance.ts';
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
