// What is managed: the registry as people know it.

import { count } from '../common/units.ts';
import type { ProductView } from '../contract/products.ts';
import type { FleetStatus } from '../contract/status.ts';
import { alarms } from './capacity.ts';
import { paragraphs, type Row, rows, type Surface, sentence } from './layout.ts';
import { priorityWord } from './product.ts';

/** @param file fleetd's registry */
export const noProducts = (surface: Surface, file: string): string =>
  sentence(
    surface,
    `No products yet. In a terminal \`bin/fleet add <folder or address>\` makes a repository one, or write it into ${surface.line(file)}.`,
  );

export function productsText(surface: Surface, status: FleetStatus): string {
  const { products } = status;
  if (products.length === 0)
    return paragraphs(alarms(surface, status), noProducts(surface, status.registry.file));
  return paragraphs(
    alarms(surface, status),
    `${count(products.length, 'product')}:`,
    rows(
      surface,
      products.map((product) => entry(surface, product)),
    ),
  );
}

function entry(surface: Surface, product: ProductView): Row {
  const rules = [
    priorityWord(product.priority),
    ...(product.planApproval === 'required' ? ['plans need your approval'] : []),
    ...(product.review === 'required' ? ['work needs your approval'] : []),
    ...(product.overstory ? [] : ['listed only, never started']),
  ].join(', ');
  const type = surface.line(product.type, 20);
  return {
    name: product.name,
    state: surface.kind === 'chat' ? `(${type})` : type,
    tone: 'dim',
    head: product.description ? surface.line(product.description, 500) : '',
    notes: [{ text: rules, tone: 'dim' }],
  };
}
