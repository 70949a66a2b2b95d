// What of the repository would lose or waste the work of a session that begins now, in words: in `left`.
import { FleetError } from '../../../common/errors.ts';
import type { MaintenanceReply } from '../../../contract/runtime/maintenance.ts';
import { requireUntouched } from '../../checkout/in-place.ts';
import { concernsOf } from '../../checkout/state.ts';
import type { Place } from './place.ts';

export async function state({ folder, product }: Place): Promise<MaintenanceReply> {
  const left = (await concernsOf(folder)).filter(({ wastes }) => wastes);
  if (product.checkout === 'in-place')
    await requireUntouched(folder, product.name).catch((thrown) => {
      const { code, message, mend } = FleetError.wrap(thrown);
      if (!left.some((one) => one.code === code)) left.push({ code, wastes: true, says: message, mend });
    });
  return { done: [], left: left.map(({ code, says, mend }) => `${code}: ${says} ${mend}`) };
}
