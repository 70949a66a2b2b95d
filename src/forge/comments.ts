// Comments: whose they are, and looking for one page by page.
import { FleetError } from '../common/errors.ts';
import type { Looked } from './forge.ts';

/** What the fleet wrote itself carries such a mark, which no page shows. */
export const isOurs = (body: string): boolean => body.includes('<!-- fleet: ');

/** What a token may read pull requests without: refused, nothing is seen of it, and all else still is. */
export async function ifAllowed(look: Promise<Looked>): Promise<Looked> {
  try {
    return await look;
  } catch (thrown) {
    if (FleetError.wrap(thrown).code === 'FORGE_FORBIDDEN') return { etag: null, glance: null };
    throw thrown;
  }
}

/** Of a hundred each, since ours may have been written. */
const mostPages = 20;

/**
 * @param page  gives the n-th page; one that is not full is the last
 * @throws FleetError FORGE_REFUSED where there are more than can be looked through: it may be among them
 */
export async function findOnPages<T extends { body: string }>(
  host: string,
  marker: string,
  pageSize: number,
  page: (n: number) => Promise<T[]>,
): Promise<T | null> {
  for (let n = 1; n <= mostPages; n++) {
    const all = await page(n);
    const found = all.find(({ body }) => body.includes(marker));
    if (found) return found;
    if (all.length < pageSize) return null;
  }
  throw new FleetError({
    code: 'FORGE_REFUSED',
    message: `Expected at most ${mostPages * pageSize} comments on an issue of ${host}, got more: ours may be among them.`,
    mend: 'Nothing to do: no second one is written.',
  });
}
