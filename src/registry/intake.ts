// `intake:` of a product: what it means, and what is wrong with it beyond its shape.
import { deliverOf } from './deliver.ts';
import type { Intake } from './registry.ts';
import type { ProductsFile } from './schema.ts';

type Written = ProductsFile['products'][number];

export function intakeOf({ intake }: Written): Intake | null {
  if (intake === null) return null;
  const { label, comment, max_per_look } = intake;
  return { label, comment, most: max_per_look };
}

/** It needs the forge that `deliver:` knows, and a label that no other product takes there: of one label an issue is one objective. */
export function intakeProblems(
  products: readonly Written[],
): { index: number; key: string; expected: string; got: string }[] {
  const takenBy = new Map<string, string>();
  return products.flatMap((product, index) => {
    const { name, intake } = product;
    if (intake === null) return [];
    const at = deliverOf(product)?.forgeAt ?? null;
    if (at === null)
      return [
        {
          ...{ index, key: 'label' },
          expected: '`deliver:` beside it, with a forge that is known and the variable of a token (`token`)',
          got: product.deliver === null ? 'none' : 'one without',
        },
      ];
    const place = `${at.api} ${at.repository} ${intake.label}`.toLowerCase();
    const other = takenBy.get(place);
    takenBy.set(place, name);
    return other === undefined
      ? []
      : [
          {
            index,
            key: 'label',
            expected: 'a label of its own',
            got: `that of ${other} in the same repository`,
          },
        ];
  });
}
