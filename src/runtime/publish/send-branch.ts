// A branch leaves the runtime for one far end: without the history that its source has, and whole where that is not there.
import { FleetError } from '../../common/errors.ts';
import type { ProductRef } from '../../contract/runtime/protocol.ts';
import type { Runtime } from '../runtime.ts';
import type { Bundle } from './stream.ts';
import { maxBundleBytes } from './wire.ts';

type Made = NonNullable<Awaited<ReturnType<Runtime['bundle']>>>;

/**
 * @param send  hands one bundle over; PUBLISH_BASE_MISSING: it is made again with all of its history, once
 * @returns null: nothing was made that the source does not have
 * @throws FleetError of the runtime and of send(); PUBLISH_TOO_LARGE
 */
export async function sendBranch<T>(
  runtime: Pick<Runtime, 'bundle' | 'bundlePart'>,
  product: ProductRef,
  branch: string,
  send: (made: Made, bundle: Bundle) => Promise<T>,
): Promise<T | null> {
  for (const whole of [false, true]) {
    const made = await runtime.bundle(product, { branch, whole });
    if (made === null) return null;
    fitsOneBundle(product, branch, made.bytes);
    try {
      return await send(made, { runtime, product, branch, bytes: made.bytes });
    } catch (thrown) {
      if (whole || FleetError.wrap(thrown).code !== 'PUBLISH_BASE_MISSING') throw thrown;
    }
  }
  return null;
}

function fitsOneBundle(product: ProductRef, branch: string, bytes: number): void {
  if (bytes <= maxBundleBytes) return;
  throw new FleetError({
    code: 'PUBLISH_TOO_LARGE',
    product: product.name,
    message: `Expected ${branch} to be at most ${maxBundleBytes} bytes, got ${bytes}.`,
    mend: `Fetch it by hand from the product's checkout in the runtime: \`git fetch ${product.root} ${branch}\`.`,
  });
}
