// What a coordinator must merge: new commits of the human's that did not come into the checkout by themselves before it
// began, and those that came since.

import type { MaintenanceReply } from '../../../contract/runtime/maintenance.ts';
import { readRecord } from '../../checkout/record.ts';
import { newCommits, standingOf, toMerge } from '../../checkout/refresh.ts';
import type { Place } from './place.ts';

export async function base({ folder }: Place): Promise<MaintenanceReply> {
  const record = await readRecord(folder);
  const standing = record && (await standingOf(folder, record));
  const sentence = standing && toMerge(standing);
  return { done: [], left: sentence === null ? [] : [sentence] };
}

/** @returns in `news`; none for a folder that is the human's own, where they are there already */
export async function news({ folder }: Place): Promise<MaintenanceReply> {
  const record = await readRecord(folder);
  return { done: [], left: [], news: record && (await newCommits(folder, record)) };
}
