// What is served as it is: our own style sheet and scripts, and the library that knows the syntax of languages. Built,
// all of it lies beside the program; from the sources the library is where npm put it.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const script = 'text/javascript; charset=utf-8';
const types = {
  'style.css': 'text/css; charset=utf-8',
  'live.js': script,
  'diff.js': script,
  'highlight.js': script,
} as const;

export interface Asset {
  name: string;
  type: string;
  body: Buffer<ArrayBuffer>;
}

export const assets = (): Asset[] =>
  Object.entries(types).map(([name, type]) => {
    const beside = new URL(`./assets/${name}`, import.meta.url);
    const file = existsSync(beside)
      ? beside
      : createRequire(import.meta.url).resolve('@highlightjs/cdn-assets/es/highlight.min.js');
    return { name, type, body: readFileSync(file) };
  });
