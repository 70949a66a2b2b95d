// What waits, in what order, and why.

import { count, since } from '../common/units.ts';
import type { ObjectiveView } from '../contract/objectives.ts';
import type { FleetStatus } from '../contract/status.ts';
import { accountsNote } from './accounts.ts';
import { alarms, capacityLine } from './capacity.ts';
import { asOf, paragraphs, type Row, rows, type Surface, sentence } from './layout.ts';
import { objectiveHead, whyNote } from './situation.ts';

export function queueText(reader: Surface, status: FleetStatus): string {
  const surface = asOf(reader, status);
  const running = status.products.flatMap(({ objective }) => (objective ? [objective] : []));
  const waiting = status.queue.length;
  return paragraphs(
    alarms(surface, status),
    sentence(
      surface,
      waiting === 0
        ? `The queue is empty; ${capacityLine(status.capacity)}.`
        : `${count(waiting, 'objective')} ${waiting === 1 ? 'waits' : 'wait'}; ${capacityLine(status.capacity)}.`,
    ),
    accountsNote(surface, status),
    waiting > 0
      ? rows(
          surface,
          status.queue.map((objective) => waits(surface, objective)),
        )
      : '',
    running.length > 0
      ? [
          'Now:',
          ...rows(
            surface,
            running.map((objective) => runs(surface, objective)),
          ),
        ]
      : '',
  );
}

function waits(surface: Surface, objective: ObjectiveView): Row {
  const waited = since(objective.createdAt, surface.nowMs);
  const place = objective.position === null ? '' : `${objective.position}. `;
  return {
    name: `${place}${surface.line(objective.id, 40)}`,
    state: objective.product,
    tone: 'busy',
    head: waited ? `waiting ${waited}` : '',
    quote: objective.text,
    notes: [{ text: whyNote(surface, objective) ?? 'waits to be admitted', tone: 'dim' }],
  };
}

function runs(surface: Surface, objective: ObjectiveView): Row {
  const why = whyNote(surface, objective);
  return {
    name: objectiveHead(surface, objective),
    state: objective.product,
    tone: 'good',
    head: '',
    quote: objective.text,
    notes: why ? [{ text: why, tone: 'warn' }] : [],
  };
}
