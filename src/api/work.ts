// Answers about planned and recurring work and what is learned from it.
import type { BlueprintReply, blueprintRoutes } from '../contract/blueprints.ts';
import type { lessonRoutes } from '../contract/lessons.ts';
import type { recurringRoutes } from '../contract/recurring.ts';
import type { Fleet } from '../fleet/index.ts';
import type { Handlers } from './handlers.ts';

export function workHandlers(
  fleet: Fleet,
): Handlers<keyof typeof blueprintRoutes | keyof typeof lessonRoutes | keyof typeof recurringRoutes> {
  const { blueprints, lessons, recurring } = fleet;
  /** With what is known against the products whose steps are to be done. */
  async function cautioned(reply: BlueprintReply): Promise<BlueprintReply> {
    const ahead = reply.changes.filter(({ action }) => action === 'add' || action === 'replace');
    const products = [...new Set(ahead.map(({ product }) => product))];
    const each = await Promise.all(
      products.map(async (product) => (await fleet.cautions(product)).map((says) => ({ product, says }))),
    );
    const cautions = each.flat();
    return cautions.length === 0 ? reply : { ...reply, cautions };
  }
  return {
    blueprints: () => blueprints.list(),
    blueprint: (name) => blueprints.get(name),
    draftBlueprint: (asked) => cautioned(blueprints.draft(asked)),
    diffBlueprint: (asked) => cautioned(blueprints.diff(asked)),
    applyBlueprint: (asked) => cautioned(blueprints.apply(asked)),
    deleteBlueprint: (name, { stop, source }) => blueprints.delete(name, stop, source),
    retryBlueprint: (name, { source }) => blueprints.retry(name, source),

    lessons: ({ product }) => lessons.list(product ?? null),
    keepLesson: (product, asked) => lessons.keep(product, asked),
    forgetLesson: (n, { source }) => lessons.delete(n, source),
    proposals: () => lessons.proposals(),
    propose: (asked) => lessons.propose(asked),
    decideProposal: (n, { verdict, source }) => lessons.decide(n, verdict, source),

    recurring: () => recurring.list(),
    async every(asked) {
      const set = recurring.every(asked);
      const cautions = await fleet.cautions(set.product);
      return cautions.length === 0 ? set : { ...set, cautions };
    },
    pauseRecurring: (name, { source }) => recurring.pause(name, source),
    resumeRecurring: (name, { source }) => recurring.resume(name, source),
    runRecurring: (name, { source }) => recurring.run(name, source),
    deleteRecurring: (name, { source }) => recurring.delete(name, source),
  };
}
