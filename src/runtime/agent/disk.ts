// Whether a product's disk still takes anything. `ov status` answers on a full disk as on a sound one; what fails is
// the mail, the commit, the worktree, each in its own words and too late. One that turned read-only makes its databases
// look like those of another user.
import { access, constants, statfs } from 'node:fs/promises';
import { FleetError } from '../../common/errors.ts';
import { bytes } from '../../common/units.ts';

const mebibyte = 1024 ** 2;
/** Below this nothing of a product can be believed to be written down. */
export const leastToLookBytes = 4 * mebibyte;
/** A session makes worktrees and logs: with less than this it would end in the middle. */
export const leastToStartBytes = 64 * mebibyte;

/** @throws FleetError DISK_READ_ONLY */
export async function requireWritableDisk(folder: string): Promise<void> {
  const reason = await access(folder, constants.W_OK).then(
    () => null,
    (error: NodeJS.ErrnoException) => error.code,
  );
  // Any other is about this folder: looked at by those whose business it is.
  if (reason !== 'EROFS') return;
  throw new FleetError({
    code: 'DISK_READ_ONLY',
    message: `Expected to write on the disk of ${folder}, got one that is read-only.`,
    mend: 'Let it be written again (`mount -o remount,rw`). A disk that turned read-only by itself has had errors: see `dmesg`. It goes on by itself then.',
  });
}

/** @throws FleetError OV_DISK_FULL when there is less room than this */
export async function requireSpace(folder: string, leastBytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const freeBytes = bavail * bsize;
  if (freeBytes >= leastBytes) return;
  throw new FleetError({
    code: 'OV_DISK_FULL',
    message: `Expected at least ${bytes(leastBytes)} free on the disk of ${folder}, got ${bytes(freeBytes)}.`,
    mend: 'Make room there: parked worktrees (`ov worktree clean`), old logs under .overstory/logs. It goes on by itself then.',
  });
}
