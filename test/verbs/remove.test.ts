// A product that is taken out after a question, which may stand for long.
import { expect, it } from 'vitest';
import { surfaceFor } from '../../src/text/index.ts';
import { remove } from '../../src/verbs/remove.ts';
import type { VerbContext } from '../../src/verbs/verb.ts';
import { codeOf } from '../support/fleet.ts';

it('is not, where it has begun to work while the question stood', async () => {
  let objective: object | null = null;
  let written = 0;
  const draft = {
    ...{ file: '/f/products.yaml', lines: ['- name: shop'], digest: 'd' },
    async write() {
      written += 1;
      return { former: '/f/products.yaml.before' };
    },
  };
  const context = {
    client: {
      health: async () => ({ registry: { file: draft.file, digest: 'd' } }),
      status: async () => ({ products: [{ name: 'shop', objective }], queue: [] }),
    },
    questions: {
      async choose() {
        objective = { id: 'obj-1', state: 'running' };
        return 'yes';
      },
    },
    products: { open: async () => ({ remove: async () => ({ draft, clone: '/c/shop', origin: null }) }) },
  } as unknown as VerbContext;
  const shown = surfaceFor({ kind: 'terminal', nowMs: 0 });
  const run = async () => await remove.run({ operands: ['shop'], options: {} } as never, context, shown);
  expect(await codeOf(run)).toBe('PRODUCT_IN_USE');
  expect(written).toBe(0);
});
