// What the model wrote down: lessons, and proposals that wait for a human.

import { since } from '../common/units.ts';
import type { LessonView, ProposalView } from '../contract/lessons.ts';
import { paragraphs, rows, type Surface, sentence } from './layout.ts';

export function lessonsText(surface: Surface, lessons: LessonView[]): string {
  if (lessons.length === 0) return sentence(surface, 'No lesson has been written down yet.');
  return paragraphs(
    rows(
      surface,
      lessons.map(({ n, product, text, at, recorded }) => ({
        name: `${n}.`,
        state: surface.line(product, 50),
        tone: 'dim',
        head: '',
        quote: text,
        notes: [
          { text: `${since(at, surface.nowMs)} ago${recorded ? ', also in its mulch' : ''}`, tone: 'dim' },
        ],
      })),
    ),
    surface.kind === 'terminal' || lessons.length > 0
      ? sentence(surface, `${surface.command('forget <n>')} deletes one.`, 'dim')
      : '',
  );
}

export function proposalsText(surface: Surface, proposals: ProposalView[]): string {
  if (proposals.length === 0) return sentence(surface, 'Nothing has been proposed.');
  const open = proposals.some(({ state }) => state === 'open');
  return paragraphs(
    rows(
      surface,
      proposals.map(({ n, product, title, text, state }) => ({
        name: `${n}. ${surface.line(product ?? 'fleet', 50)}`,
        state,
        tone: state === 'open' ? 'warn' : 'dim',
        head: surface.line(title, 200),
        notes: text ? [{ text: surface.line(text, 1_000), tone: 'dim' as const }] : [],
      })),
    ),
    open
      ? sentence(
          surface,
          `${surface.command('accept <n>')} or ${surface.command('drop <n>')}; neither changes anything by itself.`,
          'dim',
        )
      : '',
  );
}
