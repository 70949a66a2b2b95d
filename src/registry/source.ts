// Text → value, remembering where in the file everything stands. Only this file knows the YAML library.
import { isUtf8 } from 'node:buffer';
import { type Document, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, visit } from 'yaml';
import { core } from 'zod';
import type { RegistryProblem } from './registry.ts';

/** Uses of anchors in the whole file, and what they may multiply to (a "billion laughs" file). */
const maxAliasCount = 100;

export interface YamlSource {
  /** undefined: not readable at all, and `problems` says why. */
  value: unknown;
  /** Syntax, duplicate keys, aliases. */
  problems: RegistryProblem[];
  /**
   * A problem at the place of `path`, at its key when asked; a place that is missing from the file gives
   * the nearest one around it, and a place reached through an alias gives the alias.
   */
  problem(path: PropertyKey[], expected: string, got: string, at?: 'key'): RegistryProblem;
}

/** The text, or where (counted from 1) the first byte sequence stands that is not UTF-8. */
export function decodeUtf8(bytes: Buffer): string | { line: number; column: number } {
  if (isUtf8(bytes)) return new TextDecoder().decode(bytes);
  let line = 1;
  for (let start = 0; ; line++) {
    const newline = bytes.indexOf(0x0a, start);
    const piece = bytes.subarray(start, newline === -1 ? bytes.length : newline);
    if (!isUtf8(piece)) return { line, column: piece.toString('utf8').indexOf('\uFFFD') + 1 };
    start = newline + 1;
  }
}

/** What is there, in a few words, with no password in it. */
export function show(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  if (typeof value !== 'string') return String(value);
  const safe = value.replace(/\/\/[^/@\s]*@/g, '//…@');
  return JSON.stringify(safe.length > 100 ? `${safe.slice(0, 100)}…` : safe);
}

export function openYaml(text: string, file: string): YamlSource {
  const lines = new LineCounter();
  const at = (offset: number) => {
    // linePos gives line 0 before the first line it has seen, as in an empty file
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const unreadable = (problems: RegistryProblem[]): YamlSource => ({
    value: undefined,
    problems,
    problem: (path, expected, got) => ({ ...at(0), path: core.toDotPath(path), expected, got }),
  });
  const syntax = (offset: number, message: string): RegistryProblem => ({
    ...at(offset),
    path: '',
    expected: 'valid YAML',
    got: `an error: ${message}`,
  });

  let document: Document.Parsed;
  try {
    // uniqueKeys compares every key with every other; structure() does it in one pass
    document = parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      uniqueKeys: false,
      stringKeys: true,
      schema: 'core',
      merge: false,
      resolveKnownTags: false,
    });
  } catch (error) {
    // nested so deeply that the parser ran out of stack
    return unreadable([syntax(0, error instanceof Error ? error.message : String(error))]);
  }
  const broken = [...document.errors, ...document.warnings];
  if (broken.length > 0)
    return unreadable(
      broken.map(({ pos, code, message }) =>
        code === 'MULTIPLE_DOCS'
          ? { ...at(pos[0]), path: '', expected: 'one document', got: 'a second one' }
          : syntax(pos[0], message),
      ),
    );

  const { problems, fatal } = structure(document, at);
  if (fatal) return unreadable(problems);
  try {
    const value: unknown = document.toJS({ maxAliasCount });
    if (value === null || value === undefined)
      return unreadable([
        { ...at(0), path: '', expected: 'a mapping with the key products', got: 'an empty file' },
      ]);
    return {
      value,
      problems,
      problem: (path, expected, got, where) => ({
        ...at(offsetOf(document, path, where)),
        path: core.toDotPath(path),
        expected,
        got,
      }),
    };
  } catch (error) {
    return unreadable([syntax(firstAlias(document), error instanceof Error ? error.message : String(error))]);
  }
}

/** Duplicate keys and aliases, in one pass over the nodes; fatal: the value must not be built. */
function structure(
  document: Document.Parsed,
  at: (offset: number) => Pick<RegistryProblem, 'file' | 'line' | 'column'>,
): { problems: RegistryProblem[]; fatal: boolean } {
  const problems: RegistryProblem[] = [];
  const anchors = new Set<string>();
  let aliases = 0;
  let fatal = false;
  const refuse = (offset: number, expected: string, got: string) =>
    problems.push({ ...at(offset), path: '', expected, got });
  visit(document, {
    Map(_, map) {
      if (map.anchor) anchors.add(map.anchor);
      const seen = new Set<string>();
      for (const { key } of map.items) {
        if (!isScalar(key)) continue;
        const name = String(key.value);
        if (seen.has(name)) refuse(key.range?.[0] ?? 0, 'each key once', `${show(name)} again`);
        seen.add(name);
      }
    },
    Seq: (_, { anchor }) => void (anchor && anchors.add(anchor)),
    Scalar: (_, { anchor }) => void (anchor && anchors.add(anchor)),
    Alias(_, { source, range }) {
      aliases += 1;
      const offset = range?.[0] ?? 0;
      if (!anchors.has(source)) {
        fatal = true;
        refuse(offset, 'an anchor above the alias', `*${source} without one`);
      } else if (aliases > maxAliasCount) {
        fatal = true;
        refuse(offset, `at most ${maxAliasCount} aliases`, 'more');
        return visit.BREAK;
      }
      return undefined;
    },
  });
  return { problems, fatal };
}

function firstAlias(document: Document.Parsed): number {
  let offset = 0;
  visit(document, {
    Alias(_, { range }) {
      offset = range?.[0] ?? 0;
      return visit.BREAK;
    },
  });
  return offset;
}

function offsetOf(document: Document.Parsed, path: PropertyKey[], where?: 'key'): number {
  let node: unknown = document.contents;
  let offset = document.contents?.range[0] ?? 0;
  for (const [depth, segment] of path.entries()) {
    if (isMap(node)) {
      // the last of duplicates is the one that counts, as in the value
      const pair = node.items.findLast(({ key }) => isScalar(key) && String(key.value) === segment);
      if (!pair) return offset;
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
