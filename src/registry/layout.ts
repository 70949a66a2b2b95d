// Where the lines of a list's entries begin and end in a YAML text, with the comments that are theirs.
import { isAlias, isCollection, isMap, isNode, isPair, isScalar, type Node, type YAMLSeq } from 'yaml';

/** Text in the place of what stands from `at` to before `end`. */
export interface Splice {
  at: number;
  end: number;
  text: string;
}

/** @param cuts that do not overlap */
export const spliced = (text: string, cuts: Splice[]): string =>
  cuts
    .toSorted((a, b) => b.at - a.at || b.end - a.end)
    .reduce((whole, { at, end, text: piece }) => whole.slice(0, at) + piece + whole.slice(end), text);

export const eolOf = (text: string): string => (/\r\n|\n/.exec(text)?.[0] === '\r\n' ? '\r\n' : '\n');

/** Lines at the beginning of one, also where the last line of the text has no end. @param lines with a line end each */
export function atEntry(text: string, at: number, lines: string): Splice {
  if (at < text.length || text === '' || text.endsWith('\n')) return { at, end: at, text: lines };
  const eol = eolOf(text);
  return { at, end: at, text: `${eol}${lines.slice(0, -eol.length)}` };
}

export interface Item {
  node: Node;
  /** of the node itself, without its anchor */
  start: number;
  /** behind its last character */
  end: number;
  /** column of its dash */
  indent: number;
  startOfLine: number;
  /** the same, or of an empty line before it */
  startWithBlank: number;
  blankBefore: boolean;
  /** behind its last line */
  endOfLines: number;
  /** behind the comments below it that are indented as its keys are */
  endWithComments: number;
}

export function itemsOf(text: string, seq: YAMLSeq): Item[] {
  const indent = seq.srcToken?.type === 'block-seq' ? seq.srcToken.indent : 0;
  const dashes = seq.srcToken?.type === 'block-seq' ? seq.srcToken.items : [];
  return seq.items.flatMap((node, index): Item[] => {
    if (!isNode(node) || !node.range) return [];
    const dash = dashes[index]?.start.find(({ type }) => type === 'seq-item-ind')?.offset ?? node.range[0];
    const startOfLine = text.lastIndexOf('\n', dash - 1) + 1;
    const before = text.lastIndexOf('\n', startOfLine - 2) + 1;
    const blankBefore = startOfLine > 0 && text.slice(before, startOfLine).trim() === '';
    const end = contentEnd(node);
    const endOfLines = endOfLine(text, end);
    return [
      {
        node,
        start: node.range[0],
        end,
        indent,
        startOfLine,
        startWithBlank: blankBefore ? before : startOfLine,
        blankBefore,
        endOfLines,
        endWithComments: behindComments(text, endOfLines, indent),
      },
    ];
  });
}

/** Behind what is written of it: without the comments and empty lines that the library counts to it. */
export function contentEnd(node: unknown): number {
  if (isPair(node)) {
    const { key, value } = node;
    const empty = !isNode(value) || (isScalar(value) && value.value === null && value.source === '');
    return contentEnd(empty ? key : value);
  }
  if (!isNode(node) || !node.range) return 0;
  if (isCollection(node) && !isAlias(node) && node.flow !== true) {
    const last = node.items.at(-1);
    if (last !== undefined) return contentEnd(last);
  }
  return node.range[1];
}

/** The beginning of the next line; where `at` is one already, `at`. */
export function endOfLine(text: string, at: number): number {
  if (text[at - 1] === '\n') return at;
  const newline = text.indexOf('\n', at);
  return newline < 0 ? text.length : newline + 1;
}

function behindComments(text: string, from: number, indent: number): number {
  let end = from;
  for (let at = from; at < text.length; ) {
    const next = endOfLine(text, at + 1);
    const line = text.slice(at, next);
    const comment = /^([ \t]*)#/.exec(line);
    if (comment && (comment[1] ?? '').length > indent) end = next;
    else if (line.trim() !== '') break;
    at = next;
  }
  return end;
}

/** Whether the pairs of a mapping stand within braces. */
export const inBraces = (node: unknown): boolean => isMap(node) && node.flow === true;
