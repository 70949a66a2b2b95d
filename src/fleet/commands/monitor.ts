// What the gateway may do with interventions.
import { FleetError } from '../../common/errors.ts';
import type { InterventionRow } from '../../journal/monitor/store.ts';
import type { FleetContext } from '../context.ts';

export type Monitor = ReturnType<typeof createMonitor>;

/** One that nobody began for so long, in ms, is about a situation that is over. */
const freshMs = 15 * 60_000;

export function createMonitor({ journal, clock }: Pick<FleetContext, 'journal' | 'clock'>) {
  const store = journal.monitor;

  function expect(n: number, state: InterventionRow['state']): InterventionRow {
    const row = store.intervention(n);
    if (row?.state === state) return row;
    throw new FleetError({
      code: 'INTERVENTION_OVER',
      product: row?.product ?? null,
      message: `Expected intervention ${n} to be ${state}, got ${row === null ? 'none of that number' : `one that is ${row.state}`}.`,
      mend: 'Nothing needs to be done: each is begun once, and ended once.',
    });
  }

  return {
    /** Asked for and not begun, in order. */
    asked: (): InterventionRow[] => store.asked(clock.nowMs() - freshMs),

    /** Once: whoever is told so runs it. @throws FleetError INTERVENTION_OVER */
    begin(n: number): InterventionRow {
      const row = expect(n, 'asked');
      journal.record({
        kind: 'intervention.begun',
        product: row.product,
        objective: row.objective ?? undefined,
        text: `The model looks at ${row.product}.`,
        data: { intervention: n },
      });
      return row;
    },

    /** @throws FleetError INTERVENTION_OVER */
    end(n: number, said: string, costUsd: number | null): void {
      const row = expect(n, 'begun');
      journal.record({
        kind: 'intervention.ended',
        product: row.product,
        objective: row.objective ?? undefined,
        text: `The model looked at ${row.product}, because: ${row.why} It says (not a human, and it approved nothing):`,
        data: { intervention: n, said, costUsd },
      });
    },
  };
}
