// `npm run docs:errors`: writes docs/errors.md from the codes in the source. A test holds the two equal.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorClasses } from '../src/errors.ts';

const file = 'docs/errors.md';

/** The page as it should be now. */
export async function renderErrorCodes(): Promise<string> {
  const found = new Map<string, { class: string; folder: string }>();
  for (const entry of await readdir('src', { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !/\.tsx?$/.test(entry.name)) continue;
    const path = join(entry.parentPath, entry.name);
    const text = await readFile(path, 'utf8');
    for (const [, code = '', kind = ''] of text.matchAll(/code: '([A-Z_]+)',\s*class: '([a-z-]+)'/g)) {
      found.set(code, { class: kind, folder: path.split('/').slice(0, 2).join('/') });
    }
  }
  const codes = [...found].sort(([a], [b]) => a.localeCompare(b));
  return `# Errors

Every failure has a stable code, a sentence, and a mend: what to do about it. In chat and on the terminal they
read \`CODE: sentence. Mend: …\`; the API and \`--json\` give
\`{"ok":false,"error":{"code","class","message","mend","product"}}\`. The class decides exit code and HTTP status.

| class | exit code | HTTP |
|---|---|---|
${Object.entries(errorClasses)
  .map(([name, { exit, http }]) => `| ${name} | ${exit} | ${http} |`)
  .join('\n')}

Exit code 0 is success. \`fleet wait\` says how an objective ended: 0 done, 10 failed, 11 cancelled, 12 not over in
time. \`fleet attach\` exits with 3 where no session lives.

This page is written by \`npm run docs:errors\`. The codes of \`ov\` itself (\`OV_…\`) are in
[overstory.md](overstory.md) with what causes each.

| code | class | from |
|---|---|---|
${codes.map(([code, { class: kind, folder }]) => `| \`${code}\` | ${kind} | ${folder} |`).join('\n')}
`;
}

if (process.argv[1]?.endsWith('error-codes.ts')) await writeFile(file, await renderErrorCodes());
