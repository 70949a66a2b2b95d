// Of products that are as they were when the scheduler asked last, the same objects as then: it need not look again.
import type { ProductState } from '../../scheduler/state.ts';

const known = new WeakMap<object, readonly ProductState[]>();

/** @param of  whose products they are */
export function sameProducts(of: object, products: readonly ProductState[]): readonly ProductState[] {
  const before = known.get(of) ?? [];
  const byName = before.length === products.length ? null : new Map(before.map((one) => [one.name, one]));
  const same = products.map((product, at) => {
    const one = byName === null ? before[at] : byName.get(product.name);
    return one !== undefined && equal(one, product) ? one : product;
  });
  const found =
    same.length === before.length && same.every((product, at) => product === before[at]) ? before : same;
  known.set(of, found);
  return found;
}

/** Of plain data: numbers, texts, lists and objects of them. */
function equal(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  for (const key of keys)
    if (!Object.hasOwn(b, key) || !equal(a[key as keyof typeof a], b[key as keyof typeof b])) return false;
  return true;
}
