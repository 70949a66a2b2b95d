// What is over, and what is kept of it.

import { bytes, count, duration, since } from '../common/units.ts';
import type { ObjectiveView } from '../contract/objectives.ts';
import type { Backup } from '../contract/status.ts';
import { outcomeNote } from './estimate.ts';
import { paragraphs, type Row, rows, type Surface, sentence } from './layout.ts';
import { whyNote } from './situation.ts';

export function historyText(surface: Surface, over: ObjectiveView[]): string {
  if (over.length === 0) return sentence(surface, 'Nothing is over yet.');
  return paragraphs(
    sentence(surface, `${count(over.length, 'objective')}, the one that ended last first.`),
    rows(
      surface,
      over.map((objective) => ended(surface, objective)),
    ),
  );
}

function ended(surface: Surface, objective: ObjectiveView): Row {
  const { id, product, state, startedAt, endedAt, text } = objective;
  const ago = since(endedAt, surface.nowMs);
  const took = startedAt && endedAt ? duration(Date.parse(endedAt) - Date.parse(startedAt)) : null;
  const why = state === 'done' ? null : whyNote(surface, objective);
  return {
    name: `${surface.line(id, 40)} ${product}`,
    state,
    tone: state === 'done' ? 'good' : state === 'failed' ? 'bad' : 'dim',
    head: [ago ? `${ago} ago` : '', took ? `after ${took}` : ''].filter(Boolean).join(', '),
    quote: text,
    notes: [
      ...(why ? [{ text: why, tone: 'dim' as const }] : []),
      ...(objective.outcome
        ? [{ text: surface.line(outcomeNote(objective.outcome), 300), tone: 'dim' as const }]
        : []),
    ],
  };
}

export function backupText(surface: Surface, { file, bytes: size, lastSeq }: Backup): string {
  return sentence(
    surface,
    `The journal up to event ${lastSeq} (${bytes(size)}) was copied to ${surface.line(file, 400)}.`,
  );
}
