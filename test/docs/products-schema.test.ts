import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { renderProductsSchema } from '../../scripts/products-schema.ts';

const file = 'docs/products.schema.json';

it('docs/products.schema.json is the schema that fleetd reads by (mend: npm run docs -- products-schema)', () => {
  expect(readFileSync(file, 'utf8')).toBe(renderProductsSchema());
});

it('the first line of products.yaml names it to editors, and it takes what stands there', () => {
  const [first = ''] = readFileSync('products.yaml', 'utf8').split('\n');
  const [, named = ''] = /^# yaml-language-server: \$schema=(\S+)$/.exec(first) ?? [];
  expect(resolve(named)).toBe(resolve(file));
  const { properties, patternProperties } = JSON.parse(readFileSync(file, 'utf8'));
  const described = Object.keys(properties.products.items.properties);
  // Every key of a product stands there, in use or as a comment.
  const text = readFileSync(join(dirname(file), '..', 'products.yaml'), 'utf8');
  expect(described.filter((key) => !new RegExp(`^\\s*#? *(- )?${key}(\\.\\w+)?:`, 'm').test(text))).toEqual(
    [],
  );
  expect(Object.keys(patternProperties)).toEqual(['^x-']);
});
