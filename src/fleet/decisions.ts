// The record of what was decided: each change of a wait's rule, each budget broken or held again. Starts are
// recorded with rule and numbers where they are admitted, pauses and asks where they are carried out.
import { reliefSentence, waitSentence } from '../scheduler/index.ts';
import type { Plan, Relief } from '../scheduler/state.ts';
import type { FleetContext } from './context.ts';
import type { NewEvent } from './events.ts';

/** Journals what differs from what was decided last; the same plan again records nothing. */
export function recordDecisions({ journal }: Pick<FleetContext, 'journal'>, plan: Plan): void {
  const events: NewEvent[] = [];
  const known = journal.waitRules();
  for (const wait of plan.waits) {
    if (known.get(wait.objective) === wait.rule) continue;
    const { rule, position, behind, numbers } = wait;
    events.push({
      kind: 'decision.wait',
      product: wait.product,
      objective: wait.objective,
      text: `${waitSentence(plan, wait)}.`,
      data: { rule, position, behind, numbers },
    });
  }
  const since = journal.reliefs();
  const told = plan.decisions.filter((decision): decision is Relief => decision.kind === 'tell');
  for (const relief of told) {
    if (since.has(relief.rule)) continue;
    events.push({
      kind: 'decision.relief',
      text: `${reliefSentence(relief)}.`,
      data: { rule: relief.rule, numbers: relief.numbers },
    });
  }
  for (const rule of ['over-memory', 'over-cpu'] as const) {
    if (!since.has(rule) || told.some((relief) => relief.rule === rule)) continue;
    events.push({
      kind: 'decision.relieved',
      text: `${rule === 'over-cpu' ? 'CPU' : 'Memory'} is within budget again.`,
      data: { rule },
    });
  }
  if (events.length > 0) journal.record(...events);
}
