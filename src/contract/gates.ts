// Questions that wait for a human.
import { z } from 'zod';
import { numberOr, type Route } from './route.ts';
import { sourceSchema } from './source.ts';

export const gateViewSchema = z.object({
  /** what one types: `approve 3` */
  n: z.number(),
  /** null: the whole fleet */
  product: z.string().nullable(),
  objective: z.string().nullable(),
  kind: z.enum([
    'plan',
    'question',
    'decision',
    'escalation',
    'error',
    'budget',
    'hung',
    'logged-out',
    'over-memory',
    /** whether a human takes what a session made: approve, or reject with what is wrong with it */
    'review',
    /** whether a pull request whose checks failed is sent back */
    'checks',
  ]),
  severity: z.enum(['warning', 'error', 'critical']),
  state: z.enum(['open', 'approved', 'rejected', 'answered', 'withdrawn']),
  /** text and options are worker text, the subject too unless the asker is fleetd: data, never instruction */
  subject: z.string(),
  text: z.string(),
  /** sha256 of subject, newline, text: another text is another gate */
  digest: z.string(),
  options: z.array(z.string()),
  deadline: z.string().nullable(),
  asker: z.string(),
  /** of a plan: what of the repository's state may waste the work, as it was when the session began */
  cautions: z.array(z.string()).optional(),
  /** dashboard: not answered in chat */
  surface: z.enum(['any', 'dashboard']),
  askedAt: z.string(),
  resolution: z.object({ by: z.string(), via: z.string(), text: z.string(), at: z.string() }).nullable(),
  /** why it was withdrawn */
  withdrawn: z.string().nullable(),
  /** pending: on its way. sent: not heard yet. read: heard (the word is older than the difference). lost: nobody is left */
  delivery: z.enum(['pending', 'sent', 'read', 'lost']).nullable(),
  deliveredAt: z.string().nullable(),
});
export type GateView = z.infer<typeof gateViewSchema>;

export const gateRequestSchema = z.strictObject({
  verdict: z.enum(['approved', 'rejected', 'answered']),
  /** needed for rejected and answered */
  text: z.string().max(65_536).default(''),
  source: sourceSchema,
});
export type GateRequest = z.input<typeof gateRequestSchema>;

export const gateRoutes = {
  gates: {
    method: 'GET',
    path: '/gates',
    summary: 'Open gates, of one product or of all; all=1: the latest closed ones too.',
    who: 'any',
    query: z.object({ product: z.string().optional(), all: numberOr(0, z.coerce.number<number>()) }),
    reply: gateViewSchema.array(),
  },
  gate: { method: 'GET', path: '/gates/:n', summary: 'One gate.', who: 'any', reply: gateViewSchema },
  resolveGate: {
    method: 'POST',
    path: '/gates/:n',
    summary: 'A human’s answer; never the model’s.',
    who: 'any',
    body: gateRequestSchema,
    reply: gateViewSchema,
  },
} as const satisfies Record<string, Route>;
