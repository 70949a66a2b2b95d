// What of a move has come to this workspace so far, kept beside its products.
import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FleetError } from '../../../common/errors.ts';
import { type MoveStep, maxMoveBytes } from '../../../contract/runtime/move.ts';
import { fleetFolder, keep } from '../lease/file.ts';

export interface Arrival {
  /** says for which epoch the place was cleared */
  file: string;
  bundle: string;
}

/** @param product  a name of the registry: no path */
export function arrivalOf(workspaceRoot: string, product: string): Arrival {
  const at = join(fleetFolder(workspaceRoot), 'moves', product);
  return { file: `${at}.epoch`, bundle: `${at}.bundle` };
}

export const arrivesFor = async ({ file }: Arrival): Promise<number> =>
  Number(await readFile(file, 'utf8').catch(() => '0')) || 0;

export const noteArrival = ({ file }: Arrival, epoch: number): Promise<void> => keep(file, `${epoch}\n`);

/** The parts come in order; the first begins anew. @throws FleetError MOVE_FAILED */
export async function takePart(
  product: string,
  { bundle }: Arrival,
  { offset, base64 }: Extract<MoveStep, { kind: 'part' }>,
): Promise<void> {
  const bytes = Buffer.from(base64, 'base64');
  await mkdir(dirname(bundle), { recursive: true });
  await using handle = await open(bundle, offset === 0 ? 'w' : 'r+', 0o600);
  const { size } = await handle.stat();
  if (size < offset || offset + bytes.length > maxMoveBytes)
    throw new FleetError({
      code: 'MOVE_FAILED',
      product,
      message: `Expected the bundle of ${product} from byte ${size} on, got it from ${offset} on.`,
      mend: 'Nothing is lost: it is tried again.',
    });
  await handle.write(bytes, 0, bytes.length, offset);
}
