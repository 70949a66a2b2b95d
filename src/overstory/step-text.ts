// The words in what overstory's books keep of a step: arguments of a tool, what an agent says, what a tool answered.
import { cleanText } from './sanitize.ts';

const mostCharacters = 2_000;

/**
 * @param kept  JSON in a string, or text; null: nothing is kept
 * @returns the words, all of it where it has none of a known name, without control characters and shortened; null: there are none
 */
export function stepText(kept: string | null): string | null {
  if (kept === null) return null;
  let value: unknown = kept;
  try {
    value = JSON.parse(kept);
  } catch {
    // as it is read a second time: words already
  }
  const words = cleanText(wordsOf(value) || kept).trim();
  if (words === '') return null;
  return words.length > mostCharacters ? `${words.slice(0, mostCharacters).toWellFormed()} …` : words;
}

/** Where the words are: of overstory's hooks `summary`, of a headless agent's events the others. */
const named = ['summary', 'text', 'result', 'content', 'command', 'file_path', 'path', 'pattern', 'message'];

function wordsOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(wordsOf).filter(Boolean).join('\n');
  if (typeof value !== 'object' || value === null) return '';
  const fields = value as Record<string, unknown>;
  for (const name of named) {
    const words = wordsOf(fields[name]);
    if (words !== '') return words;
  }
  return '';
}
