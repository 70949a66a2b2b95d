// An owned gateway stays in its box: attacks from inside the bundle, after every other file has used the stack, so that
// what they left in logs and journal is searched too.
import { readFile, writeFile } from 'node:fs/promises';
import { beforeAll, describe, expect, vi } from 'vitest';
import type { FleetStatus } from '../../src/api/contract.ts';
import { attacks } from '../security/box.ts';
import { composeAvailable } from '../support/compose.ts';
import { type FleetStack, sharedStack } from '../support/shared-stack.ts';

const minutes = 60_000;

describe.skipIf(!(await composeAvailable()))('a gateway taken over', () => {
  let stack: FleetStack;
  beforeAll(async () => {
    stack = await sharedStack();
    const text = await readFile(stack.productsFile, 'utf8');
    const marked = `d, answered in the dashboard ${Date.now()}`;
    // In place, as a human edits it.
    await writeFile(
      stack.productsFile,
      text.replace(
        /(name: product-d\n(?:.*\n)*?\s+description: ).*/,
        `$1${marked}\n    gates: { surface: dashboard }`,
      ),
    );
    await vi.waitFor(
      async () => {
        const { products } = await stack.fleet<FleetStatus>('status');
        expect(products.map((p) => p.description)).toContain(marked);
      },
      { timeout: minutes, interval: 500 },
    );
  }, 8 * minutes);

  attacks({ stack: () => stack });
});
