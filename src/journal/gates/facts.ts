// Facts about gates that are recorded in more than one place.
import type { EventData, NewEvent } from '../events.ts';
import type { Resolution } from './events.ts';
import type { GateRow } from './store.ts';

interface About {
  product: string | null;
  objective: string | null;
}

const about = ({ product, objective }: About) => ({
  product: product ?? undefined,
  objective: objective ?? undefined,
});

/** A human is asked: by fleetd itself, or by a worker. */
export function gateOpened(where: About, data: EventData['gate.opened']): NewEvent {
  const { gate, kind, question } = data;
  const asked =
    question.asker === 'fleetd' ? '' : `${question.asker} of ${where.product} asks you (${kind}): `;
  return { kind: 'gate.opened', ...about(where), text: `Gate ${gate}: ${asked}${question.subject}`, data };
}

/** A human's answer. */
export function gateResolved(gate: GateRow, resolution: Resolution): NewEvent {
  const { verdict, source } = resolution;
  return {
    kind: 'gate.resolved',
    ...about(gate),
    text: `Gate ${gate.n} is ${verdict} by ${source.sender ?? source.via} (${source.via}).`,
    data: { gate: gate.n, resolution, deliver: gate.question.mail !== null },
  };
}

/** The question has settled itself. */
export const gateWithdrawn = (gate: GateRow, why: string): NewEvent => ({
  kind: 'gate.withdrawn',
  ...about(gate),
  text: `Gate ${gate.n} is withdrawn: ${why}`,
  data: { gate: gate.n, why },
});

/** Whoever asked acts on the answer. */
export const gateVerified = (gate: GateRow, text: string): NewEvent => ({
  kind: 'gate.verified',
  ...about(gate),
  text,
  data: { gate: gate.n },
});

/**
 * The answer was given, or can be given to nobody any more.
 * @param mail  that it went by; null: it reached nobody
 */
export const gateDelivered = (
  gate: GateRow,
  text: string,
  mail: string | null,
  recovery = false,
): NewEvent => ({
  kind: 'gate.delivered',
  ...about(gate),
  text,
  data: { gate: gate.n, mail, recovery },
});
