// How a final report names files for the operator: a line `Artifacts:`, and below it a path a line. What stands there is a
// worker's word, and is only ever a name.
import { cleanText } from './sanitize.ts';

/** The last lines of a final report, as the dispatch text asks for them. */
export const artifactsWanted = [
  'Files that the operator should see, if there are any (screenshots, posts, reports): name them in the last lines of that mail, each by its path in the repository, merged or left where it is:',
  'Artifacts:',
  '- path/of/file.png',
].join('\n');

const head = /^[\s#*_]*artifacts\s*:[\s*_]*$/i;
const mark = /^(?:[-*]|\d+[.)])\s+/;
/** Longer is no path. */
const mostCharacters = 1024;

/**
 * The paths below the last line `Artifacts:` of a report, until an empty line or its end, each once. A list mark and
 * backquotes around a path are left out, and so is the word `none`; everything else is taken as it is.
 */
export function artifactsIn(report: string): string[] {
  const lines = cleanText(report).split('\n');
  const from = lines.findLastIndex((line) => head.test(line));
  if (from < 0) return [];
  const paths: string[] = [];
  for (const line of lines.slice(from + 1)) {
    const said = line
      .trim()
      .replace(mark, '')
      .replace(/^`(.+)`$/, '$1');
    if (said === '') {
      // One may stand between the head and its list.
      if (paths.length === 0) continue;
      break;
    }
    if (!/^\(?none\)?\.?$/i.test(said)) paths.push(said.slice(0, mostCharacters));
  }
  return [...new Set(paths)];
}
