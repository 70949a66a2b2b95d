// Several runtimes as one: what each is asked on a product's behalf.
import { expect, it } from 'vitest';
import type { Runtime, RuntimeLink } from '../../src/runtime/runtime.ts';
import { routeRuntimes } from '../../src/runtime/runtimes.ts';
import { fakeRuntime } from '../support/fake-runtime.ts';
import { manualClock } from '../support/manual-clock.ts';

it("a product's link is its own where its runtime has one for each", () => {
  const { runtime } = fakeRuntime(manualClock(), ['product-a', 'product-b']);
  const connecting: RuntimeLink = { state: 'connecting', sinceMs: 5, error: null };
  const perProduct: Runtime = {
    ...runtime,
    link: (product) => (product === 'product-b' ? connecting : runtime.link()),
  };
  const runtimes = routeRuntimes({
    placeOf: () => ({ runtime: 'big-box' }),
    workspaceRoot: () => '/workspace',
  });
  runtimes.set([{ name: 'big-box', runtime: perProduct, local: false }]);
  expect(runtimes.link('product-a').state).toBe('connected');
  expect(runtimes.link('product-b')).toEqual(connecting);
  expect(runtimes.link().state).toBe('connected');
});
