// What one product alone cannot show: names and folders that get in each other's way. Works on the value as
// it was written, so that these problems are listed together with the schema's.
import { posix } from 'node:path';
import { pathInside, type Roots, sharesRepository } from './folders.ts';
import type { RegistryProblem } from './registry.ts';
import { runtimes } from './runtime-conflicts.ts';
import { defaultAccount, nameSchema, pathSchema, pathsSchema } from './schema.ts';
import { field, show, type YamlSource } from './source.ts';

/** Everything that is wrong between products, and paths that leave the folder of all repositories. */
export function checkTogether(source: YamlSource, roots: Roots): RegistryProblem[] {
  const products = written(source.value);
  return [
    ...names(products, source),
    ...folders(products, source, roots),
    ...accounts(source),
    ...runtimes(source),
    ...recurring(products, source),
  ];
}

/** An account has a name of its own and one place for its key, and a product's is there. */
function accounts(source: YamlSource): RegistryProblem[] {
  const all: unknown = field(source.value, 'accounts');
  const known = new Set([defaultAccount]);
  const taken = new Set<string>();
  const problems = (Array.isArray(all) ? all : []).flatMap((one: unknown, index) => {
    const found: RegistryProblem[] = [];
    const place = ['accounts', index];
    const name = nameSchema.safeParse(field(one, 'name')).data;
    if (name !== undefined && taken.has(name))
      found.push(
        source.problem([...place, 'name'], 'a name of its own for each account', `${show(name)} again`),
      );
    if (name !== undefined) taken.add(name);
    const given = ['variable', 'file'].filter((key) => (field(one, key) ?? null) !== null);
    if (given.length > 1)
      found.push(source.problem([...place, 'file'], 'a variable or a file', 'both', 'key'));
    if (given.length === 0 && name !== undefined && name !== defaultAccount)
      found.push(source.problem(place, 'the variable or file that holds its key or token', 'neither'));
    return found;
  });
  for (const name of taken) known.add(name);
  const products: unknown = field(source.value, 'products');
  for (const [index, product] of (Array.isArray(products) ? products : []).entries()) {
    const account = nameSchema.safeParse(field(product, 'account')).data;
    if (account !== undefined && !known.has(account))
      problems.push(
        source.problem(['products', index, 'account'], 'the name of an account of this file', show(account)),
      );
  }
  return problems;
}

/** What recurs has a name of its own and a product that is there. */
function recurring(products: Written[], source: YamlSource): RegistryProblem[] {
  const all = field(source.value, 'recurring');
  if (!Array.isArray(all)) return [];
  const known = new Set(products.map(({ name }) => name));
  const taken = new Set<string>();
  return all.flatMap((one: unknown, index) => {
    const problems: RegistryProblem[] = [];
    const name = nameSchema.safeParse(field(one, 'name')).data;
    if (name !== undefined && taken.has(name))
      problems.push(source.problem(['recurring', index, 'name'], 'a name of its own', `${show(name)} again`));
    if (name !== undefined) taken.add(name);
    const product = nameSchema.safeParse(field(one, 'product')).data;
    if (product !== undefined && !known.has(product))
      problems.push(
        source.problem(['recurring', index, 'product'], 'the name of a product of this file', show(product)),
      );
    return problems;
  });
}

interface Written {
  index: number;
  /** undefined: missing or refused by the schema. */
  name: string | undefined;
  path: string | undefined;
  pathMissing: boolean;
  paths: string[] | null;
  checkout: 'own' | 'in-place';
}

function written(file: unknown): Written[] {
  const products = field(file, 'products');
  if (!Array.isArray(products)) return [];
  return products.map((product: unknown, index) => ({
    index,
    name: nameSchema.safeParse(field(product, 'name')).data,
    path: pathSchema.safeParse(field(product, 'path')).data,
    pathMissing: field(product, 'path') === undefined,
    // Wrong ones are told by the schema, and not once more as none.
    paths: pathsSchema.nullish().catch([]).parse(field(product, 'paths')) ?? null,
    checkout: field(product, 'checkout') === 'in-place' ? 'in-place' : 'own',
  }));
}

function names(products: Written[], source: YamlSource): RegistryProblem[] {
  const problems: RegistryProblem[] = [];
  const first = new Map<string, number>();
  for (const { index, name } of products) {
    if (name === undefined) continue;
    const earlier = first.get(name);
    if (earlier === undefined) first.set(name, index);
    else
      problems.push(
        source.problem(
          ['products', index, 'name'],
          'a name of its own for each product',
          `${show(name)}, the name of products[${earlier}]`,
        ),
      );
  }
  return problems;
}

function folders(products: Written[], source: YamlSource, given: Roots): RegistryProblem[] {
  const { workspaceRoot, projectsRoot } = given;
  const problems: RegistryProblem[] = [];
  const at = (product: Written) => ['products', product.index, product.pathMissing ? 'name' : 'path'];
  /** The repositories, and where overstory works: the same places, but for those that share a repository. */
  const [repositories, roots] = [new Map<string, Written[]>(), new Map<string, Written[]>()];
  for (const product of products) {
    const path = product.path ?? (product.pathMissing ? product.name : undefined);
    if (path === undefined) continue;
    const inside = pathInside(path, given);
    if (inside === null) {
      problems.push(
        source.problem(at(product), `a folder under ${projectsRoot ?? workspaceRoot}`, show(path)),
      );
      continue;
    }
    const shares = (one: Written) => sharesRepository(one, given);
    const root = shares(product) ? (product.name ?? inside) : inside;
    for (const [places, place] of [
      [repositories, inside],
      [roots, root],
    ] as const) {
      const there = places.get(place) ?? [];
      places.set(place, [...there, product]);
      const same = there.find((one) => places === roots || !(shares(one) && shares(product)));
      if (same === undefined) continue;
      // told once, where it is the same in both; two products of one name are told about their names
      if (places === roots && repositories.get(inside)?.includes(same)) continue;
      if (product.pathMissing && same.name === product.name) continue;
      problems.push(
        source.problem(
          at(product),
          'a folder of its own for each product',
          `${show(path)}, the folder of products[${same.index}]`,
        ),
      );
    }
    problems.push(...overlaps(product, repositories.get(inside) ?? [], source));
  }
  const told = new Set<string>();
  for (const places of [repositories, roots])
    for (const [inner, outer] of nested(places)) {
      const [earlier, later] = outer.index < inner.index ? [outer, inner] : [inner, outer];
      if (told.has(`${earlier.index} ${later.index}`)) continue;
      told.add(`${earlier.index} ${later.index}`);
      problems.push(
        source.problem(
          at(later),
          'a folder neither inside another product’s nor around it',
          later === inner
            ? `a folder inside that of products[${earlier.index}]`
            : `a folder around that of products[${earlier.index}]`,
        ),
      );
    }
  return problems;
}

/** The products whose folder lies in another's, each with that one. */
function nested(places: Map<string, Written[]>): [inner: Written, outer: Written][] {
  const found: [Written, Written][] = [];
  for (const [place, [inner]] of places)
    for (let above = posix.dirname(place); above !== '.'; above = posix.dirname(above)) {
      const [outer] = places.get(above) ?? [];
      if (inner && outer && inner !== outer) found.push([inner, outer]);
    }
  return found;
}

/** Of one repository each product has folders that no other has, nor one in or around them. */
function overlaps(product: Written, sharing: Written[], source: YamlSource): RegistryProblem[] {
  const lies = (inner: string, outer: string) => inner === outer || inner.startsWith(`${outer}/`);
  return (product.paths ?? []).flatMap((path, n) => {
    for (const other of sharing) {
      const taken =
        other === product ? undefined : other.paths?.find((one) => lies(path, one) || lies(one, path));
      if (taken !== undefined)
        return [
          source.problem(
            ['products', product.index, 'paths', n],
            'a folder that no other product of the repository has, nor one in or around it',
            `${show(path)}, and ${show(taken)} of products[${other.index}]`,
          ),
        ];
    }
    return [];
  });
}
