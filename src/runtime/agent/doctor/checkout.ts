// Where a product's agents work: a clone of the fleet's own, with what it holds of disk and what was done for it, or the
// human's own folder, which must be as `ov merge` needs it.
import { execa } from 'execa';
import { oldWorktrees } from '../../checkout/bring.ts';
import { gitFoldersOf } from '../../checkout/git-folder.ts';
import { requireUntouched } from '../../checkout/in-place.ts';
import { type CheckoutRecord, readRecord } from '../../checkout/record.ts';
import { countsOf } from '../../checkout/refresh.ts';
import type { Place } from '../maintenance/place.ts';
import { type Check, ok } from './check.ts';

/** A count that takes longer is not worth the wait: the doctor has others to see. */
const countMs = 1_000;

export const checkout: Check<Place> = {
  name: 'checkout',
  async look({ folder, product }) {
    if (product.checkout === 'in-place') {
      await requireUntouched(folder, product.name);
      return ok('in-place: agents work in your own folder, which is clean and on its branch');
    }
    const [record, disk] = await Promise.all([readRecord(folder), diskOf(folder)]);
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

async function diskOf(folder: string): Promise<string> {
  const { failed, stdout } = await execa('du', ['-sk', folder], {
    reject: false,
    stdin: 'ignore',
    timeout: countMs,
  });
  const kib = Number(/^\d+/.exec(stdout)?.[0]);
  if (failed || Number.isNaN(kib)) return 'too many files to count its disk quickly';
  return kib >= 1024 ** 2
    ? `${(kib / 1024 ** 2).toFixed(1)} GiB of disk`
    : `${Math.ceil(kib / 1024)} MiB of disk`;
}
