// An owned gateway stays in its box, and so do a worker, a stranger at a port and whoever has the other end of the
// channel: attacks on the bundle, after other files have used the stack, so that what they left in logs and journal is
// searched too.
import { readFile, writeFile } from 'node:fs/promises';
import { beforeAll, describe, expect, vi } from 'vitest';
import type { FleetStatus } from '../../src/contract/status.ts';
import { agents } from '../security/bundle/agent.ts';
import { doors } from '../security/bundle/doors.ts';
import { gateways } from '../security/bundle/gateway.ts';
import { madeOf } from '../security/bundle/made-of.ts';
import { said } from '../security/bundle/said.ts';
import { swamps } from '../security/bundle/swamp.ts';
import { workers } from '../security/bundle/worker.ts';
import { composeAvailable } from '../support/compose.ts';
import { type FleetStack, sharedStack } from '../support/shared-stack.ts';

const minutes = 60_000;

describe.skipIf(!(await composeAvailable()))('the bundle under attack', () => {
  let stack: FleetStack;
  const shared = { stack: () => stack };
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

  let toldLater = () => {};
  describe('what is said', () => {
    toldLater = said(shared);
  });
  describe('a gateway taken over', () => gateways(shared));
  describe('what was said meanwhile', () => toldLater());
  describe('a worker', () => workers(shared));
  describe('who has the agent’s end', () => agents(shared));
  describe('what it is made of', () => madeOf(shared));
  // It ends with a new fleetd: the quota of a day is used up.
  describe('a gateway that swamps', () => swamps(shared));
  describe('a stranger', () => doors(shared));
});
