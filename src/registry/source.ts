// Text → value, remembering where in the file everything stands. This file knows how the YAML library is to read; beside it only what writes (render.ts) and cuts into a text (splice.ts, splice-key.ts, layout.ts) sees it.
import { isUtf8 } from 'node:buffer';
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  parseDocument,
  visit,
  type YAMLMap,
} from 'yaml';
import { core } from 'zod';
import { RegistryError } from './error.ts';
import type { RegistryProblem } from './registry.ts';

/**
 * How often one anchor may be used, aliases within aliases multiplied (a "billion laughs" file). As often as there may
 * be products, which may share their defaults; the anchor itself counts as one.
 */
const maxAliasCount = 1_001;

const reading = {
  prettyErrors: false,
  // would compare every key with every other; readNodes() finds duplicates in one pass
  uniqueKeys: false,
  stringKeys: true,
  schema: 'core',
  merge: true,
  resolveKnownTags: false,
} as const;

/** With the tokens that it was read from, for who cuts into its text. */
export const readDocument = (text: string): Document.Parsed =>
  parseDocument(text, { ...reading, keepSourceTokens: true });

export interface YamlSource {
  /** `<<` merged, and without what stands at the top under `x-…`: a place for anchors, as in compose files. */
  value: unknown;
  /** Duplicate keys, aliases without an anchor, and what cannot be merged. */
  problems: RegistryProblem[];
  /**
   * A problem at the place of `path`, at its key when asked; a place that is missing from the file gives
   * the nearest one around it, and a place reached through an alias or a merge gives that.
   */
  problem(path: PropertyKey[], expected: string, got: string, at?: 'key'): RegistryProblem;
}

/** What is there, in a few words, with no password in it. */
export function show(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object') return 'a mapping';
  if (typeof value !== 'string') return String(value);
  const safe = withoutPasswords(value);
  return JSON.stringify(safe.length > 100 ? `${safe.slice(0, 100)}…` : safe);
}

function withoutPasswords(text: string): string {
  return (
    text
      .replace(/\/\/[^/@\s]*@/g, '//…@')
      .replace(/^[^/@\s:]*:[^/@\s]*@/, '…@')
      // a key of Anthropic's too: put where its variable's name belongs, it must not end in a log
      .replace(/sk-ant-[\w-]+/g, 'sk-ant-…')
  );
}

/**
 * @throws RegistryError when there is no value to check: bytes that are not UTF-8, syntax, an unresolved or
 *   excessive alias, an empty file
 * @param firstKey named where there is nothing at all
 */
export function openYaml(bytes: Buffer, file: string, firstKey = 'products'): YamlSource {
  const text = new TextDecoder().decode(bytes);
  // filled here, because the parser forgets line ends inside some broken constructs
  const lines = new LineCounter();
  for (let start = 0; start >= 0; start = text.indexOf('\n', start) + 1 || -1) lines.addNewLine(start);
  const problemAt = (offset: number, path: PropertyKey[], expected: string, got: string): RegistryProblem => {
    const { line, col: column } = lines.linePos(offset);
    return { file, line, column, path: core.toDotPath(path), expected, got };
  };
  const syntax = (offset: number, message: string) =>
    problemAt(offset, [], 'valid YAML', `an error: ${withoutPasswords(message)}`);

  if (!isUtf8(bytes))
    throw new RegistryError(file, [
      { ...problemAt(0, [], 'UTF-8 text', 'a byte sequence that is not UTF-8'), ...firstBroken(bytes) },
    ]);
  const document = parseDocument(text, reading);
  const broken = [...document.errors, ...document.warnings];
  if (broken.length > 0)
    throw new RegistryError(
      file,
      broken.map(({ pos: [offset], code, message }) =>
        code === 'MULTIPLE_DOCS'
          ? problemAt(offset, [], 'one document', 'a second one')
          : syntax(offset, message),
      ),
    );

  const { problems, pairs, aliases } = readNodes(document, problemAt);
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount });
  } catch (error) {
    // only aliases fail here, see Alias.resolve of the library
    const reason = error instanceof Error ? error.message : String(error);
    throw new RegistryError(file, problems.length > 0 ? problems : [syntax(aliases[0] ?? 0, reason)]);
  }
  if (value === null || value === undefined)
    throw new RegistryError(file, [problemAt(0, [], `a mapping with the key ${firstKey}`, 'an empty file')]);
  return {
    value: withoutExtensions(value),
    problems,
    problem: (path, expected, got, where) =>
      problemAt(offsetOf(document, pairs, path, where), path, expected, got),
  };
}

function withoutExtensions(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => !key.startsWith('x-')));
}

/** A key's own value; undefined: no mapping, or no such key. */
export function field(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null
    ? Object.getOwnPropertyDescriptor(value, key)?.value
    : undefined;
}

/** Where (counted from 1) the first byte sequence stands that is not UTF-8. */
function firstBroken(bytes: Buffer): { line: number; column: number } {
  let line = 1;
  for (let start = 0; ; line++) {
    const newline = bytes.indexOf(0x0a, start);
    const piece = bytes.subarray(start, newline === -1 ? bytes.length : newline);
    if (!isUtf8(piece)) return { line, column: piece.toString('utf8').indexOf('\uFFFD') + 1 };
    start = newline + 1;
  }
}

/** The last of duplicate keys is the one that counts, as in the value. */
type Pairs = Map<YAMLMap, Map<string, Pair>>;

export const keyOf = ({ key }: Pair): string => String(isScalar(key) ? key.value : key);
/** Not one that is merged in. */
export const pairOf = (map: YAMLMap, key: string): Pair | undefined =>
  map.items.findLast((pair) => keyOf(pair) === key);
const mergeKey = '<<';
/** In quotes it is a key as any other. */
const merges = (pair: Pair) => isScalar(pair.key) && pair.key.type === 'PLAIN' && keyOf(pair) === mergeKey;

/** Duplicate keys, aliases without an anchor, what cannot be merged, and an index of keys, in one pass. */
function readNodes(
  document: Document.Parsed,
  problemAt: (offset: number, path: PropertyKey[], expected: string, got: string) => RegistryProblem,
): { problems: RegistryProblem[]; pairs: Pairs; aliases: number[] } {
  const problems: RegistryProblem[] = [];
  const pairs: Pairs = new Map();
  const aliases: number[] = [];
  /** What each stands for here: an anchor may be given again further down. */
  const anchors = new Map<string, unknown>();
  const anchored = (node: unknown) => (isAlias(node) ? anchors.get(node.source) : node);
  visit(document, {
    Map(_, map, ancestors) {
      if (map.anchor) anchors.set(map.anchor, map);
      const byKey = new Map<string, Pair>();
      for (const pair of map.items) {
        const key = keyOf(pair);
        if (byKey.has(key)) {
          const path = [...pathOf([...ancestors, map]), key];
          problems.push(problemAt(startOf(pair.key) ?? 0, path, 'each key once', `${show(key)} again`));
        }
        byKey.set(key, pair);
      }
      pairs.set(map, byKey);
    },
    Pair(_, pair, ancestors) {
      if (!merges(pair)) return;
      const merged = anchored(pair.value);
      for (const one of isSeq(merged) ? merged.items : [merged]) {
        // An alias without an anchor is told as one.
        if (isMap(anchored(one)) || (anchored(one) === undefined && (isAlias(one) || isAlias(pair.value))))
          continue;
        problems.push(
          problemAt(
            startOf(isAlias(pair.value) ? pair.value : one) ?? startOf(pair.key) ?? 0,
            pathOf([...ancestors, pair]),
            'a mapping, or a list of mappings, to merge',
            show(isScalar(one) ? one.value : isSeq(one) ? one.items : one),
          ),
        );
      }
    },
    Seq: (_, node) => void (node.anchor && anchors.set(node.anchor, node)),
    Scalar: (_, node) => void (node.anchor && anchors.set(node.anchor, node)),
    Alias(_, alias, ancestors) {
      const offset = startOf(alias) ?? 0;
      aliases.push(offset);
      if (anchors.has(alias.source)) return;
      const path = pathOf([...ancestors, alias]);
      problems.push(problemAt(offset, path, 'an anchor above the alias', `*${alias.source} without one`));
    },
  });
  return { problems, pairs, aliases };
}

function pathOf(chain: readonly unknown[]): PropertyKey[] {
  return chain.flatMap((node, depth): PropertyKey[] => {
    if (isPair(node)) return [keyOf(node)];
    return isSeq(node) && depth < chain.length - 1 ? [node.items.indexOf(chain[depth + 1])] : [];
  });
}

function offsetOf(document: Document.Parsed, pairs: Pairs, path: PropertyKey[], where?: 'key'): number {
  let node: unknown = document.contents;
  let offset = document.contents?.range[0] ?? 0;
  for (const [depth, segment] of path.entries()) {
    if (isMap(node)) {
      const pair = pairs.get(node)?.get(String(segment));
      if (!pair) return startOf(pairs.get(node)?.get(mergeKey)?.key) ?? offset;
      offset = startOf(pair.key) ?? offset;
      if (where === 'key' && depth === path.length - 1) return offset;
      node = pair.value;
      // nothing after the key: the key is the place
      if (isScalar(node) && node.value === null && node.source === '') return offset;
    } else if (isSeq(node)) node = node.items[Number(segment)];
    else return offset;
    offset = startOf(node) ?? offset;
  }
  return offset;
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}
