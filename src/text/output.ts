// The coordinator's screen, the way to it, and what an objective left behind.

import { shellWord } from '../common/shell-word.ts';
import type { Result } from '../contract/objectives.ts';
import type { Attach, Output } from '../contract/products.ts';
import { paragraphs, type Surface, sentence } from './layout.ts';
import { startedText } from './objective.ts';
import { block, fence } from './sanitise.ts';

export function outputText(surface: Surface, { product, content }: Output): string {
  const screen = block(content);
  return screen === '' ? sentence(surface, `The screen of ${product}'s coordinator is empty.`) : screen;
}

export function resultText(surface: Surface, { objective, result }: Result): string {
  const said = result === null ? '' : surface.kind === 'chat' ? fence(result) : block(result);
  return paragraphs(startedText(surface, objective, 'Known before it began'), said);
}

/** One line to copy; nothing else on it. */
export function attachText(surface: Surface, { product, argv }: Attach): string {
  if (argv === null) return sentence(surface, `Nothing is live on ${product}.`);
  // The session's name came from the runtime. Pasted, a control character ends the quotes and begins a command.
  if (argv.some((word) => /\p{Cc}/u.test(word) || block(word) !== word.trimEnd()))
    return sentence(
      surface,
      `The session on ${product} has a name that a terminal would obey, so it is not shown. Stop it: fleet stop ${product}.`,
    );
  return argv.map(shellWord).join(' ');
}
