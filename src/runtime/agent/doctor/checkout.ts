// Where a product's agents work: a clone of the fleet's own, with what it holds of disk and what was done for it, or the
// human's own folder, which must be as `ov merge` needs it.
import { bytes } from '../../../common/units.ts';
import { oldWorktrees } from '../../checkout/bring.ts';
import { gitFoldersOf } from '../../checkout/git-folder.ts';
import { requireUntouched } from '../../checkout/in-place.ts';
import { type CheckoutRecord, readRecord } from '../../checkout/record.ts';
import { countsOf } from '../../checkout/refresh.ts';
import type { Place } from '../maintenance/place.ts';
import { type Check, ok } from './check.ts';

export const checkout: Check<Place> = {
  name: 'checkout',
  async look({ folder, product, disk: use }) {
    if (product.checkout === 'in-place') {
      await requireUntouched(folder, product.name);
      return ok('in-place: agents work in your own folder, which is clean and on its branch');
    }
    const record = await readRecord(folder);
    const disk = diskText(use.of(product));
    if (record === null) return ok(`a folder of the fleet's own, ${disk}`);
    const says = `a clone of ${record.from}, ${await standing(folder, record)}, ${disk}`;
    if (!record.local) return ok(says);
    if ((await gitFoldersOf(record.from)) === null)
      return {
        state: 'warning',
        says: `Expected ${record.from}, which the clone borrows its history from, got no repository there.`,
        mend: 'Put it back where it was, or mount it; sessions can then start again. Nothing that was made is lost meanwhile.',
      };
    const parked = await oldWorktrees(record.from);
    const left =
      parked.length > 0 ? `; in your folder sessions of the old way left ${parked.join(', ')}` : '';
    return ok([says, ...record.brought].join('; ') + left);
  },
};

async function standing(folder: string, record: CheckoutRecord): Promise<string> {
  const now = await countsOf(folder, record);
  if (now === null) return record.branch;
  return `${now.branch} (${now.ahead} ahead of ${now.called}, ${now.behind} behind)`;
}

function diskText(held: number | null): string {
  return held === null ? 'its disk is being counted' : `${bytes(held)} of disk`;
}
