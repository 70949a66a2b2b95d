// Notices as messages in a channel: a question alone, the rest of one product folded into one message.
import type { NoticeView } from '../contract.ts';
import { gateText } from './gates.ts';
import type { Surface } from './layout.ts';
import { capped } from './objective.ts';
import { block, fence } from './sanitise.ts';

const longest = 2_000;

/** @param notices of one product, in order; at least one */
export function noticesText(surface: Surface, notices: NoticeView[]): string {
  const [only] = notices;
  if (only === undefined) return '';
  const numbers = notices.map(({ n }) => n).join(', ');
  if (notices.length > 1)
    return [`Notices ${numbers}:`, ...notices.map(({ text }) => `- ${surface.line(text, 300)}`)].join('\n');
  const gate = only.gate?.state === 'open' ? gateText(surface, only.gate) : null;
  return `${gate ?? alone(surface, only.text)}\n(notice ${numbers})`;
}

/** The first line is the fleet's own sentence, which may quote; what follows it is what a worker reported. */
function alone(surface: Surface, text: string): string {
  const [first = '', ...rest] = text.split('\n');
  const said = surface.line(first, longest);
  const report = capped(rest.join('\n').trim(), longest);
  if (report === '') return said;
  return `${said}\n${surface.kind === 'chat' ? fence(report) : block(report)}`;
}
