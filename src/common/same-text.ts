import { createHash, timingSafeEqual } from 'node:crypto';

/** Compares in time that tells nothing: digests, which have one length. */
export function sameText(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
