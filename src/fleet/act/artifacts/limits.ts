// Which files are kept no longer: those that are too old, and of each product the oldest beyond its room.
import type { KeptRow } from '../../../journal/artifacts/store.ts';
import type { ArtifactLimits } from '../../../registry/registry.ts';

export interface Expired {
  row: KeptRow;
  why: 'age' | 'size';
}

/** @param kept of all products, the newest first */
export function expired(
  kept: readonly KeptRow[],
  { keepMs, maxProductBytes }: ArtifactLimits,
  nowMs: number,
): Expired[] {
  const sizes = new Map<string, number>();
  const contents = new Set<string>();
  return kept.flatMap((row): Expired[] => {
    if (nowMs - row.keptAtMs >= keepMs) return [{ row, why: 'age' }];
    // The same content twice takes its room once.
    const content = `${row.product}/${row.sha256}`;
    const size = (sizes.get(row.product) ?? 0) + (contents.has(content) ? 0 : row.bytes);
    contents.add(content);
    sizes.set(row.product, size);
    return size > maxProductBytes ? [{ row, why: 'size' }] : [];
  });
}
