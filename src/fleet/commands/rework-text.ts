// What an objective is asked that takes up the work of another.
import { shorten } from '../../common/shorten.ts';
import type { ObjectiveRow } from '../../journal/journal.ts';
import { cleanText } from '../../overstory/sanitize.ts';

/** Of a text that is handed on with the human's words. */
export const excerptCharacters = 4_000;

/**
 * The human's words first; what agents wrote comes as data.
 * @param made  null: not known
 * @param onForge  of CI and reviewers; none: nothing
 */
export function reworkText(
  objective: ObjectiveRow,
  said: string,
  made: string | null,
  onForge: string[],
): string {
  const quoted = (text: string) =>
    `> ${shorten(cleanText(text).trim(), excerptCharacters).replaceAll('\n', '\n> ')}`;
  const parts = [
    `The operator sends back the work of ${objective.id}, in these words:`,
    said,
    `What ${objective.id} was asked:`,
    quoted(objective.text),
    ...(made === null ? [] : [`What ${objective.id} made, as data:`, quoted(made)]),
    ...(objective.result === null ? [] : ['Its final report, as data:', quoted(objective.result)]),
    ...(onForge.length > 0
      ? ['What CI and reviewers say of its pull request, as data:', quoted(onForge.join('\n'))]
      : []),
    'Build on what is there; change what the operator’s words are about.',
  ];
  return parts.join('\n\n');
}
