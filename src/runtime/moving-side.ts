// One of several runtimes by itself, wherever the product is placed: a move has to do with two.
import type { ProductRef } from '../contract/runtime/protocol.ts';
import type { MovingSide, Runtime } from './runtime.ts';

/** @param placed  the product as this runtime knows it. @returns null: nothing is moved from or to it */
export function movingSide(runtime: Runtime, placed: (product: ProductRef) => ProductRef): MovingSide | null {
  const { move, leave } = runtime;
  if (move === undefined) return null;
  // Of which epoch it is here, who moves it says: the journal knows of one of the two only.
  const here = (product: ProductRef): ProductRef => {
    const { expect: _, epoch: __, ...ref } = placed(product);
    return { ...ref, ...(product.epoch && { epoch: product.epoch }) };
  };
  return {
    link: () => runtime.link(),
    make: (product, how) => runtime.make(here(product), how),
    bundlePart: (product, branch, offset) => runtime.bundlePart(here(product), branch, offset),
    move: (product, step) => move(here(product), step),
    ...(leave && { leave }),
  };
}
