// A value as YAML text that source.ts reads back.
import { Document, stringify, visit } from 'yaml';

export const writeYaml = (value: unknown): string => stringify(value);

/** A value as text to be cut in. Never folded: a long address stays one word. */
export const render = {
  /** on one line, as it may stand within braces and brackets too */
  inline(value: unknown): string {
    const document = new Document([value]);
    visit(document, {
      Collection(_, node) {
        node.flow = true;
      },
    });
    const text = document.toString({ lineWidth: 0, flowCollectionPadding: false }).trim().slice(1, -1);
    // Of texts with several lines the library makes several lines.
    return text.includes('\n') ? JSON.stringify(value) : text;
  },
  /** keys on lines of their own, each line with its end */
  lines(value: object, indent: number, eol: string): string {
    const lines = stringify(value, { lineWidth: 0 }).trimEnd().split('\n');
    return lines.map((line) => `${line === '' ? '' : ' '.repeat(indent)}${line}${eol}`).join('');
  },
  /** an entry of a list */
  item(value: object, indent: number, eol: string): string {
    const lines = render.lines(value, indent + 2, eol);
    return `${' '.repeat(indent)}- ${lines.slice(indent + 2)}`;
  },
};
