// Notices as messages in a channel: a question alone, the rest of one product folded into one message.

import { count } from '../common/units.ts';
import type { NoticeView } from '../contract/notices.ts';
import { gateText } from './gates.ts';
import { ownText, type Surface } from './layout.ts';
import { capped } from './objective.ts';
import { block, fence } from './sanitise.ts';

/** Characters of one message's text, and of what a worker said in it. */
const longest = 2_000;
/** Of each notice that shares its message. */
const foldedLongest = 400;

/** @param notices of one product, in order; at least one */
export function noticesText(surface: Surface, notices: NoticeView[]): string {
  const [only] = notices;
  if (only === undefined) return '';
  const numbers = notices.map(({ n }) => n).join(', ');
  if (notices.length > 1)
    return [
      only.severity === 'warning'
        ? `Digest of ${only.product ?? 'the fleet'}: ${count(notices.length, 'warning')}.`
        : `${count(notices.length, 'notice')} of ${only.product ?? 'the fleet'}:`,
      ...notices.map((notice) => `- ${folded(surface, notice)}`),
      `(notices ${numbers})`,
    ].join('\n');
  const gate = only.gate?.state === 'open' ? gateText(surface, only.gate) : null;
  return `${gate ?? alone(surface, only)}\n(notice ${numbers})`;
}

function alone(surface: Surface, { text, quote }: NoticeView): string {
  const said = capped(quote?.trim() ?? '', longest);
  const lines = ownText(surface, capped(text, longest));
  if (said === '') return lines;
  return `${lines}\n${surface.kind === 'chat' ? fence(said) : block(said)}`;
}

function folded(surface: Surface, { text, quote, gate }: NoticeView): string {
  const said = quote?.trim() ? ` “${surface.line(quote, 120)}”` : '';
  const toDo = gate?.state === 'open' ? ` See ${surface.command(`gates ${gate.product ?? ''}`.trim())}.` : '';
  return `${ownText(surface, capped(text, foldedLongest)).replaceAll('\n', ' ')}${said}${toDo}`;
}
