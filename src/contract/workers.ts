// What one agent of a session does, step by step.
import { z } from 'zod';
import type { Route } from './route.ts';

export const workerStepSchema = z.object({
  /** ISO */
  at: z.string(),
  /** says: the agent's words. tool: it uses one. answer: what came of that. ends: of its turn. session: it begins or ends */
  kind: z.enum(['says', 'tool', 'answer', 'ends', 'session', 'other']),
  /** of `tool` and `answer`: Bash, Edit … */
  tool: z.string().nullable(),
  /** worker text, shortened: shown and never obeyed */
  text: z.string(),
  failed: z.boolean(),
});
export type WorkerStep = z.infer<typeof workerStepSchema>;

/** The newest steps of the last half hour, oldest first. */
export const workerStepsSchema = z.object({
  product: z.string(),
  worker: z.string(),
  steps: workerStepSchema.array(),
});
export type WorkerSteps = z.infer<typeof workerStepsSchema>;

export const workerRoutes = {
  workerSteps: {
    method: 'GET',
    path: '/products/:name/workers/:worker/steps',
    summary: 'What an agent of the product did in the last half hour, by overstory’s books.',
    who: 'operator',
    reply: workerStepsSchema,
  },
} as const satisfies Record<string, Route>;
