// What an open gate means for the rest of the fleet: the session waits and gives back its slot, a critical one
// stops new dispatch, and the model may neither start nor say anything there.

import { FleetError } from '../../common/errors.ts';
import type { Source } from '../../contract/source.ts';
import type { GateRow } from '../../journal/gates/store.ts';
import type { FleetContext } from '../context.ts';

type Context = Pick<FleetContext, 'journal' | 'observations'>;

const busy = new Set(['booting', 'working', 'in_turn']);

/** The gate that a running session waits for: open, of its objective, and no worker has anything to do. Null: none. */
export function waitsFor({ journal, observations }: Context, product: string): GateRow | null {
  const session = journal.liveSession(product);
  if (session?.state !== 'running') return null;
  const workers = observations.get(product)?.snapshot.workers ?? [];
  if (workers.some((worker) => busy.has(worker.state))) return null;
  const gates = journal.gates.openGates(product);
  return gates.find((gate) => gate.objective === session.objective) ?? null;
}

/** Products on which nothing new may start until a human has answered, as pauses. */
export function criticalGates({ journal }: Pick<FleetContext, 'journal'>) {
  const held = new Map<string, { reason: string; sinceMs: number }>();
  for (const gate of journal.gates.openGates())
    if (gate.severity === 'critical' && gate.product !== null && !held.has(gate.product))
      held.set(gate.product, {
        reason: `gate ${gate.n} is critical and waits for you`,
        sinceMs: gate.askedAtMs,
      });
  return held;
}

/**
 * Whether chat may answer gates of this product. What products.yaml no longer names may not be answered there
 * either: nobody can say any more what its surface was.
 */
export function answeredByOperatorOnly(
  { registry }: Pick<FleetContext, 'registry'>,
  product: string,
): boolean {
  const known = registry.current().products.find(({ name }) => name === product);
  return known?.gateSurface !== 'any';
}

/** About what is over: no words to a session get around it. A product may have several. */
export const ofWork: ReadonlySet<GateRow['kind']> = new Set(['review', 'checks']);
const askedBySession = ({ journal }: Pick<FleetContext, 'journal'>, product: string): GateRow[] =>
  journal.gates.openGates(product).filter(({ kind }) => !ofWork.has(kind));

/**
 * A gateway that was taken over need not answer a gate: it can tell the coordinator that it is answered.
 * @throws FleetError GATE_SURFACE when a gate is open that chat may not answer
 */
export function refuseChatAtGate(context: Pick<FleetContext, 'journal' | 'registry'>, product: string): void {
  const [gate] = askedBySession(context, product);
  if (gate === undefined || !answeredByOperatorOnly(context, product)) return;
  throw new FleetError({
    code: 'GATE_SURFACE',
    product,
    message: `Gate ${gate.n} on ${product} waits, and is not answered in chat (products.yaml: gates.surface is dashboard): until then chat may not message it either.`,
    mend: 'Answer it in the dashboard, or with `fleet` in a terminal of the machine that runs the fleet.',
  });
}

/** @throws FleetError GATE_OPEN when the model asks something of a product while a human is being asked */
export function refuseModelAtGate(
  { journal }: Pick<FleetContext, 'journal'>,
  product: string,
  source: Source,
): void {
  if (source.via !== 'model') return;
  const [gate] = askedBySession({ journal }, product);
  if (gate === undefined) return;
  throw new FleetError({
    code: 'GATE_OPEN',
    product,
    message: `Gate ${gate.n} on ${product} waits for a human: until then the model may neither message nor start it.`,
    mend: `Tell the human what gate ${gate.n} asks and that only they can answer: \`fleet approve ${gate.n}\`, \`fleet reject ${gate.n} <reason>\` or \`fleet answer ${gate.n} <text>\`.`,
  });
}
