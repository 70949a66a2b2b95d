// products.yaml with one thing changed, and every other byte as it was. The YAML library says where everything stands; what
// is new is cut in there as text, because a document that the library writes again has lost how its human laid it out.
// Every way to cut is tried on paper first: the result must mean what was asked for, and nothing else, or it is not taken.
import { isDeepStrictEqual } from 'node:util';
import { type Document, isMap, isSeq, LineCounter, type Pair, type YAMLMap, type YAMLSeq } from 'yaml';
import { FleetError } from '../common/errors.ts';
import { atEntry, eolOf, type Item, itemsOf, type Splice, spliced } from './layout.ts';
import { render } from './render.ts';
import { field, pairOf, readDocument } from './source.ts';
import { setKey, unsetKey } from './splice-key.ts';

export type Change =
  /** @param product as it is written: snake_case, without what is left at its default */
  | { kind: 'add'; product: { name: string } & Record<string, unknown> }
  /** @param path e.g. ['caps', 'max_workers']. value undefined: the key is taken out */
  | { kind: 'edit'; name: string; path: [string, ...string[]]; value: unknown }
  | { kind: 'remove'; name: string };

/**
 * @param text of a registry that is valid as it is
 * @returns the same text where nothing would be different
 * @throws FleetError PRODUCT_UNKNOWN; REGISTRY_BY_HAND where it is written in a way that cannot be changed alone
 */
export function changedText(text: string, change: Change, file: string): string {
  const document = readDocument(text);
  const before: unknown = document.toJS({ maxAliasCount: -1 });
  const wanted = meaningOf(before, change);
  if (isDeepStrictEqual(wanted, before)) return text;
  for (const ways of waysTo(change, text, document)) {
    const after = spliced(text, ways);
    const read = readDocument(after);
    if (read.errors.length > 0 || read.warnings.length > 0) continue;
    if (isDeepStrictEqual(meant(read), wanted)) return after;
  }
  throw byHand(text, document, change, file);
}

/** undefined: an alias leads nowhere */
function meant(document: Document.Parsed): unknown {
  try {
    return document.toJS({ maxAliasCount: -1 });
  } catch {
    return undefined;
  }
}

/** What the file is to say afterwards. */
function meaningOf(before: unknown, change: Change): unknown {
  const written = field(before, 'products') ?? [];
  const products: unknown[] = Array.isArray(written) ? written : [];
  const named = (name: string) => {
    const at = products.findIndex((one) => field(one, 'name') === name);
    if (at >= 0) return at;
    throw new FleetError({
      code: 'PRODUCT_UNKNOWN',
      message: `Expected the name of a product in products.yaml, got ${name}.`,
      mend: 'See the names with `fleet products`.',
      product: name,
    });
  };
  if (change.kind === 'add') return { ...object(before), products: [...products, change.product] };
  const at = named(change.name);
  const after = change.kind === 'remove' ? [] : [put(products[at], change.path, change.value)];
  return { ...object(before), products: products.toSpliced(at, 1, ...after) };
}

const object = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};

/** A copy with the value at its path; a mapping that has nothing left is taken out with it. */
function put(value: unknown, [key, ...rest]: readonly string[], to: unknown): unknown {
  if (key === undefined) return to;
  const copy = object(value);
  const inner = put(copy[key], rest, to);
  const gone = inner === undefined || (to === undefined && isDeepStrictEqual(inner, {}));
  if (gone) delete copy[key];
  else copy[key] = inner;
  return copy;
}

/** Each is a set of cuts that would do it, the best looking first. */
function waysTo(change: Change, text: string, document: Document.Parsed): Splice[][] {
  const root = document.contents;
  const pair = isMap(root) ? pairOf(root, 'products') : undefined;
  if (!isMap(root) || pair === undefined) return [];
  const items = isSeq(pair.value) ? itemsOf(text, pair.value) : [];
  if (change.kind === 'add') return waysToAdd(change.product, text, root, pair, items);
  const item = items.find(({ node }) => isMap(node) && nameOf(node) === change.name);
  if (item === undefined || !isMap(item.node)) return [];
  if (change.kind === 'remove') return waysToRemove(item, text, pair, items);
  const { path, value } = change;
  return value === undefined ? unsetKey(text, item.node, path) : setKey(text, item.node, path, value);
}

const nameOf = (map: YAMLMap): unknown => map.get('name');

function waysToAdd(
  product: Record<string, unknown>,
  text: string,
  root: YAMLMap,
  pair: Pair,
  items: Item[],
): Splice[][] {
  const eol = eolOf(text);
  const last = items.at(-1);
  const asBlock = (indent: number) => render.item(product, indent, eol);
  if (last !== undefined && isSeq(pair.value) && pair.value.flow)
    return [[{ at: last.end, end: last.end, text: `, ${render.inline(product)}` }]];
  if (last !== undefined) {
    const apart = items.length > 1 && last.blankBefore ? eol : '';
    return [last.endWithComments, last.endOfLines].map((at) => [
      atEntry(text, at, `${apart}${asBlock(last.indent)}`),
    ]);
  }
  if (isSeq(pair.value) && pair.value.range) {
    const [start, end] = pair.value.range;
    const inside = { at: end - 1, end: end - 1, text: render.inline(product) };
    if (root.flow || text.slice(start + 1, end - 1).trim() !== '') return [[inside]];
  }
  // An empty list, or nothing after the key: the first one goes below it.
  const after = below(text, pair, root);
  return after === null ? [] : [[...after.cuts, atEntry(text, after.at, asBlock(2))]];
}

/** Where a list begins that is `[]` now, or nothing; null: within braces. */
function below(text: string, { key, value }: Pair, root: YAMLMap): { cuts: Splice[]; at: number } | null {
  const keyEnd = field(key, 'range');
  if (root.flow || !Array.isArray(keyEnd)) return null;
  const cuts: Splice[] = [];
  let at: number = keyEnd[1];
  if (isSeq(value) && value.range) {
    const [start, end] = value.range;
    // The blank before it goes too.
    cuts.push({ at: text[start - 1] === ' ' ? start - 1 : start, end, text: '' });
    at = end;
  }
  const newline = text.indexOf('\n', at);
  return { cuts, at: newline < 0 ? text.length : newline + 1 };
}

function waysToRemove(item: Item, text: string, pair: Pair, items: Item[]): Splice[][] {
  const at = items.indexOf(item);
  if (isSeq(pair.value) && pair.value.flow) return outOfBraces(text, pair.value, items, at);
  const none: Splice[] = [];
  const colon = field(pair.key, 'range');
  if (items.length === 1 && Array.isArray(colon)) {
    const behind = text.indexOf(':', colon[1]) + 1;
    none.push({ at: behind, end: behind, text: ' []' });
  }
  const { startOfLine, startWithBlank, endWithComments, endOfLines } = item;
  return [
    [startWithBlank, endWithComments],
    [startOfLine, endWithComments],
    [startOfLine, endOfLines],
  ].map(([start = 0, end = 0]) => {
    // Without a line end at the end of the file, the one before goes.
    const whole = end === text.length && !text.endsWith('\n') && start > 0;
    const from = whole ? start - (text[start - 2] === '\r' ? 2 : 1) : start;
    return [...none, { at: from, end, text: '' }];
  });
}

/** With one comma: beside it where nothing but blanks is between, else the comma alone, so that comments stay. */
function outOfBraces(text: string, seq: YAMLSeq, items: Item[], at: number): Splice[][] {
  const [before, item, after] = [items[at - 1], items[at], items[at + 1]];
  if (item === undefined) return [];
  const cut = (from: number, to: number): Splice => ({ at: from, end: to, text: '' });
  const plain = (from: number, to: number) => /^[\s,]*$/.test(text.slice(from, to));
  const tokens = seq.srcToken?.type === 'flow-collection' ? seq.srcToken.items : [];
  const commas = [tokens[at + 1], tokens[at]].flatMap(
    (one) => one?.start.filter(({ type }) => type === 'comma').map(({ offset }) => offset) ?? [],
  );
  return [
    ...(before && plain(before.end, item.start) ? [[cut(before.end, item.end)]] : []),
    ...(after && plain(item.end, after.start) ? [[cut(item.start, after.start)]] : []),
    ...commas.map((comma) => [cut(comma, comma + 1), cut(item.start, item.end)]),
    [cut(item.start, item.end)],
  ];
}

function byHand(text: string, document: Document.Parsed, change: Change, file: string): FleetError {
  const lines = new LineCounter();
  for (let start = 0; start >= 0; start = text.indexOf('\n', start) + 1 || -1) lines.addNewLine(start);
  const pair = isMap(document.contents) ? pairOf(document.contents, 'products') : undefined;
  const item =
    change.kind !== 'add' && isSeq(pair?.value)
      ? itemsOf(text, pair.value).find(({ node }) => isMap(node) && nameOf(node) === change.name)
      : undefined;
  const range = field(pair?.key, 'range');
  const { line } = lines.linePos(item?.start ?? (Array.isArray(range) ? range[0] : 0));
  const what = change.kind === 'edit' ? `${change.path.join('.')} of ${change.name}` : 'it';
  return new FleetError({
    code: 'REGISTRY_BY_HAND',
    message: `Expected to change ${what} in ${file} and nothing else, got a way of writing around line ${line} that shares it with others (an anchor, a merge) or that this cannot cut.`,
    mend: `Change it there with an editor, then \`fleet check ${file}\`; the running fleet reads it by itself.`,
    ...(change.kind !== 'add' && { product: change.name }),
  });
}
