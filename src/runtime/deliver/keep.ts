import { dirname } from 'node:path';
import { FleetError } from '../../common/errors.ts';
import { acceptBranch } from '../publish/accept.ts';
import type { Mirror } from './mirror.ts';
import type { KeepOrder } from './wire.ts';

/**
 * Takes a branch from its bundle into the mirror, checked as it is for a human's repository. The remote is asked for what
 * the branch stands on only where the mirror does not have it.
 * @returns false: it was there already
 * @throws FleetError of acceptBranch(); PUBLISH_BASE_MISSING: to be sent again with all of its history
 */
export async function keep(
  mirror: Mirror,
  { product, branch, head }: KeepOrder,
  file: string,
): Promise<boolean> {
  const accept = () =>
    acceptBranch(dirname(mirror.folder), { product, source: mirror.folder, branch, head, file });
  try {
    return await accept();
  } catch (thrown) {
    if (FleetError.wrap(thrown).code !== 'PUBLISH_BASE_MISSING') throw thrown;
    // Out of reach, it is sent whole: the work is safe here without the remote.
    await mirror.fetch().catch(() => {});
    return await accept();
  }
}
