// What one runtime alone cannot show, and what products ask of runtimes.
import type { RegistryProblem } from './registry.ts';
import { runtimeNameSchema } from './runtime-schema.ts';
import { field, show, type YamlSource } from './source.ts';

/** A runtime has a name of its own, one at most is this machine's, and what a product asks of them is there. */
export function runtimes(source: YamlSource): RegistryProblem[] {
  const all: unknown = field(source.value, 'runtimes');
  const list: unknown[] = Array.isArray(all) ? all : [];
  const names = list.map((one) => runtimeNameSchema.safeParse(field(one, 'name')).data);
  const local = list.findIndex((one) => field(one, 'kind') === 'local');
  const problems = list.flatMap((one, index) => {
    const name = names[index];
    const found: RegistryProblem[] = [];
    const place = ['runtimes', index];
    if (name !== undefined && names.indexOf(name) < index)
      found.push(
        source.problem([...place, 'name'], 'a name of its own for each runtime', `${show(name)} again`),
      );
    if (field(one, 'kind') === 'local' && local < index)
      found.push(source.problem([...place, 'kind'], 'one runtime of kind local', 'a second one'));
    return found;
  });
  const labelsOf = (one: unknown): unknown[] => {
    const labels = field(one, 'labels');
    return Array.isArray(labels) ? labels : [];
  };
  const products: unknown = field(source.value, 'products');
  for (const [index, product] of (Array.isArray(products) ? products : []).entries()) {
    const place = ['products', index];
    const pinned = runtimeNameSchema.safeParse(field(product, 'runtime')).data;
    const home = pinned === undefined ? -1 : names.indexOf(pinned);
    const unknown = pinned !== undefined && home < 0;
    if (unknown)
      problems.push(
        source.problem([...place, 'runtime'], 'the name of a runtime of this file', show(pinned)),
      );
    const needs = field(product, 'needs_labels');
    for (const [n, label] of (Array.isArray(needs) ? needs : []).entries()) {
      const where = home < 0 ? list : [list[home]];
      if (typeof label === 'string' && !unknown && !where.some((one) => labelsOf(one).includes(label)))
        problems.push(
          source.problem(
            [...place, 'needs_labels', n],
            home < 0 ? 'a label that a runtime of this file has' : `a label that ${pinned} has`,
            show(label),
          ),
        );
    }
    // In a human's own folder it can only be where that folder is.
    const away = home >= 0 && field(list[home], 'kind') !== 'local';
    if (away && field(product, 'checkout') === 'in-place')
      problems.push(
        source.problem([...place, 'runtime'], 'a runtime of kind local for checkout: in-place', show(pinned)),
      );
    if (away && (field(product, 'repo') ?? null) === null)
      problems.push(
        source.problem([...place, 'runtime'], `a \`repo:\` from which ${pinned} can clone it`, 'none', 'key'),
      );
  }
  return problems;
}
