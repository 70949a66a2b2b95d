// The record of what was decided: each change of a wait's rule, each budget broken or held again. Starts are
// recorded with rule and numbers where they are admitted, pauses and asks where they are carried out.

import type { NewEvent } from '../../journal/events.ts';
import { fleetScope } from '../../journal/events.ts';
import { enforcementSentence, waitSentence } from '../../scheduler/index.ts';
import type { Enforcement, Plan } from '../../scheduler/state.ts';
import type { FleetContext } from '../context.ts';

/** Journals what differs from what was decided last; the same plan again records nothing. */
export function recordDecisions({ journal }: Pick<FleetContext, 'journal'>, plan: Plan): void {
  const events: NewEvent[] = [];
  const rules = journal.waitRules();
  for (const wait of plan.waits) {
    if (rules.get(wait.objective) === wait.rule) continue;
    const { rule, position, behind, numbers } = wait;
    events.push({
      kind: 'decision.wait',
      product: wait.product,
      objective: wait.objective,
      text: `${waitSentence(plan, wait)}.`,
      data: { rule, position, behind, numbers },
    });
  }
  const known = journal.brokenBudgets();
  const told = plan.decisions.filter((decision): decision is Enforcement => decision.kind === 'tell');
  const same = (enforcement: Enforcement, { rule, scope }: { rule: string; scope: string }) =>
    enforcement.rule === rule && (enforcement.product ?? fleetScope) === scope;
  for (const enforcement of told) {
    if (known.some((row) => same(enforcement, row))) continue;
    events.push({
      kind: 'decision.relief',
      product: enforcement.product ?? undefined,
      text: `${enforcementSentence(enforcement)}.`,
      data: { rule: enforcement.rule, numbers: enforcement.numbers },
    });
  }
  for (const row of known) {
    if (told.some((enforcement) => same(enforcement, row))) continue;
    const rule = row.rule as Enforcement['rule'];
    const what = rule === 'over-cpu' ? 'CPU' : 'memory';
    events.push({
      kind: 'decision.relieved',
      product: row.scope === fleetScope ? undefined : row.scope,
      text:
        row.scope === fleetScope
          ? `The fleet's ${what} is within budget again.`
          : `${row.scope} is within its ${what} cap again.`,
      data: { rule },
    });
  }
  if (events.length > 0) journal.record(...events);
}
