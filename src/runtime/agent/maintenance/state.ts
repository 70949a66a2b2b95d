// What of the repository would lose or waste the work of a session that begins now, in words: in `left`.
import { FleetError } from '../../../common/errors.ts';
import type { MaintenanceReply } from '../../../contract/runtime/maintenance.ts';
import { requireUntouched } from '../../checkout/in-place.ts';
import { leftBehind } from '../../checkout/left-behind.ts';
import { readRecord } from '../../checkout/record.ts';
import { type Concern, concernsOf } from '../../checkout/state.ts';
import type { Place } from './place.ts';

/** What `requireUntouched` says too, and with the mend that fits a folder that is worked in. */
const saidThere = new Set(['PRODUCT_UNFINISHED', 'PRODUCT_DETACHED']);

/** All that is known against where agents work, and of what they work on. In-place: but for what refuses every start. */
export async function concernsAt({ folder, product }: Pick<Place, 'folder' | 'product'>): Promise<Concern[]> {
  const found = await concernsOf(folder);
  if (product.checkout === 'in-place') return found.filter(({ code }) => !saidThere.has(code));
  const record = await readRecord(folder);
  return record?.local ? [...found, ...(await leftBehind(record.from))] : found;
}

/** Of these what is worth knowing before a session is paid for, in words. */
export async function cautionsAt(place: Pick<Place, 'folder' | 'product'>): Promise<string[]> {
  return (await concernsAt(place)).filter(({ weight }) => weight !== 'doctor').map(words);
}

const words = ({ code, says, mend }: Omit<Concern, 'weight'>) => `${code}: ${says} ${mend}`;

export async function state(place: Pick<Place, 'folder' | 'product'>): Promise<MaintenanceReply> {
  const { folder, product } = place;
  const refused =
    product.checkout === 'in-place'
      ? await requireUntouched(folder, product.name).then(
          () => null,
          (thrown) => FleetError.wrap(thrown),
        )
      : null;
  const cautions = await cautionsAt(place);
  return {
    done: [],
    left: [...(refused === null ? [] : [words({ ...refused.toJSON(), says: refused.message })]), ...cautions],
  };
}
