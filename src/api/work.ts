// Answers about planned and recurring work and what is learned from it.
import type { blueprintRoutes } from '../contract/blueprints.ts';
import type { lessonRoutes } from '../contract/lessons.ts';
import type { recurringRoutes } from '../contract/recurring.ts';
import type { Fleet } from '../fleet/index.ts';
import type { Handlers } from './handlers.ts';

export function workHandlers({
  blueprints,
  lessons,
  recurring,
}: Fleet): Handlers<keyof typeof blueprintRoutes | keyof typeof lessonRoutes | keyof typeof recurringRoutes> {
  return {
    blueprints: () => blueprints.list(),
    blueprint: (name) => blueprints.get(name),
    draftBlueprint: (asked) => blueprints.draft(asked),
    diffBlueprint: (asked) => blueprints.diff(asked),
    applyBlueprint: (asked) => blueprints.apply(asked),
    deleteBlueprint: (name, { stop, source }) => blueprints.delete(name, stop, source),
    retryBlueprint: (name, { source }) => blueprints.retry(name, source),

    lessons: ({ product }) => lessons.list(product ?? null),
    keepLesson: (product, asked) => lessons.keep(product, asked),
    forgetLesson: (n, { source }) => lessons.delete(n, source),
    proposals: () => lessons.proposals(),
    propose: (asked) => lessons.propose(asked),
    decideProposal: (n, { verdict, source }) => lessons.decide(n, verdict, source),

    recurring: () => recurring.list(),
    every: (asked) => recurring.every(asked),
    pauseRecurring: (name, { source }) => recurring.pause(name, source),
    resumeRecurring: (name, { source }) => recurring.resume(name, source),
    deleteRecurring: (name, { source }) => recurring.delete(name, source),
  };
}
