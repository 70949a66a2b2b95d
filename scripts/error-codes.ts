// `npm run docs -- errors`: writes docs/errors.md from the catalogue of codes. A test holds the two equal.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CatalogueEntry, errorCatalogue } from '../src/common/error-catalogue.ts';
import { errorClasses } from '../src/common/errors.ts';

const file = 'docs/errors.md';

/** The codes of the catalogue that no file of the source names: nothing gives them any more. */
export async function unusedCodes(): Promise<string[]> {
  const texts: string[] = [];
  for (const entry of await readdir('src', { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && /\.tsx?$/.test(entry.name) && !path.endsWith('error-catalogue.ts'))
      texts.push(await readFile(path, 'utf8'));
  }
  return Object.keys(errorCatalogue).filter((code) => !texts.some((text) => text.includes(`'${code}'`)));
}

function meaning({
  startsAgain,
  untilMended,
  mayHaveHappened,
  screen,
  gate,
  ofSession,
  caution,
}: CatalogueEntry): string {
  const said = [
    ...(mayHaveHappened ? ['the effect may have happened'] : []),
    ...(startsAgain === false ? ['starting again does not help'] : []),
    ...(untilMended ? ['stays until it is mended: told at once'] : []),
    ...(screen ? ['on the screen of Claude Code'] : []),
    ...(gate ? [`a gate: ${gate}`] : []),
    ...(ofSession ? ['of a running session'] : []),
    ...(caution ? ['a caution too'] : []),
  ];
  return said.length === 0 ? '–' : said.join('; ');
}

/** The page as it should be now. */
export function renderErrorCodes(): string {
  const codes = Object.entries<CatalogueEntry>(errorCatalogue).sort(([a], [b]) => a.localeCompare(b));
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

| code | class | what it means for what comes next |
|---|---|---|
${codes.map(([code, entry]) => `| \`${code}\` | ${entry.class} | ${meaning(entry)} |`).join('\n')}
`;
}

if (process.argv[1]?.endsWith('error-codes.ts')) await writeFile(file, renderErrorCodes());
