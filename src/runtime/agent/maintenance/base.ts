// What a coordinator must merge first: new commits of the human's that did not come into the checkout by themselves.

import type { MaintenanceReply } from '../../../contract/runtime/maintenance.ts';
import { readRecord } from '../../checkout/record.ts';
import { standingOf, toMerge } from '../../checkout/refresh.ts';
import type { Place } from './place.ts';

export async function base({ folder }: Place): Promise<MaintenanceReply> {
  const record = await readRecord(folder);
  const standing = record && (await standingOf(folder, record));
  const sentence = standing && toMerge(standing);
  return { done: [], left: sentence === null ? [] : [sentence] };
}
