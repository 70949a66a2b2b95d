// Names of containers, volumes and StatefulSets, made of names of products: lower case, digits and "-", beginning and
// ending with a letter or digit (RFC 1123), short enough for what Kubernetes puts behind them.
import { createHash } from 'node:crypto';

/** Room for the prefix and, behind it, what a StatefulSet adds for a label of at most 63 characters. */
const longest = 40;
const plain = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;
const hashed = /-[0-9a-f]{12}$/;

/**
 * A name as it is where it can be; else what can be kept of it and a hash of the whole. No two products share one: what looks
 * like a hashed name is hashed too.
 */
export function placeName(product: string): string {
  if (product.length <= longest && plain.test(product) && !hashed.test(product)) return product;
  const kept = product
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, longest - 13)
    .replace(/^-+|-+$/g, '');
  const hash = createHash('sha256').update(product).digest('hex').slice(0, 12);
  return `${kept === '' ? 'product' : kept}-${hash}`;
}
