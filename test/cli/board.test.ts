// The board of `fleet top` at the sizes of terminals: whole, aligned, and never longer or wider than the screen.
import { describe, expect, it } from 'vitest';
import { boardOrder, surfaceFor, topText } from '../../src/text/index.ts';
import { fleetStatus, nowMs, objectiveView, productView } from '../support/views.ts';

const products = Array.from({ length: 50 }, (_, i) =>
  productView(`product-${String(i + 1).padStart(2, '0')}`, {
    ...(i % 7 === 3 && {
      state: 'running',
      objective: objectiveView({
        product: `product-${i + 1}`,
        text: 'Ship the auth feature 修复 login '.repeat(6),
      }),
      footprint: { memoryBytes: 1.3 * 1024 ** 3, cpuCores: 0.4 },
    }),
    ...(i === 41 && { state: 'waiting', gates: 1 }),
  }),
);
const status = fleetStatus(products);

function board(columns: number, height: number, chosen: number): string[] {
  const show = surfaceFor({ kind: 'terminal', nowMs, columns, colour: false });
  return topText(show, { status, gates: [], chosen, note: '', height }).split('\n');
}

describe('the board', () => {
  it.each([
    [80, 24],
    [120, 40],
    [200, 50],
    [60, 15],
  ])('fits a terminal of %i by %i, wherever it stands', (columns, height) => {
    for (const chosen of [0, 25, 49]) {
      const lines = board(columns, height, chosen);
      // one line is the cursor's
      expect(lines.length).toBeLessThan(height);
      const named = lines.filter((line) => /^[> ] product-/.test(line));
      expect(named.length).toBeGreaterThanOrEqual(3);
      expect(lines.filter((line) => line.startsWith('> '))).toHaveLength(1);
      for (const line of lines) expect([...line].length, line).toBeLessThanOrEqual(columns);
    }
  });

  it('has what needs a human first, then what runs, else the order of products.yaml', () => {
    const names = boardOrder(products).map(({ name }) => name);
    expect(names.slice(0, 3)).toEqual(['product-42', 'product-04', 'product-11']);
    expect(names.slice(-2)).toEqual(['product-49', 'product-50']);
  });
});
