// What a pull request says. The words of human and workers stand in blocks of code: there nobody is mentioned by them, no
// issue is closed and nothing is drawn.
import { shorten } from '../../../common/shorten.ts';
import type { GateRow } from '../../../journal/gates/store.ts';
import type { ObjectiveRow } from '../../../journal/journal.ts';

const titleCharacters = 100;
/** Forges take 65,536 and less. */
const textCharacters = 8_000;

/** How it is found again: in its body, seen by nobody. */
export const markerOf = (product: string, objective: string) => `<!-- fleet: ${product}/${objective} -->`;

export function pullRequestText(
  objective: ObjectiveRow,
  gates: readonly Pick<GateRow, 'n' | 'question' | 'resolution'>[],
): { title: string; body: string } {
  const [first = ''] = objective.text.trim().split('\n');
  const parts = [
    `What was asked (${objective.id} on ${objective.product}):`,
    quoted(objective.text),
    ...(objective.result === null ? [] : ['What the coordinator reports:', quoted(objective.result)]),
    ...gates.flatMap(({ n, question, resolution }) =>
      resolution === null ? [] : [`Gate ${n}, ${resolution.verdict} by a human:`, quoted(question.subject)],
    ),
    'Made by agents. Look at it as at the work of anybody you do not know.',
  ];
  return { title: shorten(first.replace(/\s+/g, ' '), titleCharacters), body: parts.join('\n\n') };
}

/** As a block of code: a fence that is longer than any in the text ends where it should. */
export function quoted(text: string): string {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map(({ length }) => length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}text\n${shorten(text.trim(), textCharacters)}\n${fence}`;
}
