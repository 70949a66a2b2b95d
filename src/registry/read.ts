import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { FleetError } from '../common/errors.ts';
import type { Roots } from './folders.ts';
import { maxRegistryBytes, parseRegistry } from './parse.ts';
import type { Registry } from './registry.ts';

/**
 * @throws FleetError REGISTRY_MISSING, REGISTRY_UNREADABLE; RegistryError REGISTRY_INVALID
 */
export async function readRegistry(file: string, options: Roots): Promise<Registry> {
  return parseRegistry(await bytesOf(file), { file, ...options });
}

/** At most one byte more than a registry may have: enough to refuse it. */
export async function bytesOf(file: string): Promise<Buffer> {
  try {
    // a named pipe must not make this wait for a writer
    await using handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
    if (!(await handle.stat()).isFile()) throw notAFile(file);
    return await buffer(handle.createReadStream({ end: maxRegistryBytes, autoClose: false }));
  } catch (error) {
    if (error instanceof FleetError) throw error;
    throw unreadable(file, error);
  }
}

function notAFile(file: string): FleetError {
  return new FleetError({
    code: 'REGISTRY_UNREADABLE',
    message: `Expected ${file} to be a file, got a folder or device.`,
    mend: `Docker makes an empty folder where a mounted file is missing: remove the folder ${file}, put your products.yaml there and start again.`,
  });
}

function unreadable(file: string, error: unknown): FleetError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'an unknown error';
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return new FleetError({
      code: 'REGISTRY_MISSING',
      message: `Expected a registry of products at ${file}, got no such file.`,
      mend: `Put your products.yaml there; the one at the top of the repository is an example to copy.`,
      cause: error,
    });
  return new FleetError({
    code: 'REGISTRY_UNREADABLE',
    message: `Expected to read ${file}, got ${code}.`,
    mend: `Let the user this runs as (uid ${process.getuid?.() ?? 'unknown'}) read the file.`,
    cause: error,
  });
}
