// Gates of fleetd itself.
import { createHash } from 'node:crypto';
import type { NewEvent } from '../../../journal/events.ts';
import type { GateKind, GateSeverity } from '../../../journal/gates/events.ts';
import { gateOpened, gateWithdrawn } from '../../../journal/gates/facts.ts';
import type { Journal } from '../../../journal/journal.ts';
import { ofWork } from '../../decide/waiting-on-human.ts';

export interface Raised {
  /** null: the whole fleet */
  product: string | null;
  objective: string | null;
  kind: Extract<GateKind, 'budget' | 'hung' | 'logged-out' | 'over-memory' | 'review' | 'checks'>;
  severity: GateSeverity;
  /** one line */
  subject: string;
  /** what happened, and what each answer does */
  text: string;
}

/**
 * The event that asks a human; none when the same is being asked already. Record it with the facts it is about.
 * @param already gates opened in the same transaction, so that numbers do not meet
 */
export function raiseGate(journal: Pick<Journal, 'gates'>, raised: Raised, already = 0): NewEvent[] {
  const store = journal.gates;
  const { product, objective, kind, severity, subject, text } = raised;
  const open = store
    .openGates()
    .some(
      (gate) =>
        gate.kind === kind && gate.product === product && (!ofWork.has(kind) || gate.objective === objective),
    );
  if (open) return [];
  const gate = store.nextGateNumber() + already;
  return [
    gateOpened(
      { product, objective },
      {
        gate,
        kind,
        severity,
        question: {
          digest: createHash('sha256').update(`${subject}\n${text}`).digest('hex'),
          subject,
          text,
          options: [],
          deadline: null,
          asker: 'fleetd',
          mail: null,
        },
      },
    ),
  ];
}

/** The event that takes back a question of fleetd that has settled itself. */
export function lowerGates(
  journal: Pick<Journal, 'gates'>,
  product: string | null,
  kind: Raised['kind'],
  why: string,
): NewEvent[] {
  return journal.gates
    .openGates()
    .filter((gate) => gate.kind === kind && gate.product === product)
    .map((gate) => gateWithdrawn(gate, why));
}
