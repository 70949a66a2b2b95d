// `npm run docs -- products-schema`: writes the JSON Schema of products.yaml, for editors. What zod checks by code of ours
// (paths, calendars, names that exist) is in `fleet check`.
import { writeFileSync } from 'node:fs';
import { z } from 'zod';
import { productsFileSchema } from '../src/registry/schema.ts';

const file = 'docs/products.schema.json';

export function renderProductsSchema(): string {
  const schema = z.toJSONSchema(productsFileSchema, { io: 'input', target: 'draft-7' });
  const { $schema, ...rest } = schema;
  return `${JSON.stringify(
    {
      $schema,
      title: 'products.yaml of the meta-coordinator',
      ...rest,
      // A place for anchors, as in compose files.
      patternProperties: { '^x-': {} },
    },
    null,
    2,
  )}\n`;
}

if (process.argv[1]?.endsWith('products-schema.ts')) writeFileSync(file, renderProductsSchema());
