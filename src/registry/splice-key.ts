// One key of a product, in the text: set or taken out, in its own lines or within braces.
import { isAlias, isCollection, isMap, isNode, isScalar, type Pair, type YAMLMap } from 'yaml';
import { atEntry, contentEnd, endOfLine, eolOf, inBraces, type Splice } from './layout.ts';
import { render } from './render.ts';
import { keyOf, pairOf } from './source.ts';

/** @returns ways to do it, the best looking first; none of them need be right */
export function setKey(text: string, map: YAMLMap, path: readonly string[], value: unknown): Splice[][] {
  const [key = '', ...rest] = path;
  const pair = pairOf(map, key);
  if (pair === undefined) return insert(text, map, key, nest(rest, value));
  if (rest.length > 0 && isMap(pair.value) && pair.value.items.length > 0)
    return setKey(text, pair.value, rest, value);
  return replace(text, pair, nest(rest, value));
}

const nest = (path: readonly string[], value: unknown): unknown =>
  path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);

function replace(text: string, pair: Pair, value: unknown): Splice[][] {
  const inline = render.inline(value);
  const colon = colonOf(text, pair);
  const end = contentEnd(pair);
  const behindColon: Splice = {
    at: colon,
    end: Math.max(colon, withoutLineEnd(text, end)),
    text: ` ${inline}`,
  };
  const old = pair.value;
  const isInline =
    isNode(old) && !isAlias(old) && (isCollection(old) ? old.flow : isScalar(old) && oneLine(old));
  if (!isInline || !isNode(old) || !old.range || (isScalar(old) && old.source === '')) return [[behindColon]];
  return [[{ at: old.range[0], end: old.range[1], text: inline }], [behindColon]];
}

const oneLine = ({ type }: { type?: string }) => type !== 'BLOCK_LITERAL' && type !== 'BLOCK_FOLDED';

/** Of a block that ends with its line: the line end stays. */
function withoutLineEnd(text: string, end: number): number {
  let at = end;
  while (at > 0 && (text[at - 1] === '\n' || text[at - 1] === '\r')) at--;
  return at;
}

function colonOf(text: string, { key, srcToken }: Pair): number {
  const token =
    srcToken && 'sep' in srcToken ? srcToken.sep?.find(({ type }) => type === 'map-value-ind') : undefined;
  if (token) return token.offset + 1;
  return text.indexOf(':', isNode(key) ? key.range?.[1] : 0) + 1;
}

function insert(text: string, map: YAMLMap, key: string, value: unknown): Splice[][] {
  const last = map.items.at(-1);
  if (last === undefined) return [];
  if (inBraces(map)) {
    const at = contentEnd(last);
    return [[{ at, end: at, text: `, ${render.inline({ [key]: value }).slice(1, -1)}` }]];
  }
  const indent = map.srcToken?.type === 'block-map' ? map.srcToken.indent : 0;
  const lines = render.lines({ [key]: value }, indent, eolOf(text));
  return [last, ...map.items.slice(0, 1)].map((pair) => [
    atEntry(text, endOfLine(text, contentEnd(pair)), lines),
  ]);
}

/** @returns ways to do it, the best looking first; none of them need be right */
export function unsetKey(text: string, map: YAMLMap, path: readonly string[]): Splice[][] {
  const [key = '', ...rest] = path;
  const at = map.items.findIndex((pair) => keyOf(pair) === key);
  const pair = map.items[at];
  if (pair === undefined) return [];
  if (rest.length > 0 && isMap(pair.value) && pair.value.items.length > 1)
    return unsetKey(text, pair.value, rest);
  const start = isNode(pair.key) ? (pair.key.range?.[0] ?? 0) : 0;
  const end = contentEnd(pair);
  const [before, after] = [map.items[at - 1], map.items[at + 1]];
  if (inBraces(map)) {
    if (before) return [[{ at: contentEnd(before), end, text: '' }]];
    const next = after && isNode(after.key) ? (after.key.range?.[0] ?? end) : end;
    return [[{ at: start, end: next, text: '' }]];
  }
  const line = text.lastIndexOf('\n', start - 1) + 1;
  // Behind the dash of its entry the dash stays.
  if (text.slice(line, start).trim() !== '')
    return [[{ at: start, end: withoutLineEnd(text, end), text: '' }]];
  const next = endOfLine(text, end);
  const open = next === text.length && !text.endsWith('\n') && line > 0;
  return [[{ at: open ? line - (text[line - 2] === '\r' ? 2 : 1) : line, end: next, text: '' }]];
}
