// Blueprints as they are shown: steps with what came of them, and drafts with what they would be.
import { shorten } from '../../../common/shorten.ts';
import type { BlueprintView } from '../../../contract/blueprints.ts';
import type { KnownStep } from '../../../journal/blueprint/step.ts';
import type { BlueprintRow } from '../../../journal/blueprint/store.ts';
import { kindOf } from '../../../journal/outcomes/kind.ts';
import type { Driver } from '../../context.ts';
import { estimates } from '../../decide/estimate.ts';
import { objectiveView } from '../../report/objective-view.ts';
import type { Blueprint } from './parse.ts';

/** Of a step's words in a list of blueprints; one alone is shown whole. */
const listedCharacters = 300;

export const inList = (view: BlueprintView): BlueprintView => ({
  ...view,
  steps: view.steps.map((step) => ({
    ...step,
    objective: shorten(step.objective, listedCharacters),
    acceptance: step.acceptance && shorten(step.acceptance, listedCharacters),
  })),
});

/** Of each step that is work already, its objective. */
export const idsOf = (steps: readonly KnownStep[]): Map<string, string> =>
  new Map(steps.map((step) => [step.name, step.objective]));

/** @param ids what the steps are now; a step without one is only planned */
export function viewOf(
  loop: Driver,
  { name, description, steps }: Blueprint,
  ids: ReadonlyMap<string, string>,
  about: { draft: number | null; atMs: number },
): BlueprintView {
  const { registry, journal } = loop.context;
  const products = new Map(registry.current().products.map((one) => [one.name, one]));
  const known = estimates(loop.context);
  return {
    name,
    description,
    draft: about.draft,
    at: new Date(about.atMs).toISOString(),
    steps: steps.map((step) => {
      const id = ids.get(step.name);
      const row = id === undefined ? null : journal.objective(id);
      const product = products.get(step.product);
      return {
        name: step.name,
        product: step.product,
        objective: step.text,
        acceptance: step.acceptance,
        needs: step.needs,
        id: row?.id ?? null,
        state: row?.state ?? 'planned',
        why: row === null ? null : objectiveView(loop, row).why,
        estimate: product ? known.of(product, step.kind ?? kindOf(step.text)) : null,
      };
    }),
  };
}

export const appliedView = (loop: Driver, row: BlueprintRow): BlueprintView =>
  viewOf(loop, row, idsOf(row.steps), { draft: null, atMs: row.appliedMs });
