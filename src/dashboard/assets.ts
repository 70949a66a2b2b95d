// What is served as it is: our own styles and scripts, and the library that knows the syntax of languages. Built,
// all of it lies beside the program; from the sources the library is where npm put it.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** One idea each; sent as one sheet, in this order: a page waits for one request before it is painted. */
const styles = [
  'base',
  'frame',
  'rows',
  'budget',
  'timeline',
  'mail',
  'forms',
  'acts',
  'blueprint',
  'changes',
  'artifacts',
  'history',
  'palette',
  'screen',
  'worker',
];
const scripts = ['live.js', 'acts.js', 'palette.js', 'notify.js', 'diff.js', 'highlight.js'];

export interface Asset {
  name: string;
  type: string;
  body: Buffer<ArrayBuffer>;
}

export const assets = (): Asset[] => [
  {
    name: 'style.css',
    type: 'text/css; charset=utf-8',
    body: Buffer.concat(styles.map((name) => read(`style/${name}.css`))),
  },
  ...scripts.map((name) => ({ name, type: 'text/javascript; charset=utf-8', body: read(name) })),
];

function read(name: string): Buffer<ArrayBuffer> {
  const beside = new URL(`./assets/${name}`, import.meta.url);
  return readFileSync(
    existsSync(beside)
      ? beside
      : createRequire(import.meta.url).resolve('@highlightjs/cdn-assets/es/highlight.min.js'),
  );
}
