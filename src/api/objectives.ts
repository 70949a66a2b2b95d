// Answers about objectives, and about what one would come to.
import type { artifactRoutes } from '../contract/artifacts.ts';
import type { objectiveRoutes } from '../contract/objectives.ts';
import type { planRoutes } from '../contract/plans.ts';
import type { Surface } from '../contract/route.ts';
import type { workRoutes } from '../contract/work.ts';
import type { Fleet } from '../fleet/index.ts';
import type { Handlers } from './handlers.ts';

export function objectiveHandlers(
  fleet: Fleet,
  surface: Surface,
): Handlers<
  | keyof typeof objectiveRoutes
  | keyof typeof planRoutes
  | keyof typeof workRoutes
  | keyof typeof artifactRoutes
> {
  const { artifacts, commands, controls, foresight, judgement, work } = fleet;
  return {
    objectives: ({ limit, state }) => commands.objectives(limit, state ?? null),
    history: (asked) => commands.history(asked),
    objective: (id) => commands.objective(id),
    result(id) {
      const objective = commands.requireObjective(id);
      const view = commands.objective(objective.id);
      const cautions = fleet.cautionsBefore(objective.id);
      return {
        objective: cautions.length === 0 ? view : { ...view, cautions },
        result: objective.result,
      };
    },
    async start(asked) {
      const objective = commands.start(asked);
      const cautions = await fleet.cautions(objective.product);
      return cautions.length === 0 ? objective : { ...objective, cautions };
    },
    importIssues: (name, { label, source }) => fleet.importIssues(name, label, source),
    cancel: (id, { reason, source }) => commands.cancel(id, reason, source),
    requeue: (id, { source }) => controls.requeue(id, source),

    deliver: (id, { source }) => fleet.delivery.deliver(id, source),
    allArtifacts: ({ limit }) => artifacts.all(limit),
    artifacts: (id) => artifacts.list(id),
    artifact: (id, n) => artifacts.read(id, n),
    diff: (id, asked) => work.diff(id, asked),
    acceptWork: (id, { source }) => judgement.accept(id, source, surface),
    rework: (id, { text, source }) => judgement.rework(id, text, source, surface),
    revertWork: (id, { source }) => judgement.revert(id, source, surface),

    estimate: (product, { text, kind }) => foresight.estimate(product, text, kind ?? null),
    why: (target) => foresight.why(target),
    plan: (asked) => foresight.plan(asked),
  };
}
