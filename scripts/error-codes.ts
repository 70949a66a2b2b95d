// `npm run docs -- errors`: writes docs/errors.md from the codes in the source. A test holds the two equal.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorClasses } from '../src/common/errors.ts';

const file = 'docs/errors.md';

const name = '[A-Z][A-Z0-9]+(?:_[A-Z0-9]+)*';
/** What a code may be given as, each with the code or codes in its first group and what says the class in its second. */
const given = [
  // { code: 'A', class: 'refused' }, also { code: a ? 'A' : 'B', class: … }
  new RegExp(`\\bcode: ([^\\n]*'${name}'[^\\n]*),\\s*class: ([^\\n]*)`, 'g'),
  // a caution: nothing is refused by it
  new RegExp(`\\bcode: ('${name}'),\\s*(weight): `, 'g'),
  // a menu of Claude Code, and what else is told by its screen
  new RegExp(`\\bcode: ('${name}'),\\s*(pattern): `, 'g'),
  // refuse('A', …), refused(product, 'A', …)
  new RegExp(`\\b(?:refuse|refused)\\(\\s*(?:\\w+,\\s*)?('${name}')(,)`, 'g'),
];
const classesBy: Record<string, string> = { weight: 'caution', pattern: 'refused', ',': 'refused' };

/** Each code that the source can give, with its classes and the folders that give it. */
export async function errorCodes(): Promise<Map<string, { classes: Set<string>; folders: Set<string> }>> {
  const found = new Map<string, { classes: Set<string>; folders: Set<string> }>();
  for (const entry of await readdir('src', { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !/\.tsx?$/.test(entry.name)) continue;
    const path = join(entry.parentPath, entry.name);
    const folder = path.split('/').slice(0, 2).join('/');
    // What the simulator says are overstory's own words.
    if (folder === 'src/simulator') continue;
    const text = await readFile(path, 'utf8');
    // class: code === 'A' ? 'not-found' : …
    const [, one, other] = new RegExp(`class: code === '(${name})' \\? '([a-z-]+)'`).exec(text) ?? [];
    for (const [, codes = '', told = ''] of given.flatMap((way) => [...text.matchAll(way)]))
      for (const [, code = ''] of codes.matchAll(new RegExp(`'(${name})'`, 'g'))) {
        const known = found.get(code) ?? { classes: new Set(), folders: new Set() };
        const kinds = [...told.matchAll(/'([a-z-]+)'/g)].map(([, kind = '']) => kind);
        const by = code === one && other !== undefined ? other : classesBy[told];
        for (const kind of by === undefined ? kinds : [by]) known.classes.add(kind);
        found.set(code, { ...known, folders: known.folders.add(folder) });
      }
  }
  return found;
}

/** The page as it should be now. */
export async function renderErrorCodes(): Promise<string> {
  const found = await errorCodes();
  const codes = [...found].sort(([a], [b]) => a.localeCompare(b));
  return `# Errors

Every failure has a stable code, a sentence, and a mend: what to do about it. In chat and on the terminal they
read \`CODE: sentence. Mend: …\`; the API and \`--json\` give
\`{"ok":false,"error":{"code","class","message","mend","product"}}\`. The class decides exit code and HTTP status.
The API itself is in [openapi.json](openapi.json).

| class | exit code | HTTP |
|---|---|---|
${Object.entries(errorClasses)
  .map(([name, { exit, http }]) => `| ${name} | ${exit} | ${http} |`)
  .join('\n')}

Exit code 0 is success. \`fleet wait\` says how an objective ended: 0 done, 10 failed, 11 cancelled, 12 not over in
time. \`fleet attach\` exits with 3 where no session lives.

A code of class caution stops nothing: it is said before a start, in \`fleet doctor\` and in the result, about a
repository in a state that would waste the work ([repositories.md](repositories.md)).

This page is written by \`npm run docs -- errors\`. The codes of \`ov\` itself (\`OV_…\`) are in
[overstory.md](overstory.md) with what causes each.

| code | class | from |
|---|---|---|
${codes.map(([code, { classes, folders }]) => `| \`${code}\` | ${list(classes)} | ${list(folders)} |`).join('\n')}
`;
}

const list = (words: Set<string>): string => [...words].sort().join(', ');

if (process.argv[1]?.endsWith('error-codes.ts')) await writeFile(file, await renderErrorCodes());
