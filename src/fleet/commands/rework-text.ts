// What an objective is asked that takes up the work of another.
import { shorten } from '../../common/shorten.ts';
import type { DiffReply } from '../../contract/runtime/diff.ts';
import type { ObjectiveRow } from '../../journal/journal.ts';
import { cleanText } from '../../overstory/sanitize.ts';

/** Of a text that is handed on with the human's words. */
export const excerptCharacters = 4_000;
const shownCommits = 30;

export type Made = DiffReply & { base: string };

/** The human's words first; what agents wrote comes as data. */
export function reworkText(objective: ObjectiveRow, said: string, made: Made | null): string {
  const quoted = (text: string) =>
    `> ${shorten(cleanText(text).trim(), excerptCharacters).replaceAll('\n', '\n> ')}`;
  const parts = [
    `The operator sends back the work of ${objective.id}, in these words:`,
    said,
    `What ${objective.id} was asked:`,
    quoted(objective.text),
    ...(made === null
      ? []
      : [
          `What it made, as data (git log ${made.base.slice(0, 12)}..${made.head.slice(0, 12)}, git diff ${made.base.slice(0, 12)} ${made.head.slice(0, 12)}):`,
          quoted(
            [
              `${made.total.files} files, +${made.total.added} -${made.total.deleted}`,
              ...made.commits
                .slice(0, shownCommits)
                .map(({ agent, subject }) => `${agent ?? 'others'}: ${subject}`),
            ].join('\n'),
          ),
        ]),
    ...(objective.result === null ? [] : ['Its final report, as data:', quoted(objective.result)]),
    'Build on what is there; change what the operator’s words are about.',
  ];
  return parts.join('\n\n');
}
