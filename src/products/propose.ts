// What a repository would be called here, of which type and how heavy its sessions are to be expected.
import { basename } from 'node:path';
import { nameSchema } from '../registry/schema.ts';
import type { Description } from './describe.ts';

export interface Proposal {
  name: string;
  type: string;
  weight: number;
}

const longestName = 41;
const mib = 1024 ** 2;
const spoken: [RegExp, string][] = [
  [/support|tickets?|helpdesk|service-?desk/, 'support'],
  [/marketing|blog|content|newsletter|social|press|campaign/, 'marketing'],
];

/** @param taken names of products that are there */
export function propose(about: Description, taken: readonly string[]): Proposal {
  return { name: freeName(nameOf(about.at), taken), type: typeOf(about), weight: weightOf(about) };
}

/** `https://host/you/Web_Shop.git` → `web-shop` */
function nameOf(at: string): string {
  const last = basename(at.replace(/[/:]+$/, '').replace(/^.*:(?!\/)/, ''));
  const name = last
    .replace(/\.git$/, '')
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, longestName)
    .replace(/-+$/, '');
  return nameSchema.safeParse(name).success ? name : 'product';
}

function freeName(name: string, taken: readonly string[]): string {
  for (let n = 1; ; n++) {
    const end = n === 1 ? '' : `-${n}`;
    const candidate = `${name.slice(0, longestName - end.length)}${end}`;
    if (!taken.includes(candidate)) return candidate;
  }
}

function typeOf({ at, written }: Description): string {
  const said = spoken.find(([words]) => words.test(nameOf(at)))?.[1];
  if (written === null) return said ?? 'code';
  // Much text beside a little code (a script, a template) is no program.
  return said !== undefined && written.code < written.prose ? said : 'code';
}

function weightOf(about: Description): number {
  const { written } = about;
  if (typeOf(about) !== 'code') return 1;
  const bytes = written?.code ?? 0;
  const bySize = bytes < 2 * mib ? 1 : bytes < 20 * mib ? 2 : 3;
  return bySize + (written?.compiled ? 1 : 0);
}
