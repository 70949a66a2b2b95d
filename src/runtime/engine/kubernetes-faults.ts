// What may go wrong with a product's place on Kubernetes, each with its mend.
import { type ErrorCode, FleetError } from '../../common/errors.ts';
import { nameOf } from './kubernetes-objects.ts';
import { mendOf, type Standing } from './kubernetes-reasons.ts';
import type { Pod } from './kubernetes-shapes.ts';

/** @throws FleetError RUNTIME_IMAGE */
export function requireDigest(image: string): void {
  if (/^[a-z0-9][\w./:-]*@sha256:[0-9a-f]{64}$/i.test(image)) return;
  throw new FleetError({
    code: 'RUNTIME_IMAGE',
    message: `Expected the image of the runtime by digest, as registry/name@sha256:…, got ${JSON.stringify(image.slice(0, 120))}.`,
    mend: 'Name it with the digest that the push printed: a tag may be another image on each node.',
  });
}

export const gone = (product: string) =>
  new FleetError({
    code: 'RUNTIME_NOT_RUNNING',
    product,
    message: `Expected the StatefulSet ${nameOf(product)}, got none: somebody removed it.`,
    mend: 'It is made anew with the next start; its volume is kept.',
  });

export const notEnded = (product: string, { says }: Standing, { spec }: Pod) =>
  new FleetError({
    code: 'RUNTIME_NOT_ENDED',
    product,
    message: `Expected the pod of ${product} to end, but node ${spec.nodeName ?? 'of it'} does not say that it has (${says ?? 'it runs'}).`,
    mend: `It may run on. ${mendOf('RUNTIME_UNREACHABLE')}`,
  });

export const notUp = (product: string, where: string, code: ErrorCode, { says }: Standing): FleetError =>
  new FleetError({
    code,
    product,
    message: `Expected ${product} to come up on ${where}, got: ${says}.`,
    mend: mendOf(code),
  });

export const placeTaken = (product: string, name: string, namespace: string, theirs: string): FleetError =>
  new FleetError({
    code: 'RUNTIME_PLACE_TAKEN',
    product,
    message: `Expected ${name} in namespace ${namespace} to be of this fleet, got one of ${theirs}.`,
    mend: 'Give each fleet a namespace of its own.',
  });
