// Reads of the mail to the operator and of the troubles of products.
import type { FleetErrorShape } from '../common/errors.ts';
import type { Mail } from '../contract/runtime/snapshot.ts';
import { parse, type Reader } from './reader.ts';

export function mailStore({ rows, row, kept }: Reader) {
  const troubles = kept(
    ['troubles'],
    () =>
      new Map(
        rows('SELECT product, error FROM troubles').map((r) => [
          r.product as string,
          parse(r.error) as FleetErrorShape,
        ]),
      ),
  );
  return {
    hasMail(product: string, id: string): boolean {
      return row('SELECT 1 FROM mail WHERE product = ? AND id = ?', product, id) !== undefined;
    },
    /** The thread that a mail to the operator stands in; null: it begins one, or is not known. */
    threadOf(product: string, id: string): string | null {
      const found = row('SELECT mail FROM mail WHERE product = ? AND id = ?', product, id);
      return found ? (parse(found.mail) as Mail).threadId : null;
    },
    /** mail to the operator, newest first */
    mail(product: string, limit: number): Mail[] {
      return rows(
        'SELECT mail FROM mail WHERE product = ? ORDER BY received_at_ms DESC, id LIMIT ?',
        product,
        limit,
      ).map((r) => parse(r.mail) as Mail);
    },

    /** The same with the objective that was worked on when it came. */
    posts(product: string, limit: number): { mail: Mail; objective: string | null }[] {
      return rows(
        'SELECT mail, objective FROM mail WHERE product = ? ORDER BY received_at_ms DESC, id LIMIT ?',
        product,
        limit,
      ).map((r) => ({ mail: parse(r.mail) as Mail, objective: r.objective as string | null }));
    },

    trouble: (product: string): FleetErrorShape | null => troubles().get(product) ?? null,
  };
}
