// What a human said of what an objective made.
import type { ObjectiveView } from '../contract/objectives.ts';
import { type Surface, sentence } from './layout.ts';

export const verdictWords = { accepted: 'accepted', 'sent-back': 'sent back', reverted: 'taken back' };

/** `sent back by ada: obj-9 takes it up.`; '' where nobody has said anything yet */
export function judgedNote(surface: Surface, { judged }: ObjectiveView): string {
  if (!judged) return '';
  return `${verdictWords[judged.verdict]} by ${surface.line(judged.by, 60)}: ${surface.line(judged.says, 600)}`;
}

export function judgedText(surface: Surface, objective: ObjectiveView): string {
  const { id, product } = objective;
  return sentence(surface, `${surface.line(id, 40)} on ${product} is ${judgedNote(surface, objective)}`);
}
