// The frame of a far end that takes one branch: a stream comes in, one line of JSON goes back, and nothing stays behind.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FleetError } from '../../common/errors.ts';

/**
 * Writes the verdict to stdout and ends the process.
 * @param name  of the temporary folder
 * @param work  what it returns is the verdict; what it throws is the verdict's `error`
 * @param also  what the verdict says of an error beside it
 */
export async function serveOne(
  name: string,
  work: (folder: string) => Promise<object>,
  also: (thrown: unknown) => object = () => ({}),
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), name));
  let verdict: object;
  try {
    verdict = await work(folder);
  } catch (thrown) {
    verdict = { error: FleetError.wrap(thrown).toJSON(), ...also(thrown) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  // Nobody may be there to read it any more.
  process.stdout.on('error', () => process.exit(1));
  process.stdout.write(`${JSON.stringify(verdict)}\n`, () => process.exit(0));
}
