// `intake:` of a product: what it means, and what is wrong with it, at its place in the file.
import { expect, it } from 'vitest';
import { parseRegistry } from '../../src/registry/parse.ts';

const repo = '    repo: git@github.com:acme/shop.git\n';
const deliver = '    deliver: {as: branch, token: T}\n';
const read = (...products: string[]) =>
  parseRegistry(`products:\n${products.map((of, n) => `  - name: shop-${n}\n${of}`).join('')}`, {
    file: 'products.yaml',
    workspaceRoot: '/workspace',
  });
const problem = (...products: string[]): string => {
  try {
    read(...products);
    return 'none';
  } catch (error) {
    const [first] = (error as { problems: { line: number; column: number; expected: string; got: string }[] })
      .problems;
    return `${first?.line}:${first?.column} ${first?.expected}, got ${first?.got}`;
  }
};

it('is off by default, and wants no more than a label', () => {
  expect(read('').products[0]?.intake).toBeNull();
  expect(read(`${repo}${deliver}    intake: {label: agent}\n`).products[0]?.intake).toEqual({
    ...{ label: 'agent', most: 10, comment: true },
  });
  const all = '    intake: {label: "for agents", max_per_look: 3, comment: false}\n';
  expect(read(`${repo}${deliver}${all}`).products[0]?.intake).toEqual({
    ...{ label: 'for agents', most: 3, comment: false },
  });
});

it.each([
  [`${repo}    intake: {label: agent}\n`, '4:21 `deliver:` beside it, with a forge that is known'],
  [`${repo}    deliver: {as: branch}\n    intake: {label: agent}\n`, 'of a token (`token`), got one without'],
  [`${repo}${deliver}    intake: {}\n`, '5:13 the name of a label, without a comma, got nothing'],
  [`${repo}${deliver}    intake: {label: "a,b"}\n`, 'the name of a label, without a comma'],
  [`${repo}${deliver}    intake: {label: a, max_per_look: 0}\n`, 'a whole number of issues from 1 to 100'],
  [`${repo}${deliver}    intake: {label: a, every: 5m}\n`, 'one of the keys label, max_per_look, comment'],
])('%s', (product, says) => {
  expect(problem(product)).toContain(says);
});

it('a label of a repository is one product’s: an issue is one objective', () => {
  const one = (label: string) => `${repo}${deliver}    intake: {label: ${label}}\n`;
  expect(problem(one('agent'), one('Agent'))).toContain('a label of its own, got that of shop-0 in the same');
  expect(problem(one('a'), one('b'))).toBe('none');
});
